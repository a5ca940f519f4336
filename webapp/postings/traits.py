"""What a posting says of shifts and benefits, as codes: read from its own words by the lists that read a search.

A word with a refusal before it (不提供住宿, 无夜班) says nothing here. What is not stated has no code: 未注明 is never 没有.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from search.text import normalise
from search.understanding.sayings import BENEFIT_FORMS, BENEFIT_LABELS
from webapp.postings.models import Posting
from webapp.reference.models import Shift

BENEFITS: Mapping[str, str] = BENEFIT_LABELS
"""Code -> label."""
_REFUSED = ("不", "无", "没", "非", "不提供", "不含", "没有", "不用", "不上")
_TOO_SHORT_IN_PROSE = frozenset({"住宿", "体检", "接送", "双薪", "社保", "年假", "油补", "食宿", "单休", "保险齐全"})
"""Sayings that mean an offer in a search or a list of benefits, and often something else in a sentence."""
_SHIFT_FORMS: Mapping[Shift, str] = {
    Shift.ROTATING: "倒班|[两二三四23]班倒|四班三[倒运]转?|轮班|[两三]班制|白夜班|早中晚班",
    Shift.NIGHT: "长夜班|夜班|大夜班|通宵班|晚班",
    Shift.FLEXIBLE: "弹性工作|弹性上下?班|时间自由|时间灵活|自由安排时间|弹性时间",
    Shift.DAY: "长白班|常白班|正常班|行政班|白班",
}
"""In this order: who offers 白夜班倒班 rotates."""


class Traits(NamedTuple):
    """`benefits`: codes of BENEFITS, sorted."""

    shift: Shift | None
    benefits: tuple[str, ...]


def read(posting: Posting) -> Traits:
    """A benefit counts in the list of benefits by any form, in sentences by forms that mean nothing else."""
    listed = normalise("\n".join((*posting.benefits, posting.insurance)))
    told = normalise("\n".join((posting.title, posting.duties, posting.requirements)))
    said = set(_offered(_any_shift(), f"{told}\n{listed}"))
    shift = next((kind for kind, form in _shifts().items() if any(map(form.fullmatch, said))), None) if said else None
    forms = {*_offered(_forms(everywhere=False), listed), *_offered(_forms(everywhere=True), told)}
    return Traits(shift, tuple(sorted({code for form in forms for code in BENEFIT_FORMS[form]})))


def _offered(forms: re.Pattern[str], text: str) -> Iterator[str]:
    """The forms in the text. A refusal is looked for behind a find: a look-behind in the pattern would cost three times as much."""
    return (found[0] for found in forms.finditer(text) if not text.endswith(_REFUSED, max(0, found.start() - 3), found.start()))


@cache
def _shifts() -> dict[Shift, re.Pattern[str]]:
    return {kind: re.compile(forms) for kind, forms in _SHIFT_FORMS.items()}


@cache
def _any_shift() -> re.Pattern[str]:
    return re.compile("|".join(_SHIFT_FORMS.values()))


@cache
def _forms(*, everywhere: bool) -> re.Pattern[str]:
    forms = [form for form in BENEFIT_FORMS if not (everywhere and form in _TOO_SHORT_IN_PROSE)]
    return re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True))))
