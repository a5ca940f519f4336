"""The demo: made-up people, employers and postings of all sixteen cities, written for this project, to try the whole house with.

It promises that two loads give the same texts, and the same keys of all but the 用工需求台账, reports and spot checks (made last, by their own
operations), that every row is as the operations would have left it, that its texts pass the gate, and that loading again changes nothing.
Phones (199 0000 ....) and codes of employers belong to nobody; there are no ID numbers. Production refuses it. What a sign-in may do is left to
`webapp.access`; the search index to `workers.indexing`.
"""

from workers.demo.accounts import Account, accounts
from workers.demo.loading import NotADemo, Progress, Summary, load

__all__ = ["Account", "NotADemo", "Progress", "Summary", "accounts", "load"]
