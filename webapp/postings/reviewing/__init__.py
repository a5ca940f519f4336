"""审核: what waits for a reviewer, who holds it, and what a change of an open posting would change.

It owns the items of the queue (a posting handed in, or a change of one that is open) with their lease, risk and time, the proposed changes
and the sentences reviewers use. It promises that one reviewer at a time decides about an item, that every decision has its time, and that
nothing is refused by a machine: a risk only says what to look at first. What a decision does to a posting, `postings.operations` says.
"""
