"""公共招聘: postings (岗位) from draft to close, the search page, and the reviewer's decision; in `applying`, who applied and what came of it.

It owns the posting with the eleven fields of 山东省人力资源市场条例 §32 and the one table of its states. It promises that what a page shows is
what the database says now, however late the index is, and that an employer sees its own postings only. Nothing here but the views knows
`applying`. What a complete posting is, `gate` says; who is told, `matching` and `notices`.
"""
