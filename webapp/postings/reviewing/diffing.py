"""What a proposed change would change, in the words of the screen."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from webapp.postings.values import PostingValues
from webapp.reference import queries as reference
from webapp.reference import wages
from webapp.reference.models import Education

Piece = tuple[str, bool]
"""A stretch of text, and whether it is new (of the text after) or gone (of the text before)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One element that says something else: `field` is the form field, `before` and `after` are pieces of text."""

    field: str
    label: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


def differences(now: PostingValues, then: PostingValues) -> list[Difference]:
    """In the order of the elements; what reads the same is left out."""
    old, new = told(now), told(then)
    return [Difference(field, label, *_pieces(old[field][1], text)) for field, (label, text) in new.items() if old[field][1] != text]


def told(values: PostingValues) -> dict[str, tuple[str, str]]:
    """Form field -> (label, what it says)."""
    education = "" if values.education is None else Education.of(values.education).label
    years = "" if values.experience_years is None else (f"{values.experience_years} 年以上" if values.experience_years else "不限")
    has_wage = values.wage_unit is not None and (values.wage_low is not None or values.wage_high is not None)
    place = reference.regions().name(values.region) if values.region else ""
    point = "" if values.lon is None or values.lat is None else f"{values.lon}，{values.lat}"
    return {
        "title": ("岗位名称", values.title),
        "occupation": ("职业", reference.occupations().name(values.occupation) if values.occupation else ""),
        "employment_type": ("用工类型", values.employment_type.label if values.employment_type else ""),
        "headcount": ("招用人数", "" if values.headcount is None else f"{values.headcount} 人"),
        "duties": ("工作内容", values.duties),
        "education": ("最低学历", education),
        "experience_years": ("工作经验", years),
        "skills": ("技能", "、".join(values.skills)),
        "requirements": ("招聘条件", values.requirements),
        "region": ("工作地点", place),
        "address": ("详细地址", values.address),
        "lon": ("地图坐标", point),
        "wage_unit": ("劳动报酬", wages.show(values.wage) if has_wage else ""),
        "insurance": ("社会保险", values.insurance),
        "benefits": ("福利", "、".join(values.benefits)),
        "protection": ("劳动保护", values.protection),
        "hazards": ("职业危害", values.hazards),
        "valid_through": ("有效期至", "" if values.valid_through is None else f"{values.valid_through}"),
    }


def _pieces(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts cut where they differ, figures and Latin words as wholes. Texts that share little are shown whole: a mosaic of single signs
    tells nobody anything."""
    ours, theirs = _TOKEN.findall(before), _TOKEN.findall(after)
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return ((before, True),) if before else (), ((after, True),) if after else ()
    steps = matcher.get_opcodes()
    old = tuple(("".join(ours[a:b]), step != "equal") for step, a, b, _, _ in steps if a < b)
    new = tuple(("".join(theirs[c:d]), step != "equal") for step, _, _, c, d in steps if c < d)
    return old, new


_ALIKE = 0.4
_TOKEN = re.compile(r"\d[\d.,]*|[A-Za-z]+|.", re.DOTALL)
