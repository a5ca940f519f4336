"""Questions made of the words, places and wages of real postings, of every kind a search page can ask."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from search.analysis import default_analysis
from search.documents import PostingDocument
from search.query import Near, PostingQuery, Sort, Widening, Wish
from tests.search.samples import real_rows

TODAY = date(2026, 3, 10)
_CODES = ("insurance", "housing_fund", "meals", "lodging", "weekends")
_SHIFTS = ("", "", "day", "night", "rotating")


def real_documents(count: int, seed: int = 5) -> list[PostingDocument]:
    """Real postings, with what their file does not say (days, types, shifts) dealt out by a seed."""
    choose = random.Random(seed)
    rows = [row for number, row in enumerate(real_rows()) if number % 7 == 0][:count]
    return [_document(number, row, choose) for number, row in enumerate(rows)]


def _document(number: int, row: dict[str, str], choose: random.Random) -> PostingDocument:
    low, high = sorted(int(float(row[name] or 0)) for name in ("salary_min", "salary_max"))
    point = (float(row["lon"] or 0), float(row["lat"] or 0))
    return PostingDocument(
        key=row["id"],
        seq=number,
        version=1,
        title=row["title"],
        employer=row["company"],
        body=row["description"],
        skills=tuple(filter(None, row["skills"].split("|"))),
        benefits=tuple(filter(None, row["benefits"].split("|"))),
        region=row["region_code"],
        occupation=choose.choice((None, "6-18-02-04", "2-02-10-03", "4-01-02-03")),
        employment_type=choose.choice(("full_time", "part_time", "")),
        shift=choose.choice(_SHIFTS),
        benefit_codes=tuple(choose.sample(_CODES, choose.randrange(4))),
        education=choose.choice((0, 30, 40, 50)),
        experience_years=choose.randrange(3),
        wage_low=low or None,
        wage_high=high or None,
        posted_on=TODAY - timedelta(days=choose.choice((0, 1, 2, 3, 5, 7, 20, 31, 32, 90))),
        valid_through=TODAY + timedelta(days=choose.choice((-1, 30, 90))),
        source=row["platform"],
        lon=point[0] if all(point) else None,
        lat=point[1] if all(point) else None,
    )


def question(choose: random.Random, documents: Sequence[PostingDocument]) -> PostingQuery:
    one = choose.choice(documents)
    lon, lat = (one.lon, one.lat) if one.lon and one.lat else (117.0, 36.65)
    is_near = choose.random() < 0.2
    sorts = (Sort.RELEVANCE, Sort.RELEVANCE, Sort.DATE, Sort.WAGE, *((Sort.DISTANCE, Sort.DISTANCE) if is_near else ()))
    return PostingQuery(
        wishes=tuple(_wishes(choose, one, documents)),
        widening=choose.choice((*Widening, Widening.EXACT, Widening.EXACT)),
        regions=(one.region, choose.choice(documents).region)[: choose.randrange(3)] if not is_near else (),
        nearby=(choose.choice(documents).region,),
        outside="37" if choose.random() < 0.05 else None,
        near=Near(lon, lat, choose.choice((1, 5, 20, 80))) if is_near else None,
        wage_at_least=choose.choice((None, None, None, 4000, 8000)),
        wage_at_most=choose.choice((None, None, None, None, 9000)),
        employment_types=_some(choose, ("full_time", "part_time")),
        educations=_some(choose, (0, 30, 40)),
        shifts=_some(choose, ("day", "night")),
        benefits=_some(choose, _CODES[:2]),
        posted_since=choose.choice((None, None, None, TODAY - timedelta(days=7))),
        experience_none=choose.random() < 0.1,
        sources=(one.source,) if choose.random() < 0.1 else (),
        valid_on=TODAY,
        today=TODAY,
        sort=choose.choice(sorts),
        limit=choose.choice((20, 20, 200)),
    )


def _wishes(choose: random.Random, one: PostingDocument, documents: Sequence[PostingDocument]) -> list[Wish]:
    wishes = []
    for _ in range(choose.choice((0, 1, 1, 1, 2, 2, 3))):
        words = default_analysis().words(choose.choice((one.title, one.title, one.body[:60], choose.choice(documents).title)))
        start = choose.randrange(len(words)) if words else 0
        text = "".join(words[start : start + choose.choice((1, 1, 2))])
        if not text:
            continue
        also = tuple(default_analysis().words(choose.choice(documents).title)[:2]) if choose.random() < 0.3 else ()
        wishes.append(
            Wish(
                text,
                quoted=choose.random() < 0.1,
                unwanted=choose.random() < 0.1,
                optional=choose.random() < 0.2,
                also=also,
                occupations=("6-18-02-04",) if choose.random() < 0.2 else (),
                likely=("4-01-02-03",) if choose.random() < 0.2 else (),
            )
        )
    return wishes


def _some(choose: random.Random, values: tuple[Any, ...]) -> tuple[Any, ...]:
    return (choose.choice(values),) if choose.random() < 0.12 else ()
