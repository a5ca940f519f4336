"""Casework (实名制帮扶): the people an office has to look after by name until they are placed, and all that is done for them.

A programme (离校未就业毕业生, 长期失业青年, 就业困难人员, 退役军人) is data: a standard, a rule of entry, a queue. It owns clients, cases with
their history, service records, plans, destinations and the monthly registers frozen from them. It promises that one person is one row
over all years and sources, that every figure opens exactly the people it counts, that nothing a person wrote is overwritten without a
trace, and that nobody outside the area of a case learns that it exists. What ties a person to a posting is left to `matching`; tags of
hardship never reach an employer.
"""
