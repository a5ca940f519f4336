"""The desk (工作台): whom a caseworker turns to next, one line for whoever was called, and what is done to many at once.

Every counter is the filter that opens its rows, both made of one condition. A quick entry can be taken back within seconds by whoever made
it; afterwards it is corrected by another entry. It promises that no filter, order, count or bulk action reaches beyond the area of the
person who asks, nor beyond the rows that were shown to them as chosen.
"""
