"""Codes of programmes that pages of their own lead into."""

GRADUATES = "graduates"
"""离校未就业高校毕业生实名制."""
