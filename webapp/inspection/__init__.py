"""Inspection (岗位有效率抽查、双随机、群众举报、维权电话): whether what is published is true, and what is done where it is not.

It owns campaigns of spot checks with their frozen population, public seed and drawn inspectors, the reports of the public with their evidence,
and the keeping of the phone book. It promises that a draw can be made again by anybody, that an inspector sees the own checks only and a
handler the own district only, and that who reported is known to nobody but the handler. Postings are closed by `postings.operations`.
"""
