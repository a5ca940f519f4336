"""What ties a seeker to a posting. Today: saved searches. One posting that opened is tested against the searches it could touch.

It promises one match per (posting, saved search), found exactly as the search page would find it, and one notice per (posting, person)
however many of a person's searches it meets.
"""
