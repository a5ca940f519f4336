"""How a reference table is written in a file: its columns, shipped or official, and what makes a row bad.

Pure: text in, rows and refusals out. A bad row never hides the good ones; it comes back with its line and a reason in the words of
whoever keeps the file. Level and parent of a region or class are read from the code itself (GB/T 2260, 大典), never from a column.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webapp.db import Base
from webapp.reference import destination_tables as destinations
from webapp.reference import service_tables, study
from webapp.reference.cells import BadRow, Row, coordinate, day, is_true, matched, span, text
from webapp.reference.models import (
    CompanyEnd,
    GateRule,
    Industry,
    Neighbourhood,
    Occupation,
    Parameter,
    PlaceKind,
    PlaceName,
    Region,
    RegionLevel,
    Severity,
    Wording,
    WordKind,
    WordOrigin,
    as_word,
)
from webapp.reference.service_models import CaseProgramme, HardshipRule, ServiceChannel, ServiceStandard, ServiceType

_LIST_MARKS = re.compile(r"[|、；;，,\s]+")
_WHOLE_TITLE = re.compile(r".{2,}[工员师手人匠士生长机]")
"""A 工种 of the printed book; lists taken from it hold halves of words that a line break cut."""
_REGION_SUFFIXES = ("特别行政区", "自治区", "自治州", "自治县", "林区", "地区", "新区", "省", "市", "县", "区", "盟", "旗")


class NotThisTable(Exception):
    """The file cannot be read as this table at all; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Refusal:
    line: int
    """The line of the file on which the row ends, counting from 1 (the header)."""
    reason: str


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file that was read: rows ready for the model, in order, and what was refused."""

    origin: str
    rows: list[Row]
    implied: list[Row]
    """Classes that rows name in passing; they fill a gap and never overrule what is known."""
    refused: list[Refusal]


@dataclass(frozen=True, slots=True)
class Table:
    model: type[Base]
    identity: tuple[str, ...]
    """The columns that say which row it is."""
    needs: tuple[str, ...]
    """The columns a file must have."""
    read: Callable[[Mapping[str, str]], Iterator[Row]]
    of_files: Row = field(default_factory=dict)
    """Values that rows of files carry and other rows of the table do not: a reload touches only the former."""


def short_region_name(name: str) -> str:
    """`历下区` -> `历下`; a name of one character keeps its suffix (`曹县`), or nobody would know it."""
    for suffix in _REGION_SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name


def region_parent(code: str) -> tuple[RegionLevel, str | None]:
    """Level and parent that a six-digit code states; `xx90xx` is a county directly under its province (GB/T 2260)."""
    if code.endswith("0000"):
        return RegionLevel.PROVINCE, None
    if code[2:4] == "90":
        return RegionLevel.COUNTY, f"{code[:2]}0000"
    if code.endswith("00"):
        return RegionLevel.CITY, f"{code[:2]}0000"
    return RegionLevel.COUNTY, f"{code[:4]}00"


def _region(record: Mapping[str, str]) -> Iterator[Row]:
    code = matched(r"\d{6}", record["code"].strip(), "行政区划代码不是六位数字")
    name = text(record, "name", 60, required=True)
    level, parent = region_parent(code)
    yield {
        "code": code,
        "name": name,
        "short_name": text(record, "short_name", 40) or short_region_name(name),
        "level": level,
        "parent": parent,
        "pinyin": text(record, "pinyin", 80),
        "lon": coordinate(record, "lon", "center_lon", limit=180),
        "lat": coordinate(record, "lat", "center_lat", limit=90),
        "source": text(record, "source", 120),
    }


def _occupation(record: Mapping[str, str]) -> Iterator[Row]:
    """The row itself, then the classes it names in columns of its own (major, middle, minor), as the full 大典 file does."""
    code = matched(r"\d(-\d\d){0,3}", record["code"].strip(), "职业代码要写成 6-18-02-04 的样子")
    source, checked = text(record, "source", 120), is_true(record, "checked")
    titles = (title for title in _LIST_MARKS.split(record.get("job_titles", "")) if _WHOLE_TITLE.fullmatch(title))
    names = [*_LIST_MARKS.split(record.get("synonyms", "")), *titles]
    yield {
        "code": code,
        "name": text(record, "name", 80, required=True),
        "parent": code.rpartition("-")[0] or None,
        "synonyms": list(dict.fromkeys(name for name in names if name)),
        "common": is_true(record, "common"),
        "source": source,
        "checked": checked,
    }
    for level in ("minor", "middle", "major"):
        of_class, name = record.get(f"{level}_code", "").strip(), record.get(f"{level}_name", "").strip()
        if code.startswith(f"{of_class}-") and re.fullmatch(r"\d(-\d\d){0,2}", of_class) and name:
            parent = of_class.rpartition("-")[0] or None
            yield {"code": of_class, "name": name, "parent": parent, "synonyms": [], "common": False, "source": source, "checked": checked}


def _industry(record: Mapping[str, str]) -> Iterator[Row]:
    """Codes may carry the letter of their section (`C13`), as forms print them."""
    code = record["code"].strip().upper()
    matched(r"[A-T]|[A-T]?\d{2,4}", code, "行业代码要写成 C、13 或 1311 的样子")
    digits = code.lstrip("ABCDEFGHIJKLMNOPQRST")
    letter = code[: len(code) - len(digits)]
    parent = digits[:-1] if len(digits) > 2 else (letter or record.get("parent", "").strip().upper())
    if digits and len(digits) == 2:
        matched(r"[A-T]", parent, "大类要写明所属门类（parent 列，一个字母）")
    yield {
        "code": digits or code,
        "name": text(record, "name", 80, required=True),
        "parent": parent if digits else None,
        "source": text(record, "source", 120),
    }


def _parameter(record: Mapping[str, str]) -> Iterator[Row]:
    yield {
        "key": matched(r"[a-z][a-z0-9_]{1,79}", record["key"].strip(), "参数名只能用小写字母、数字和下划线"),
        **span(record),
        "value": text(record, "value", 120) or None,
        "unit": text(record, "unit", 40),
        "basis": text(record, "basis", 2000),
        "source": text(record, "source", 2000),
        "checked": is_true(record, "checked"),
    }


def _gate_rule(record: Mapping[str, str]) -> Iterator[Row]:
    severity = text(record, "severity", 20, required=True)
    if severity not in _SEVERITIES:
        raise BadRow(f"severity 只能是 {'、'.join(_SEVERITIES)}：{severity}")
    yield {
        "code": matched(r"[A-Z][A-Z0-9_]{1,24}(\.[a-z_]{1,14})?", record["code"].strip(), "规则代码要写成 AGE 或 HEALTH.carrier 的样子"),
        "profile": matched(r"|direct|forwarded|gig", record.get("profile", "").strip(), "profile 只能是 direct、forwarded、gig 或者不填"),
        "label": text(record, "label", 40, required=True),
        "severity": _SEVERITIES[severity],
        "holds": is_true(record, "holds"),
        "necessity": is_true(record, "necessity"),
        "fields": [field for field in record.get("fields", "").strip().split("|") if field],
        **span(record),
        "article": text(record, "article", 2000, required=True),
        "message": text(record, "message", 500, required=True),
        "mending": text(record, "mending", 500),
        "instead": text(record, "instead", 60),
        "source": text(record, "source", 2000),
        "checked": is_true(record, "checked"),
    }


def _company_end(record: Mapping[str, str]) -> Iterator[Row]:
    yield {
        "uscc": matched(r"[0-9A-HJ-NPQRTUWXY]{18}", record["uscc"].strip().upper(), "统一社会信用代码不是 18 位"),
        "name": text(record, "name", 120, required=True),
        "status": text(record, "status", 20, required=True),
        "ended_on": day(record, "ended_on"),
        "source": text(record, "source", 120),
    }


def _place_name(record: Mapping[str, str]) -> Iterator[Row]:
    code = matched(r"\d{6}", record["code"].strip(), "行政区划代码不是六位数字")
    kind = text(record, "kind", 20, required=True)
    if kind not in _PLACE_KINDS:
        raise BadRow(f"kind 只能是 {'、'.join(_PLACE_KINDS)}：{kind}")
    street = matched(r"|\d{9}", record.get("street", "").strip(), "街道代码不是九位数字")
    if street and not street.startswith(code):
        raise BadRow(f"街道代码 {street} 不属于 {code}")
    yield {
        "name": text(record, "name", 60, required=True),
        "code": code,
        "street": street,
        "kind": _PLACE_KINDS[kind],
        "source": text(record, "source", 120),
    }


def _neighbourhood(record: Mapping[str, str]) -> Iterator[Row]:
    code = matched(r"\d{6}", record["code"].strip(), "行政区划代码不是六位数字")
    neighbours = [matched(r"\d{6}", part, "行政区划代码不是六位数字") for part in _LIST_MARKS.split(record["neighbours"].strip())]
    yield {"code": code, "neighbours": list(dict.fromkeys(neighbours)), "source": text(record, "source", 120)}


def word_list(texts: Iterable[str], *, word: str) -> list[str]:
    """Words for titles: as `as_word` writes them, each once, without the word they explain."""
    return [text for text in dict.fromkeys(as_word(text) for text in texts) if text and text != word]


def _wording(record: Mapping[str, str]) -> Iterator[Row]:
    word = as_word(text(record, "word", 40, required=True))
    kind = text(record, "kind", 20, required=True)
    if kind not in _WORD_KINDS:
        raise BadRow(f"kind 只能是 {'、'.join(_WORD_KINDS)}：{kind}")
    words = word_list(record["words"].split("|"), word=word)
    occupations = [matched(r"\d(-\d\d){0,3}", code, "职业代码要写成 6-18-02-04 的样子") for code in record["occupations"].split("|") if code]
    if not words and not occupations:
        raise BadRow(f"“{word}”没有写明其他叫法，也没有职业代码")
    yield {"word": word, "kind": _WORD_KINDS[kind], "words": words, "occupations": occupations, "by_id": None, "at": None, **_OF_FILES}


_SEVERITIES = {severity.value: severity for severity in Severity}
_WORD_KINDS = {kind.value: kind for kind in WordKind}
_PLACE_KINDS = {kind.value: kind for kind in (PlaceKind.STREET, PlaceKind.ZONE, PlaceKind.FORMER, PlaceKind.POPULAR)}
"""Provinces, cities and counties are rows of the region table."""
_OF_FILES: Row = {"origin": WordOrigin.SHIPPED}

TABLES: dict[str, Table] = {
    "regions": Table(Region, ("code",), ("code", "name"), _region),
    "occupations": Table(Occupation, ("code",), ("code", "name"), _occupation),
    "industries": Table(Industry, ("code",), ("code", "name"), _industry),
    "parameters": Table(Parameter, ("key", "region", "valid_from", "valid_to"), ("key", "region", "value"), _parameter),
    "place_names": Table(PlaceName, ("name", "code", "street"), ("name", "code", "kind"), _place_name),
    "neighbourhoods": Table(Neighbourhood, ("code",), ("code", "neighbours"), _neighbourhood),
    "gate_rules": Table(
        GateRule,
        ("code", "profile", "region", "valid_from", "valid_to"),
        ("code", "label", "severity", "region", "article", "message"),
        _gate_rule,
    ),
    "destination_codes": Table(destinations.DestinationCode, ("year", "code"), ("year", "code", "label", "kind", "numerator"), destinations.code),
    "evidence_kinds": Table(destinations.EvidenceKind, ("code",), ("code", "label", "weight", "proves"), destinations.evidence),
    "pressure_phrases": Table(destinations.PressurePhrase, ("code",), ("code", "words", "article", "message"), destinations.phrase),
    "comparison_purposes": Table(destinations.ComparisonPurpose, ("code",), ("code", "label", "basis", "keep_days"), destinations.purpose),
    "company_ends": Table(CompanyEnd, ("uscc",), ("uscc", "name", "status"), _company_end),
    "service_types": Table(ServiceType, ("code",), ("code", "label", "counts"), service_tables.service_type),
    "service_channels": Table(ServiceChannel, ("code",), ("code", "label", "serves"), service_tables.service_channel),
    "service_standards": Table(
        ServiceStandard,
        ("standard", "programme", "region", "valid_from", "valid_to", "item"),
        ("standard", "programme", "region", "item", "types", "count", "basis"),
        service_tables.service_standard,
        _OF_FILES,
    ),
    "case_programmes": Table(CaseProgramme, ("code",), ("code", "label", "entry"), service_tables.case_programme),
    "hardship_rules": Table(
        HardshipRule,
        ("region", "valid_from", "valid_to", "code"),
        ("region", "code", "label", "test", "basis"),
        service_tables.hardship_rule,
    ),
    "schools": Table(study.School, ("name",), ("name", "code", "province", "level"), study.read_school),
    "majors": Table(study.Major, ("name", "level"), ("name", "level", "code"), study.read_major),
    "roster_words": Table(study.RosterWord, ("field", "word"), ("field", "word", "value"), study.read_roster_word),
    "wordings": Table(Wording, ("word",), ("word", "kind", "words", "occupations"), _wording, _OF_FILES),
}


def read_file(kind: str, path: Path) -> TableFile:
    """Reads a CSV file (UTF-8 or GB18030) as the table `kind`; raises NotThisTable when it is not one."""
    table = TABLES.get(kind)
    if table is None:
        raise NotThisTable(f"没有“{kind}”这张表，可选：{'、'.join(TABLES)}")
    lines = csv.DictReader(io.StringIO(_decode(path), newline=""), restval="")
    missing = [column for column in table.needs if column not in (lines.fieldnames or ())]
    if missing:
        raise NotThisTable(f"{path.name} 缺少列：{'、'.join(missing)}。第一行应当是列名，用英文逗号分隔")
    return _read_rows(table, lines, path.name)


def _decode(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotThisTable(f"{path.name} 不是 UTF-8 或 GB18030 编码的 CSV 文件；如果是 Excel 表格，请另存为 CSV 再导入")


class _Reading:
    """Collects the rows of one file: a row that is stated twice is refused."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._stated: set[tuple[Any, ...]] = set()
        self.rows: list[Row] = []
        self._implied: dict[tuple[Any, ...], Row] = {}

    @property
    def implied(self) -> list[Row]:
        return [row for key, row in self._implied.items() if key not in self._stated]

    def _key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[column] for column in self._table.identity)

    def take(self, record: dict[str | Any, str | Any]) -> None:
        if None in record:
            raise BadRow("列数比表头多")
        first, *implied = self._table.read(record)
        key = self._key(first)
        if key in self._stated:
            raise BadRow(f"与前面的行重复：{'，'.join(str(part) for part in key if part is not None)}")
        self._stated.add(key)
        self.rows.append(first)
        for row in implied:
            self._implied.setdefault(self._key(row), row)


def _read_rows(table: Table, lines: "csv.DictReader[str]", origin: str) -> TableFile:
    reading, refused = _Reading(table), []
    try:
        for record in lines:
            try:
                reading.take(record)
            except BadRow as reason:
                refused.append(Refusal(lines.line_num, str(reason)))
    except csv.Error as reason:
        raise NotThisTable(f"{origin} 第 {lines.line_num} 行不是完整的 CSV：{reason}") from reason
    return TableFile(origin, reading.rows, reading.implied, refused)
