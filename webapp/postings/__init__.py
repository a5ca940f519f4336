"""公共招聘: postings (岗位) from draft to close, the search page, applications, and the reviewer's decision.

It owns the posting with the eleven fields of 山东省人力资源市场条例 §32, the one table of its states, and applications. It promises that what a
page shows is what the database says now, however late the index is, and that an employer sees its own postings and their applications
only. What a complete posting is, `gate` says; who is told, `matching` and `notices`.
"""
