"""批量发布: an employer writes many postings in a table, and they become drafts or go to review.

It owns the template workbook, what was uploaded and what came of each row. It promises that a row meets the same form and the same gate as a
posting that is typed, that every row which does not pass comes back with all its cells and what to do, and that the same row never makes a
second posting. Postings are written by `postings.operations` alone; files are kept by `files`, and opened with the care of `sources`.
"""
