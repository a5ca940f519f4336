"""Employers (用人单位), the people who act for them, and the verification of who they are.

It owns the organisation with its 统一社会信用代码 (GB 32100-2015, check digit verified), its members and the reviewer's decision. It promises
that an employer is seen only by its members and by the reviewers of its region. What it publishes is left to `postings`.
"""
