"""Finding things: documents, one analysis of Chinese text, one query language, and engines behind one protocol.

Owns what a searchable posting is (`documents`), how text becomes tokens (`analysis`), what can be asked (`query`),
and what every engine must answer alike (`engine`): the same matches, totals, facets and field order. It knows no
database, no web framework and no queue: callers hand over documents and get back keys; the database stays the source
of truth, and whatever an engine keeps is a cache that may be deleted and rebuilt at any time.
Never give it personal data: names of persons, phones, ID numbers have no field here.
"""
