"""Destinations (去向): where a person went, what proves it, and what the person says of it.

It owns destinations and their links of confirmation, the queue of what has to be looked at again (同一证明、同一单位、本人异议), the three
completeness rules and the 毕业去向落实率, and the comparison with files of other departments. It promises that nothing is overwritten, that an
internship or traineeship certificate proves no employment (四不准), and that every figure and its rows come from one condition.
"""
