"""1+1+N, the outbound half: where postings are published beside our own pages, and what became of each.

An outlet is a place that shows postings: the province's platform, a partner, a market's screen. A dispatch is one word about one posting to
one outlet (publish, or remove), numbered in the order in which it was committed. It promises that every word ends in a receipt or on the
list of what failed, that a posting that closed is removed at every outlet within one cycle, that nothing but what fits the published schema
leaves the house, and that no call to the outside is made while a transaction is open. What may be published at all is decided in `postings`.
"""
