"""Schools and majors as the state's registers name them, and the words that rosters of graduates use.

A name that stands in no register stays as it was written: a renamed school, a 技工院校, a branch. Names are compared without spaces and
with full-width brackets as half-width ones.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base
from webapp.reference.cells import BadRow, matched, text
from webapp.reference.models import Education


class School(Base):
    """A 普通高等学校 of the register."""

    __tablename__ = "school"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    code: Mapped[str] = mapped_column(String(10), default="", index=True)
    """学校标识码, ten digits; empty where the list that was read prints none."""
    province: Mapped[str] = mapped_column(String(6))
    level: Mapped[str] = mapped_column(String(10))
    """本科 or 专科, what the school may teach at most."""
    source: Mapped[str] = mapped_column(String(120))


class Major(Base):
    """A 专业 of the catalogues; one name may stand in the one of universities and in the one of colleges."""

    __tablename__ = "major"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    level: Mapped[str] = mapped_column(String(10), primary_key=True)
    code: Mapped[str] = mapped_column(String(10), default="", index=True)
    class_name: Mapped[str] = mapped_column(String(60), default="")
    """专业类."""
    source: Mapped[str] = mapped_column(String(120))


class RosterWord(Base):
    """What a word of a roster means: a heading its field, a level of education its rank, a group its code."""

    __tablename__ = "roster_word"

    field: Mapped[str] = mapped_column(String(20), primary_key=True)
    word: Mapped[str] = mapped_column(String(60), primary_key=True)
    """As `plain` writes it."""
    value: Mapped[str] = mapped_column(String(30))
    source: Mapped[str] = mapped_column(String(120))


LEVELS = ("本科", "专科")
WORD_FIELDS = ("heading", "education", "sex", "hardship")


def plain(name: str) -> str:
    """`山东大学 （威海）` and `山东大学(威海)` are one name."""
    return "".join(unicodedata.normalize("NFKC", name).split()).upper()


def _level(record: Mapping[str, str]) -> str:
    level = text(record, "level", 10, required=True)
    if level not in LEVELS:
        raise BadRow(f"level 只能是 {'、'.join(LEVELS)}：{level}")
    return level


def read_school(record: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    yield {
        "name": text(record, "name", 60, required=True),
        "code": matched(r"|\d{10}", record["code"].strip(), "学校标识码不是十位数字"),
        "province": matched(r"\d{6}", record["province"].strip(), "行政区划代码不是六位数字"),
        "level": _level(record),
        "source": text(record, "source", 120),
    }


def read_major(record: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    yield {
        "name": text(record, "name", 60, required=True),
        "level": _level(record),
        "code": matched(r"|[0-9A-Z]{6,10}", record["code"].strip(), "专业代码要写成 020301K 的样子"),
        "class_name": text(record, "class", 60),
        "source": text(record, "source", 120),
    }


def read_roster_word(record: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    field = text(record, "field", 20, required=True)
    if field not in WORD_FIELDS:
        raise BadRow(f"field 只能是 {'、'.join(WORD_FIELDS)}：{field}")
    yield {
        "field": field,
        "word": plain(text(record, "word", 60, required=True)),
        "value": text(record, "value", 30, required=True),
        "source": text(record, "source", 120),
    }


class Schools:
    def __init__(self, rows: Iterable[School]) -> None:
        found = list(rows)
        self._by_name = {plain(row.name): row for row in found}
        self._by_code = {row.code: row for row in found if row.code}

    def meant(self, name: str, code: str = "") -> School | None:
        """By its name, else by its code."""
        return self._by_name.get(plain(name)) or self._by_code.get(code)

    def named(self, province: str) -> tuple[School, ...]:
        """Of one province, by name."""
        return tuple(sorted((row for row in self._by_name.values() if row.province == province), key=lambda row: row.name))


class Majors:
    def __init__(self, rows: Iterable[Major]) -> None:
        self._by_name: dict[str, dict[str, Major]] = {}
        self._by_code: dict[str, Major] = {}
        for row in rows:
            self._by_name.setdefault(plain(row.name), {})[row.level] = row
            if row.code:
                self._by_code[row.code] = row

    def meant(self, name: str, education: int, code: str = "") -> Major | None:
        """The one of this level of education; of the other catalogue only where this one has no such name."""
        rows = self._by_name.get(plain(name))
        if rows is None:
            return self._by_code.get(code)
        level = "专科" if 0 < education <= Education.JUNIOR_COLLEGE else "本科"
        return rows.get(level) or next(iter(rows.values()))


class RosterWords:
    def __init__(self, rows: Iterable[RosterWord]) -> None:
        self._values = {(row.field, row.word): row.value for row in rows}

    def value(self, field: str, word: str) -> str | None:
        return self._values.get((field, plain(word)))
