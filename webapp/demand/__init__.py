"""Demand (用工需求): who looks after which employer, what was heard on a visit, what it needs, and which occupations are short.

It owns the one responsible officer of an employer, visits, needs with their history and the postings made of them, and the 急需紧缺目录
computed from them. It promises that an employer has at most one open officer, that a need ends only as filled, withdrawn or sent to
training, that nothing a person wrote is overwritten without a trace, and that a computed catalogue can be recomputed from what was
frozen with it. Who submits and who reviews a posting is left to `postings`; the quarterly tables are left to `insights`.
"""
