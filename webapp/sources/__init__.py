"""1+1+N: where forwarded postings come from. A source is a named origin with a standing decision; a batch is one delivery of its rows.

It promises that an import is idempotent by (source, the source's own key), that every refused row has a reason from a closed list, and
that nothing the source did not say is invented. Forwarded postings are `postings` rows without an employer account.
"""
