"""Documents for the search tests, and where the real ones are."""

import csv
import gzip
import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from search.documents import PostingDocument

TODAY = date(2026, 3, 10)
REAL_POSTINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "jobs_postings.csv.gz"
needs_real_postings = pytest.mark.skipif(not REAL_POSTINGS.exists(), reason=f"{REAL_POSTINGS} is not here")
_REGIONS = ("370102", "370100", "370202", "370783", "371702", "370000", "110105", "320106", "")
_TITLES = ("电焊工", "Java开发工程师", "JavaScript 前端", "保洁员", "仓管员（夜班）", "收银员", "货车司机", "会计")


def document(key: str, seq: int = 0, version: int = 1, **values: object) -> PostingDocument:
    defaults: dict[str, object] = {"title": "普工", "posted_on": TODAY, "region": "370102", "source": "direct"}
    return PostingDocument(key=key, seq=seq, version=version, **{**defaults, **values})


def assorted(count: int, seed: int = 7) -> list[PostingDocument]:
    """Documents that share few values, so that every count, filter and tie has something to get wrong."""
    choose = random.Random(seed)
    return [_any_document(number, choose) for number in range(count)]


def _any_document(number: int, choose: random.Random) -> PostingDocument:
    low = choose.choice((None, 2500, 3000, 4200, 5000, 8000, 15000))
    return document(
        f"k{number}",
        seq=number,
        title=choose.choice(_TITLES),
        body=choose.choice(("负责焊接", "五险一金 包吃住", "熟悉 C++ 与 Java", "")),
        region=choose.choice(_REGIONS),
        employment_type=choose.choice(("full_time", "part_time", "")),
        education=choose.randrange(5),
        experience_years=choose.randrange(3),
        occupation=choose.choice(("6-18-02-04", "4-13-05-00", None)),
        industry=choose.choice(("C33", "F52", None)),
        source=choose.choice(("direct", "某网")),
        wage_low=low,
        wage_high=None if low is None else low + choose.choice((0, 500, 4000)),
        posted_on=TODAY - timedelta(days=choose.choice((0, 1, 2, 3, 5, 7, 20, 31, 32, 90))),
        valid_through=TODAY + timedelta(days=choose.choice((-1, 0, 30))),
    )


def real_rows() -> Iterator[dict[str, str]]:
    """The rows of the real postings whose place is known by a six-digit code."""
    csv.field_size_limit(1 << 24)
    with gzip.open(REAL_POSTINGS, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["company"] and re.fullmatch(r"\d{6}", row["region_code"]):
                yield row


def from_row(seq: int, row: dict[str, str]) -> PostingDocument:
    return document(
        row["id"], seq=seq, title=row["title"], employer=row["company"], body=row["description"],
        skills=tuple(filter(None, re.split("[,，;；|]", row["skills"]))),
        region=row["region_code"], source=row["platform"],
    )  # fmt: skip
