"""1+1+N, the inbound half: nodes that offer postings, the batches they push or that are fetched, and what several of them say of one job.

It promises that a batch is taken once and every row of it once, whatever is killed; that an import is idempotent by (source, the source's
own key); that every refused row has a reason from a closed list; that nothing the source did not say is invented; that what a source
withdraws is shown nowhere, unless another still offers it; and that one job has one card, which names all its sources. Forwarded postings
are `postings` rows without an employer account. What leaves the house for other outlets is another room's.
"""
