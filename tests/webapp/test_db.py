import threading
from decimal import Decimal

import pytest
from sqlalchemy import Integer, String, func, literal, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Mapped, mapped_column

from webapp import db
from webapp.ledger import Heartbeat
from webapp.reference.models import Parameter

pytestmark = pytest.mark.usefixtures("database")


def test_a_change_outside_a_transaction_is_refused() -> None:
    db.session().add(Heartbeat(name="x", at=db.now()))
    with pytest.raises(db.WroteWhileReading):
        db.session().flush()


def test_a_transaction_inside_another_is_refused() -> None:
    with db.transaction(), pytest.raises(db.NestedTransaction), db.transaction():
        pass


def test_a_refusal_inside_writes_nothing() -> None:
    with pytest.raises(LookupError), db.transaction() as writing:
        writing.add(Heartbeat(name="x", at=db.now()))
        writing.flush()
        raise LookupError
    assert db.session().get(Heartbeat, "x") is None


def test_opening_a_transaction_ends_the_reading_session() -> None:
    before = db.session()
    with db.transaction() as writing:
        assert db.session() is writing
        writing.add(Heartbeat(name="x", at=db.now()))
    assert db.session() is not before
    assert db.session().get(Heartbeat, "x") is not None


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(Exception, match="zone"), db.transaction() as writing:
        writing.add(Heartbeat(name="x", at=db.now().replace(tzinfo=None)))


def test_an_instant_comes_back_with_its_zone() -> None:
    at = db.now()
    with db.transaction() as writing:
        writing.add(Heartbeat(name="x", at=at))
    db.end_reading()
    assert db.session().scalar(select(Heartbeat.at)) == at


@pytest.mark.parametrize("sum_", [None, "0.01", "0.06", "22.50", "6000.00", "9999999999.99"])
def test_a_sum_comes_back_to_the_fen(sum_: str | None) -> None:
    given = sum_ and Decimal(sum_)
    column = literal(given, db.Yuan())
    found = db.session().scalar(select(column))
    assert (found, type(found)) == (given, type(given))


def test_a_sum_finer_than_a_fen_is_refused() -> None:
    with pytest.raises(StatementError, match="finer than a fen"):
        db.session().scalar(select(literal(Decimal("0.065"), db.Yuan())))


def test_no_increment_is_lost_between_threads() -> None:
    with db.transaction() as writing:
        writing.add(Parameter(key="counter", region="CN", value="0"))

    def increment() -> None:
        for _ in range(25):
            with db.transaction() as writing:
                row = writing.scalars(select(Parameter).where(Parameter.key == "counter").with_for_update()).one()
                row.value = str(int(row.value or 0) + 1)

    threads = [threading.Thread(target=increment) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.session().scalar(select(Parameter.value).where(Parameter.key == "counter")) == "100"


def test_keys_made_later_sort_later() -> None:
    keys = [db.new_key() for _ in range(1000)]
    assert keys == sorted(keys)
    assert len(set(keys)) == 1000


def test_numbers_are_handed_out_once() -> None:
    class Numbered(db.Base):
        __tablename__ = "numbered"
        id: Mapped[int] = mapped_column(Integer, primary_key=True)
        word: Mapped[str] = mapped_column(String(5), default="")

    try:
        with db.transaction() as writing:
            Numbered.__table__.create(writing.connection())
            first = db.take_numbers("numbered_seq", "numbered", "id", 3)
            writing.add_all(Numbered(id=number) for number in first)
        with db.transaction():
            assert first == [1, 2, 3]
            assert db.take_numbers("numbered_seq", "numbered", "id") == [4]
    finally:
        db.Base.metadata.remove(Numbered.__table__)


def test_foreign_keys_are_enforced() -> None:
    assert db.session().scalar(text("PRAGMA foreign_keys")) == 1
    assert db.session().scalar(select(func.count()).select_from(Heartbeat)) == 0
