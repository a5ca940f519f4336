"""应聘: what becomes of a seeker's application to a posting.

It owns applications and what an employer may see of a person through them: name, phone and message, as far as the seeker consents and as
long as the application stands, and to the members of that employer only. It knows postings; postings know nothing of it but its pages. That a
posting closed it hears as a fact.
"""
