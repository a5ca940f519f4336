"""Codes and dated values that every other feature refers to: regions (GB/T 2260), occupations (职业分类大典), industries (GB/T 4754),
education levels, employment types, and the parameter table of rules and money limits.

It promises that a code means the same everywhere and that every value names its basis, its dates and whether an office confirmed it
(未核实 otherwise). The shipped tables are small and ours; `zhilu import reference` loads the official ones over them.
"""
