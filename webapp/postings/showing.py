"""A posting in the words of a screen: the card of a list and the elements of its page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from markupsafe import Markup

from webapp.db import LOCAL_ZONE, today
from webapp.employers.models import Employer
from webapp.gate.findings import Finding
from webapp.gate.showing import by_field
from webapp.postings import gating
from webapp.postings.models import Posting, PostingState
from webapp.postings.values import about, wage_of
from webapp.reference import queries as reference
from webapp.reference import wages
from webapp.reference.models import Education
from webapp.reference.queries import Regions

TONES = {
    PostingState.OPEN: "good",
    PostingState.IN_REVIEW: "info",
    PostingState.PAUSED: "warn",
    PostingState.TAKEN_DOWN: "bad",
}
"""State -> tone of its badge; the others are neutral."""
NOT_FROM_SOURCE = "来源未提供"
NOT_FILLED = "未填写"
DIRECT = "本平台直接发布"


@dataclass(frozen=True, slots=True)
class Card:
    key: UUID
    title: str
    wage: str
    wage_note: str
    employer: str
    is_verified: bool
    place: str
    tags: tuple[str, ...]
    posted: str
    source: str
    source_day: str
    headcount: str


def card(posting: Posting, *, is_verified: bool = False, on: date | None = None, also: Iterable[str] = ()) -> Card:
    """`also`: the other sources that offer the same job."""
    wage, note = wage_line(posting)
    return Card(
        key=posting.id,
        title=posting.title,
        wage=wage,
        wage_note=note,
        employer=posting.employer_name,
        is_verified=is_verified,
        place=place(posting),
        tags=tuple(tags(posting)),
        posted=posted(posting, on or today()),
        source=sources(posting, also),
        source_day=source_day(posting),
        headcount=f"招 {posting.headcount} 人" if posting.headcount else "",
    )


def wage_line(posting: Posting) -> tuple[str, str]:
    """The wage as given, and what has to be said beside it: an estimate per month, or that the period was not named."""
    shown = wages.show(wage_of(posting), posting.wage_text)
    if posting.wage_unit is None:
        return shown, ""
    given, _, note = shown.partition("（")
    return given, note.removesuffix("）")


def place(posting: Posting) -> str:
    return reference.regions().name(posting.region, posting.county_name) if posting.region else posting.county_name


def place_options(chosen: str) -> Markup:
    """The options of the search's place: the home province by city; a place elsewhere that was asked for stays choosable."""
    regions = reference.regions()
    options = _home_options(regions, reference.home_province())
    if not chosen or chosen == reference.home_province():
        return options
    mark = f'value="{chosen}"'
    if mark not in options:
        return Markup('<option value="{}" selected>{}</option>').format(chosen, regions.name(chosen)) + options
    return Markup(str(options).replace(mark, f"{mark} selected", 1))  # noqa: S704 - a part of what was escaped below


@lru_cache(maxsize=4)
def _home_options(regions: Regions, home: str) -> Markup:
    """150 options that change with the table of regions: written once for each of its snapshots, not for every page."""
    option = Markup('<option value="{}">{}</option>')
    groups = []
    for city in regions.cities(home):
        counties = regions.children(city.code)
        inner = [
            option.format(city.code, f"{city.name}（全市）" if counties else city.name),
            *(option.format(row.code, row.name) for row in counties),
        ]
        groups.append(Markup('<optgroup label="{}">{}</optgroup>').format(city.name, Markup("").join(inner)))
    return Markup("").join(groups)


def tags(posting: Posting) -> Iterable[str]:
    if posting.employment_type is not None:
        yield posting.employment_type.label
    if posting.education is not None:
        yield "学历不限" if posting.education == Education.ANY else Education.of(posting.education).label
    if posting.experience_years is not None:
        yield experience(posting.experience_years)
    yield from posting.benefits[:3]


def experience(years: int) -> str:
    return f"{years} 年以上经验" if years else "经验不限"


def posted(posting: Posting, on: date) -> str:
    """A forwarded row is 收录, not 发布: the day it came here says nothing of the day its employer wrote it."""
    if posting.valid_from is None:
        return ""
    word, days = "收录" if posting.is_forwarded else "发布", (on - posting.valid_from).days
    if days <= 0:
        return f"今天{word}"
    return f"{days} 天前{word}" if days <= 7 else f"{posting.valid_from:%Y-%m-%d} {word}"


def source(posting: Posting) -> str:
    """The platform a forwarded row came from; a row the employer wrote here has none."""
    return (posting.source_title or "其他平台") if posting.is_forwarded else ""


def sources(posting: Posting, also: Iterable[str]) -> str:
    """Everybody a job was heard of from; a direct one names itself only beside others."""
    names = [own] if (own := source(posting)) else []
    others = [name or "其他平台" for name in also]
    if others and not names:
        names = [DIRECT]
    return "、".join(dict.fromkeys((*names, *others)))


@dataclass(frozen=True, slots=True)
class Told:
    """One source of a job on its page: who says it, of which day, and where it shows it."""

    name: str
    day: str
    address: str


def told_by(posting: Posting, others: Iterable[Posting]) -> list[Told]:
    """Every source of the job, the one in front first."""
    return [Told(source(row) or DIRECT, row.source_on, row.source_url) for row in (posting, *others)]


def source_day(posting: Posting) -> str:
    """The source's own date, as exactly as it was given (2018, 2018-03, 2018-03-02)."""
    return f"来源日期 {posting.source_on}" if posting.is_forwarded and posting.source_on else ""


def elements(posting: Posting, employer: Employer | None) -> list[tuple[str, str]]:
    """The elements of 山东省人力资源市场条例 §32 in its order, then the rest; "" where nothing is stated."""
    return [
        ("岗位名称", posting.title),
        ("招用人数", f"{posting.headcount} 人" if posting.headcount else ""),
        ("工作内容", posting.duties),
        ("工作地点", f"{place(posting)} {posting.address}".strip()),
        ("录用条件", conditions(posting)),
        ("用工类型", posting.employment_type.label if posting.employment_type else ""),
        ("劳动报酬", wage_text(posting)),
        ("社会保险和福利", "\n".join(text for text in (posting.insurance, "、".join(posting.benefits)) if text)),
        ("劳动保护", posting.protection),
        ("职业危害", posting.hazards),
        ("单位基本情况", about(posting, employer)),
    ]


_ELEMENT_OF = {
    "title": "岗位名称",
    "headcount": "招用人数",
    "duties": "工作内容",
    "region": "工作地点",
    "address": "工作地点",
    "education": "录用条件",
    "experience_years": "录用条件",
    "skills": "录用条件",
    "requirements": "录用条件",
    "employment_type": "用工类型",
    "wage_unit": "劳动报酬",
    "wage_low": "劳动报酬",
    "wage_high": "劳动报酬",
    "wage_months": "劳动报酬",
    "wage_text": "劳动报酬",
    "insurance": "社会保险和福利",
    "benefits": "社会保险和福利",
    "protection": "劳动保护",
    "hazards": "职业危害",
    "employer_about": "单位基本情况",
    "valid_through": "有效期至",
}
"""Form field -> the element that shows it."""


def by_element(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """What the gate found, by the element in which it stands; what is about none of them is left out."""
    told: dict[str, list[Finding]] = {}
    for field, of_field in by_field(findings).items():
        if field in _ELEMENT_OF:
            told.setdefault(_ELEMENT_OF[field], []).extend(of_field)
    return told


def conditions(posting: Posting) -> str:
    level = posting.education_level
    parts = [
        f"学历：{level.label}{'' if level is Education.ANY else '及以上'}" if level is not None else "",
        f"经验：{experience(posting.experience_years)}" if posting.experience_years is not None else "",
        f"技能：{'、'.join(posting.skills)}" if posting.skills else "",
        posting.requirements,
    ]
    return "\n".join(part for part in parts if part)


def wage_text(posting: Posting) -> str:
    """On the posting's own page the source's words stand beside what was read from them."""
    given, note = wage_line(posting)
    has_any = posting.wage_text or posting.wage_unit
    if not has_any:
        return ""
    return f"{given}（{note}）" if note else given


def missing(posting: Posting, employer: Employer | None) -> list[str]:
    """What the source did not say, by name."""
    return gating.not_stated(posting, employer, on=today()) if posting.is_forwarded else []


def day(instant: object) -> str:
    """A day, or an instant on the calendar of the service, as 2026-12-31 14:05."""
    astimezone = getattr(instant, "astimezone", None)
    if astimezone is not None:
        return f"{astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}"
    return str(instant or "")
