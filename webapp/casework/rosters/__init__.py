"""Rosters (名册): the lists by which people come under care: what a school hands over, who came back, who registered themselves.

It owns the files and what became of them, the reading of their rows, the one verb by which a person enters, and who gets whom. It promises
that a file changes nothing the second time, that every row it does not take comes back with a reason, and that a list which says less
never erases what is known. What is done for a person afterwards is left to the rooms beside.
"""
