"""The 急需紧缺目录 of one city, counted from every real posting, and computed again: seconds, memory, and whether it is the same.

    .venv/bin/python -m tests.bench.catalogue [FILE]

The postings of FILE (the real ones) are imported into an empty SQLite house and laid into the counties of Jinan by their number; two of
three get a headcount. 2,000 needs and 20,000 seekers with words of real titles are added. Prints a table; the last line is one JSON object.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Integer, case, cast, func, insert, select, update

from tests.bench.product import imported
from tests.conftest import SHARED
from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.db import new_key, now, reading, session, today, transaction
from webapp.demand import cataloguing
from webapp.demand.catalogue_models import Catalogue, CatalogueInput, CatalogueRow
from webapp.demand.models import Need, NeedSource, NeedState, Urgency
from webapp.demand.periods import around
from webapp.employers.models import Employer
from webapp.postings.models import Posting
from webapp.reference import queries as reference
from webapp.seekers.models import SeekerProfile

CITY, NEEDS, SEEKERS, AT_ONCE = "370100", 2_000, 20_000, 1_000
FILE = SHARED / "data" / "jobs_postings.csv.gz"


def main(path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="zhilu-bench-") as var, imported([path], Path(var), as_of=today(), index=False):
        titles = lay_into_the_city()
        add_needs()
        add_seekers(titles)
        first, computed = timed(compute)
        second, again = timed(compute)
        proved, same = timed(lambda: cataloguing.recheck(first_key(), no_lease))
        result = figures() | {
            "seconds": round(computed, 1),
            "again_seconds": round(again, 1),
            "recheck_seconds": round(same, 1),
            "recheck_same": proved,
            "second_same": digests(first) == digests(second),
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    for name, value in result.items():
        print(f"{name:20}{value:>14}")
    print(json.dumps(result, ensure_ascii=False))


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.monotonic()
    done = work()
    return done, time.monotonic() - began


def no_lease() -> None:
    """Nobody else is there to take the work over."""


def lay_into_the_city() -> list[str]:
    """Answers titles to wish for."""
    counties = [row.code for row in reference.regions().children(CITY)]
    place = case(*((Posting.seq % len(counties) == number, code) for number, code in enumerate(counties)), else_=counties[0])
    with transaction():
        headcount = case((Posting.seq % 3 == 0, None), else_=cast(Posting.seq % 7 + 1, Integer))
        session().execute(update(Posting).values(region=place, headcount=headcount).execution_options(synchronize_session=False))
        wanted = select(Posting.title).where(Posting.occupation.is_not(None)).order_by(Posting.seq).limit(SEEKERS)
        return list(session().scalars(wanted))


def add_needs() -> None:
    codes = [row.code for row in reference.occupations().holding("") if row.code.count("-") == 3]
    counties = [row.code for row in reference.regions().children(CITY)]
    with transaction():
        employers = [new_key() for _ in range(200)]
        session().execute(insert(Employer), [_employer(key, number, counties) for number, key in enumerate(employers)])
        session().execute(insert(Need), [_need(number, employers, codes, counties) for number in range(NEEDS)])


def _employer(key: Any, number: int, counties: list[str]) -> dict[str, Any]:
    return {"id": key, "uscc": f"{number:018d}", "name": f"单位{number}", "region": counties[number % len(counties)], "address": "", "industry": "C"}


def _need(number: int, employers: list[Any], codes: list[str], counties: list[str]) -> dict[str, Any]:
    return {
        "id": new_key(), "employer_id": employers[number % len(employers)], "state": NeedState.OPEN, "source": NeedSource.VISIT,
        "occupation": codes[number * 7 % len(codes)], "headcount": number % 9 + 1, "hired": 0, "urgency": Urgency.NORMAL,
        "region": counties[number % len(counties)], "opened_on": today(), "touched_on": today(), "told": {},
    }  # fmt: skip


def add_seekers(titles: list[str]) -> None:
    counties = [row.code for row in reference.regions().children(CITY)]
    for start in range(0, SEEKERS, AT_ONCE):
        keys = [new_key() for _ in range(AT_ONCE)]
        profiles = [_profile(number, key, counties, titles) for number, key in enumerate(keys, start)]
        with transaction():
            session().execute(insert(Person), [{"id": key, "created_at": now()} for key in keys])
            session().execute(insert(SeekerProfile), profiles)


def _profile(number: int, key: Any, counties: list[str], titles: list[str]) -> dict[str, Any]:
    wanted = titles[number % len(titles)] if number % 10 else ""
    place = counties[number % len(counties)]
    return {"person_id": key, "region": place, "wanted": wanted, "skills": [], "education": 0, "updated_at": now()}


def compute() -> Any:
    with transaction():
        key = cataloguing.ask(CITY, around(today(), quarter=True), by=Actor.SYSTEM, on=today()).id
    cataloguing.compute_catalogue(key, no_lease, by=Actor.SYSTEM)
    return key


def first_key() -> Any:
    with reading():
        return session().scalar(select(Catalogue.id).where(Catalogue.version == 1))


def digests(key: Any) -> tuple[str, str]:
    with reading():
        catalogue = session().get_one(Catalogue, key)
        return catalogue.inputs_digest, catalogue.rows_digest


def figures() -> dict[str, Any]:
    with reading():
        inputs = session().scalar(select(func.count()).where(CatalogueInput.catalogue_id == first_key()))
        rows = session().scalar(select(func.count()).where(CatalogueRow.catalogue_id == first_key()))
        return {"postings": session().scalar(select(func.count()).select_from(Posting)), "inputs": inputs, "rows": rows}


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE)
