"""Suggestions while somebody types: words of work, places of the home province, skills and employers of open postings.

Only what every visitor may already read on a card is in here: reference tables, and names that stand in open postings. A name that may be
a person's (an employer of up to four signs that begins with a surname) is left out, and so is whatever carries a number to call.

A weight is the number of open postings behind the suggestion; a word with none is not suggested, since it would lead to an empty page.
The index is made by a thread of this process, never by a request: whoever asks is answered by the one of a moment ago, and before the
first is ready by nothing. It rests thirty times as long as it worked, so the larger the house the rarer, and never longer than ten minutes.
"""

import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Select, SQLColumnExpression, func, select, true

from search.suggesting import TYPED_AT_MOST, Entry, Suggester, as_typed
from search.text import pieces
from webapp import db
from webapp.db import session
from webapp.labels import Labelled
from webapp.postings import queries
from webapp.postings.criteria import TEXT_AT_MOST
from webapp.postings.models import Posting
from webapp.postings.reading import understand
from webapp.reference import queries as reference
from webapp.reference.models import Occupation, PlaceKind
from webapp.reference.places import NamedPlace
from webapp.reference.queries import Regions

_REST, _REST_LEAST, _REST_MOST = 30.0, 5.0, 600.0
_EMPLOYERS_AT_MOST = 40_000
_SKILLS_AT_MOST = 2_000
_SKILL_POSTINGS = 5
"""Open postings that must name a skill: what two advertisements call a skill may be anything."""
_NAME_SIGNS, _PERSON_SIGNS = 30, 4
_LONG_NUMBER = re.compile(r"\d{7}")
_NO_SKILL = re.compile(
    r"[不无有及或可能]|经验|专业|相关|以上|以下|优先|接受|福利|补贴|奖|保险|体检|培训|晋升|团建|旅游|团队|氛围|薪|[休假班岗餐]|学历|证$|其他|方案|高中|中专|硕士|博士|退伍|结$|工资|期权|[（(]|\d(?!d)"
)
"""Forms of other platforms put conditions and benefits among the skills."""
_NO_NAME = re.compile(r"\d{7}|\.\.|…|\*|^某|[\"“”]|先生|女士|小姐|双选会|招聘会")
"""Cut off, hidden, with a number to call, or none of an organisation."""
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "洪付闫齐鲁单曲宫迟逄亓綦臧荆解"
)
_BY_NAME = frozenset({PlaceKind.ZONE, PlaceKind.FORMER, PlaceKind.POPULAR})
"""Places that lie in a region and are none: the name is shown, and beside it where a search looks."""
_Meanings = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
_log = logging.getLogger(__name__)


class Kind(Labelled):
    """The groups of the list."""

    WORK = "work", "职业"
    PLACE = "place", "地点"
    SKILL = "skill", "技能"
    EMPLOYER = "employer", "单位"


_QUOTED = frozenset({Kind.EMPLOYER.label})
"""Searched for as a phrase, or a place or a trade would be read out of the name."""


@dataclass(slots=True)
class _Held:
    lock: Lock = field(default_factory=Lock)
    suggester: Suggester | None = None
    due_at: float = float("-inf")


_held: WeakKeyDictionary[Engine, _Held] = WeakKeyDictionary()


def suggest(text: str) -> list[dict[str, str]]:
    """What may be meant by what is in the box so far: `kind` and `text` to show, `q` for the box, for a place `region` too.

    The words before the last space stay in `q`, unless the whole is the beginning of one name.
    """
    suggester = ready()
    if suggester is None or not pieces(text[: TEXT_AT_MOST + 1]) or len(text) > TEXT_AT_MOST:
        return []
    whole = [_told("", entry) for entry in suggester.suggest(text)]
    head, _, last = text.strip().rpartition(" ")
    if whole or not head or last.startswith("-") or '"' in last or len(last) > TYPED_AT_MOST:
        return whole
    told = (_told(f"{head.strip()} ", entry) for entry in suggester.suggest(last))
    return [one for one in told if len(one["q"]) <= TEXT_AT_MOST]


def _told(head: str, entry: Entry) -> dict[str, str]:
    told = {"kind": entry.kind, "text": entry.text}
    if entry.kind == Kind.PLACE.label:
        code, _, street = entry.value.partition(" ")
        return told | {"region": code, "q": f"{head}{street}".strip()}
    return told | {"q": f'{head}"{entry.text}"' if entry.kind in _QUOTED else f"{head}{entry.text}"}


def ready() -> Suggester | None:
    """What this process holds; makes a thread bring it up to date when it is due. Never waits."""
    held = _held.setdefault(db.engine(), _Held())
    if time.monotonic() >= held.due_at and held.lock.acquire(blocking=False):
        Thread(target=_refresh_and_release, args=(held,), name="suggestions", daemon=True).start()
    return held.suggester


def refresh() -> None:
    """Makes it anew, in the thread of whoever calls."""
    _refresh(_held.setdefault(db.engine(), _Held()))


def _refresh_and_release(held: _Held) -> None:
    try:
        if time.monotonic() >= held.due_at:  # else another thread has just done it
            _refresh(held)
    except Exception as problem:  # whatever it is, the old suggestions serve and the next try comes
        _log.warning("suggestions: %s", type(problem).__name__)
        held.due_at = time.monotonic() + _REST_MOST / 10
    finally:
        held.lock.release()


def _refresh(held: _Held) -> None:
    began = time.thread_time()
    with db.reading():
        found = list(entries())
    held.suggester = Suggester(found)
    held.due_at = time.monotonic() + min(max((time.thread_time() - began) * _REST, _REST_LEAST), _REST_MOST)


def entries() -> Iterator[Entry]:
    """Everything that may be suggested now."""
    skills, meanings = _skill_counts(), _meanings()
    words = {*meanings, *(word for also, _ in meanings.values() for word in also), *(as_typed(name) for name, _ in skills)}
    written = _Titles(words)
    yield from _work(meanings, written)
    yield from _places()
    yield from _skills(skills, written)
    yield from _employers()


def _counted(column: SQLColumnExpression[Any]) -> Select[Any, int]:
    return select(column, func.count()).where(queries.open_now()).group_by(column)


def _counts(wanted: Select[Any, int]) -> Counter[str]:
    return Counter({value: count for value, count in session().execute(wanted) if value})


def _work(meanings: _Meanings, written: "_Titles") -> Iterator[Entry]:
    """Names of occupations and what people call them, as heavy as the titles that say them; the name itself counts what is coded so.

    A word no title has leads to postings by the words and occupations it stands for: it is light, and here only if there are any.
    """
    coded = _counts(_counted(Posting.occupation))
    own = {as_typed(row.name): coded[row.code] for row in _occupations()}
    for word, (words, codes) in meanings.items():
        weight = max(written.count(word), own.get(word, 0))
        if weight or any(coded[code] for code in codes) or any(map(written.count, words)):
            yield Entry(word, Kind.WORK.label, weight=weight or 1)


def _occupations() -> Iterator[Occupation]:
    table = reference.occupations()
    waiting = list(table.children(None))
    while waiting:
        row = waiting.pop()
        waiting += table.children(row.code)
        yield row


def _meanings() -> _Meanings:
    """Word -> (other words for it, occupations); a wording says more than a synonym of the 大典 and wins."""
    named = {as_typed(name): ((), (row.code,)) for row in _occupations() for name in (row.name, *row.synonyms)}
    return named | {word: (tuple(map(as_typed, row.words)), tuple(row.occupations)) for word, row in reference.wordings().items()}


class _Titles:
    """In how many open titles a word stands."""

    def __init__(self, words: Iterable[str]) -> None:
        self._known = {word for word in words if len(word) > 1}
        self._lengths: dict[str, set[int]] = {}
        for word in self._known:
            self._lengths.setdefault(word[:2], set()).add(len(word))
        self._counts: Counter[str] = Counter()
        for title, count in session().execute(_counted(Posting.title)):
            for word in set(self._words(as_typed(title))):
                self._counts[word] += count

    def count(self, word: str) -> int:
        return self._counts[word]

    def _words(self, plain: str) -> Iterator[str]:
        for start in range(len(plain) - 1):
            for length in self._lengths.get(plain[start : start + 2], ()):
                end = start + length
                if plain[start:end] in self._known and not (_is_inside(plain, start) or _is_inside(plain, end)):
                    yield plain[start:end]


def _is_inside(plain: str, place: int) -> bool:
    """Whether letters stand on both sides: it is not said in unity."""
    return 0 < place < len(plain) and all(sign.isascii() and sign.isalpha() for sign in plain[place - 1 : place + 1])


def _places() -> Iterator[Entry]:
    """Regions with all their names, streets and what is no region of its own. They are suggested without open postings too: one may be near.

    Nobody counts the postings of a street or a zone: the busier its region, the heavier, and always lighter than that.
    """
    regions, home = reference.regions(), reference.home_province()
    weights = _postings_by_region(regions)
    named: dict[tuple[str, str], list[NamedPlace]] = {}
    for place in (place for places in reference.place_names().values() for place in places if place.code[:2] == home[:2]):
        if place.kind in _BY_NAME:
            text = f"{place.name}（{regions.name(place.code)}）"
            yield Entry(text, Kind.PLACE.label, place.code, weights[place.code].bit_length(), (place.name,))
        else:
            named.setdefault((place.code, place.street), []).append(place)
    for (code, street), places in named.items():
        names = tuple(place.name for place in places)
        full = max(names, key=len) if street else ""
        weight = weights[code].bit_length() if street else weights[code]
        yield Entry(regions.name(code) + full, Kind.PLACE.label, f"{code} {full}".strip(), weight, names)


def _postings_by_region(regions: Regions) -> Counter[str]:
    """Of a city those of its counties too, of a province everything in it."""
    total: Counter[str] = Counter()
    for code, count in _counts(_counted(Posting.region)).items():
        place = regions.place(code)
        for one in {code, place.city_code, place.province_code}:
            total[one] += count
    return total


def _skills(counted: Iterable[tuple[str, int]], written: "_Titles") -> Iterator[Entry]:
    """Named by enough postings and by a title too; letters (SQL) need no title."""
    for name, weight in counted:
        if (name.isascii() or written.count(as_typed(name))) and _is_skill(name):
            yield Entry(name, Kind.SKILL.label, weight=weight)


def _skill_counts() -> list[tuple[str, int]]:
    of_each = func.json_each if db.is_sqlite() else func.json_array_elements_text
    each = of_each(Posting.skills).table_valued("value")
    skill, count = each.c.value, func.count()
    wanted = (
        _counted(skill).select_from(Posting).join(each, true()).having(count >= _SKILL_POSTINGS).order_by(count.desc(), skill).limit(_SKILLS_AT_MOST)
    )
    return [(str(name), weight) for name, weight in session().execute(wanted)]


def _is_skill(name: str) -> bool:
    """Not one of what a search reads as a condition (本科, 包住, 长白班)."""
    if not 1 < len(name) <= _NAME_SIGNS // 2 or _NO_SKILL.search(name) or _LONG_NUMBER.search(name):
        return False
    read = understand(name)
    return not read.chips and not any(wish.optional for wish in read.wishes)


def _employers() -> Iterator[Entry]:
    places = _place_prefix()
    count = func.count()
    wanted = _counted(Posting.employer_name).order_by(count.desc(), Posting.employer_name).limit(_EMPLOYERS_AT_MOST)
    for name, weight in session().execute(wanted):
        if _is_organisation(name):
            yield Entry(name, Kind.EMPLOYER.label, weight=weight, names=(places(name),))


def _is_organisation(name: str) -> bool:
    may_be_a_person = len(name) <= _PERSON_SIGNS and name[:1] in _SURNAMES
    return 1 < len(name) <= _NAME_SIGNS and not may_be_a_person and not _NO_NAME.search(name)


def _place_prefix() -> Callable[[str], str]:
    """Takes the place off the front of a company's name: people leave it out. 济南洁净物业有限公司 -> 洁净物业有限公司."""
    names: Mapping[str, object] = reference.place_names()

    def without(name: str) -> str:
        ends = [end for end in range(2, min(6, len(name) - 2)) if name[:end] in names]
        return name[max(ends) :] if ends else name

    return without
