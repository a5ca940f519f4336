"""Many postings at once: each outlet is compared once after it, however many facts tell of it."""

from datetime import timedelta

import pytest

from tests.factories.outlets import make_outlet, outlet_now
from tests.factories.postings import make_posting
from tests.webapp.outlets.support import said
from webapp import ledger
from webapp.access import Actor
from webapp.config import Settings
from webapp.db import now, session, transaction
from webapp.events import BatchImported, CardsChanged
from webapp.ledger import Entry
from webapp.outlets import tending
from webapp.outlets.models import Outlet


def compared(outlet: Outlet, ago: timedelta) -> None:
    with transaction():
        session().get_one(Outlet, outlet.id).checked_at = now() - ago


@pytest.mark.parametrize(("ago", "is_compared"), [(timedelta(minutes=1), False), (timedelta(minutes=4), True)])
def test_an_outlet_that_was_compared_since_is_not_compared_again(house: Settings, ago: timedelta, is_compared: bool) -> None:
    outlet = make_outlet()
    posting = make_posting()
    compared(outlet, ago)
    before = outlet_now(outlet.id).checked_at
    tending.catch_up_all(CardsChanged((now() - timedelta(minutes=2)).isoformat(), 1), lambda: None)
    assert said(outlet, posting) == ([("publish", "due")] if is_compared else [])
    assert (outlet_now(outlet.id).checked_at != before) is is_compared


def test_an_import_that_has_just_ended_is_compared_though_the_outlet_was_a_moment_ago(house: Settings) -> None:
    """Its transaction may have ended after that comparison."""
    outlet, posting = make_outlet(), make_posting()
    compared(outlet, timedelta())
    with transaction():
        entry: Entry = ledger.record(BatchImported("b-1", taken=1, refused=0), by=Actor.SYSTEM)
    tending.catch_up_all(BatchImported(entry.subject or "", taken=1, refused=0), lambda: None)
    assert said(outlet, posting) == [("publish", "due")]
