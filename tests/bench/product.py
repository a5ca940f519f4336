"""The platform itself over some files of real postings, for benches: imported, coded, indexed and asked as the pages do."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import select

import search.current
from search.embedded import EmbeddedEngine
from tests.conftest import TEST_SECRETS, make_settings, migrate
from webapp import db, ledger, sealing
from webapp.access import Actor
from webapp.postings import criteria as criteria_of
from webapp.postings import indexing
from webapp.postings.models import Posting
from webapp.postings.widening import widened
from webapp.reference import queries as reference
from webapp.sources.operations import import_postings


@contextmanager
def imported(files: Iterable[Path], var: Path, *, as_of: date, index: bool = True) -> Iterator[None]:
    """A house of its own in `var` with these files in its database and its embedded index."""
    settings = make_settings(var)
    sealing.configure(TEST_SECRETS)
    migrate(settings.database_url)
    engine = db.connect(settings.database_url)
    ledger.subscribe({})
    reference.settle(settings.home_region)
    search.current.use(EmbeddedEngine(settings.search_directory))
    for file in files:
        import_postings(file, source_name=None, as_of=as_of, rejects=None, var=var, by=Actor.command(), progress=None)
    if index:
        search.current.engine().rebuild(indexing.every_open())
    yield
    db.end_reading()
    engine.dispose()


def source_keys() -> dict[str, tuple[str, str | None]]:
    """Our key -> the source's own id and the occupation it was coded with."""
    with db.reading():
        rows = db.session().execute(select(Posting.id, Posting.source_key, Posting.occupation))
        return {str(key): (str(source_key), occupation) for key, source_key, occupation in rows}


def ask(text: str, limit: int, *, on: date) -> list[str]:
    """Our keys as the search page lists them: read, widened where little fits, ranked."""
    with db.reading():
        criteria = criteria_of.read({"q": text}, on=on)
        query = widened(criteria).query
    return list(search.current.engine().find(replace(query, limit=limit, offset=0, facets=False)).keys)
