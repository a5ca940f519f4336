from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from tests.factories.notices import make_notice
from webapp import ledger
from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.db import new_key, now, reading, session, transaction
from webapp.events import MessageQueued, SignedIn, SignedOut
from webapp.ledger import Delivery, DeliveryState, Entry, Heartbeat, Listener
from webapp.notices import operations, queries

pytestmark = pytest.mark.usefixtures("database")


def a_person() -> UUID:
    with transaction() as writing:
        person = Person(id=new_key())
        writing.add(person)
    return person.id


def test_unread_notices_come_first_then_the_newest() -> None:
    person = a_person()
    made = [make_notice(person, subject=subject) for subject in ("old", "read", "new")]
    with transaction():
        notice = queries.notice_of(person, made[1].id, locked=True)
        assert notice is not None
        operations.mark_read(notice)
    with reading():
        assert [notice.subject for notice in session().scalars(queries.inbox(person))] == ["new", "old", "read"]
        assert queries.unread_count(person) == 2


def test_another_persons_notice_is_not_found_counted_or_marked() -> None:
    mine, theirs = a_person(), a_person()
    notice = make_notice(theirs)
    with transaction():
        operations.mark_all_read(mine)
    with reading():
        assert queries.notice_of(mine, notice.id) is None
        assert session().scalars(queries.inbox(mine)).all() == []
        assert (queries.unread_count(mine), queries.unread_count(theirs)) == (0, 1)


def test_a_queue_tells_what_is_due_taken_and_waiting_again() -> None:
    ledger.subscribe({MessageQueued: (Listener("deliver_message", "notify"),)})
    with transaction() as writing:
        for _ in range(4):
            ledger.record(MessageQueued(str(new_key())), by=Actor.SYSTEM)
        writing.flush()
        oldest, taken, failed, done = writing.scalars(select(Delivery).order_by(Delivery.id))
        oldest.available_at = now() - timedelta(minutes=7)
        taken.lease_until = now() + timedelta(seconds=20)
        failed.available_at = now() + timedelta(minutes=5)
        done.state = DeliveryState.DONE
    with reading():
        (figures,) = queries.queue_figures()
    assert (figures.queue, figures.due, figures.taken, figures.later) == ("notify", 1, 1, 1)
    assert figures.oldest is not None
    assert timedelta(minutes=7) <= figures.oldest < timedelta(minutes=8)


def test_an_idle_house_has_no_queue_and_no_trouble() -> None:
    with reading():
        assert queries.queue_figures() == []
        assert session().scalars(queries.troubled()).all() == []
        assert queries.pulses() == []


def test_a_silent_process_is_stale_sooner_for_the_relay_and_forgotten_after_a_day() -> None:
    with transaction() as writing:
        for name, age in (("relay", 30), ("worker:notify:a:1", 30), ("worker:index:a:2", 300), ("worker:batch:a:3", 90_000)):
            writing.add(Heartbeat(name=name, at=now() - timedelta(seconds=age)))
    with reading():
        told = {pulse.name: pulse.stale for pulse in queries.pulses()}
    assert told == {"relay": True, "worker:notify:a:1": False, "worker:index:a:2": True}


def entry_at(at: datetime, kind: str = "SignedIn", *, subject: str = "s", by: UUID | None = None) -> None:
    with transaction() as writing:
        writing.execute(
            insert(Entry).values(
                id=new_key(), event=kind, payload={"person_id": subject}, subject=subject, by_person=by, by_role="seeker", by_origin="web", at=at
            )
        )


def test_a_day_of_the_audit_is_a_day_of_the_wall_calendar_here() -> None:
    for at in (
        datetime(2026, 3, 1, 15, 59, tzinfo=UTC),  # 23:59 in Jinan
        datetime(2026, 3, 1, 16, 0, tzinfo=UTC),  # midnight
        datetime(2026, 3, 2, 15, 59, tzinfo=UTC),
        datetime(2026, 3, 2, 16, 0, tzinfo=UTC),
    ):
        entry_at(at)
    with reading():
        found = session().scalars(queries.entries(day=date(2026, 3, 2))).all()
    assert [entry.at.hour * 60 + entry.at.minute for entry in found] == [15 * 60 + 59, 16 * 60]


def test_the_audit_is_filtered_by_kind_and_by_what_it_is_about() -> None:
    actor = new_key()
    entry_at(now(), SignedIn.__name__, subject="a")
    entry_at(now(), SignedOut.__name__, subject="a")
    entry_at(now(), SignedIn.__name__, subject="b", by=actor)
    with reading():
        assert len(session().scalars(queries.entries(event="SignedIn")).all()) == 2
        assert len(session().scalars(queries.entries(subject="a")).all()) == 2
        assert len(session().scalars(queries.entries(event="SignedIn", subject="a")).all()) == 1
        assert [entry.subject for entry in session().scalars(queries.entries(subject=str(actor)))] == ["b"]
        assert session().scalars(queries.entries(subject="nobody")).all() == []
