"""What seekers keep, by the operations the house itself uses."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from tests.factories.accounts import make_person
from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import in_transaction, transaction
from webapp.matching.operations import filed
from webapp.postings.criteria import read
from webapp.seekers.models import SavedSearch
from webapp.seekers.operations import save_search


def make_saved_search(person: Person | None = None, *, name: str = "焊工", by_email: bool = True, **criteria: Any) -> SavedSearch:
    """A search for `q` 焊工 unless something else is asked for."""
    with _ensured():
        who = person or make_person(name="孙求职")
        actor = Actor(who.id, Role.SEEKER.value, "web")
        asked = criteria or {"q": "焊工"}
        return save_search(who.id, name=name, criteria=asked, **filed(read(asked))._asdict(), by_email=by_email, by=actor)


def _ensured() -> AbstractContextManager[Any]:
    return nullcontext() if in_transaction() else transaction()
