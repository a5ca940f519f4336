"""What happens to a delivery when its handler works, fails, or its worker is killed."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.conftest import make_settings
from tests.factories.accounts import make_code, make_person, make_phone
from tests.factories.notices import make_message
from tests.workers.support import deliveries, let_time_pass, states, taken_by_a_worker_that_died, told
from webapp import ledger
from webapp.config import Settings
from webapp.db import reading, transaction
from webapp.events import PostingApproved, UpkeepDue
from webapp.ledger import DeliveryState
from webapp.notices import channels
from webapp.notices.channels import Outcome, Parcel, Report
from webapp.notices.models import Message, MessageState, NoticeKind
from webapp.notices.operations import tell
from webapp.notices.queries import unread_count
from workers import carrying
from workers.carrying import carry_one
from workers.handlers import HANDLERS, Inside, Long

DUE, DONE, PARKED, UNKNOWN = DeliveryState.DUE, DeliveryState.DONE, DeliveryState.PARKED, DeliveryState.UNKNOWN
LONG_ENOUGH = timedelta(hours=5)


class Killed(BaseException):
    """SIGKILL as a test can raise it: nothing of ours catches it."""


@pytest.fixture
def matching(monkeypatch: pytest.MonkeyPatch):
    """Puts a handler of the test's own in the place of `match_posting`."""
    return lambda handler: monkeypatch.setitem(HANDLERS, "match_posting", handler)


def telling(person_id: UUID, *, then: BaseException | None = None):
    def act(event: PostingApproved) -> None:
        tell(person_id, NoticeKind.MATCH, event.posting_id, title="新岗位")
        if then is not None:
            raise then

    return Inside(act)


def notices_of(person_id: UUID) -> int:
    with reading():
        return unread_count(person_id)


def message_state(key: str) -> MessageState:
    with reading() as session:
        return session.query(Message).filter(Message.dedupe_key == key).one().state


def files(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.messages_directory.glob("*")) if settings.messages_directory.exists() else []


def test_an_effect_and_its_delivery_are_done_together(house: Settings, matching) -> None:
    person = make_person()
    matching(telling(person.id))
    told(PostingApproved("p1"))
    assert carry_one("notify", house)
    assert (notices_of(person.id), states("match_posting")) == (1, [DONE])
    assert not carry_one("notify", house)


def test_a_failed_effect_leaves_nothing_and_waits_a_minute(house: Settings, matching) -> None:
    person = make_person()
    matching(telling(person.id, then=ValueError("13900001234")))
    told(PostingApproved("p1"))
    assert carry_one("notify", house)
    (delivery,) = deliveries("match_posting")
    assert (notices_of(person.id), delivery.state, delivery.attempts) == (0, DUE, 1)
    assert not carry_one("notify", house)
    let_time_pass(timedelta(minutes=1))
    assert carry_one("notify", house)


def test_a_failure_is_named_without_the_values_in_its_text(house: Settings, matching, caplog: pytest.LogCaptureFixture) -> None:
    matching(telling(make_person().id, then=ValueError("13900001234")))
    told(PostingApproved("p1"))
    carry_one("notify", house)
    (delivery,) = deliveries("match_posting")
    assert "ValueError at test_carrying.py" in str(delivery.last_error)
    assert "13900001234" not in str(delivery.last_error) + caplog.text


def test_a_delivery_that_never_succeeds_is_parked_and_its_neighbours_are_not(house: Settings, matching) -> None:
    person = make_person()

    def act(event: PostingApproved) -> None:
        if event.posting_id == "poison":
            raise KeyError(event.posting_id)
        tell(person.id, NoticeKind.MATCH, event.posting_id, title="新岗位")

    matching(Inside(act))
    told(PostingApproved("poison"))
    told(PostingApproved("p2"))
    for _ in range(ledger.MAX_ATTEMPTS):
        while carry_one("notify", house):
            pass
        let_time_pass(LONG_ENOUGH)
    assert states("match_posting") == [PARKED, DONE]
    assert notices_of(person.id) == 1
    assert not carry_one("notify", house)


def test_a_worker_killed_inside_an_effect_leaves_it_to_be_done_once(house: Settings, matching) -> None:
    person = make_person()
    matching(telling(person.id, then=Killed()))
    told(PostingApproved("p1"))
    with pytest.raises(Killed):
        carry_one("notify", house)
    assert notices_of(person.id) == 0
    matching(telling(person.id))
    assert carry_one("notify", house), "what was not committed can be taken at once, without waiting for a lease"
    assert (notices_of(person.id), states("match_posting")) == (1, [DONE])


def test_a_fact_with_a_listener_of_another_version_fails_and_waits(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    told(PostingApproved("p1"))
    monkeypatch.delitem(HANDLERS, "match_posting")
    assert carry_one("notify", house)
    assert [(one.state, one.attempts) for one in deliveries("match_posting")] == [(DUE, 1)]


def test_a_code_is_sent_before_everything_else(house: Settings, matching) -> None:
    done: list[str] = []
    matching(Inside(lambda event: done.append(event.posting_id)))
    told(PostingApproved("p1"))
    make_code(make_phone())
    carry_one("notify", house)
    assert (states("send_code"), done) == ([DONE], [])
    assert len(files(house)) == 1


def test_an_inbox_does_not_wait_for_the_mail_server(house: Settings, matching) -> None:
    person = make_person()
    matching(telling(person.id))
    make_message(key="m1")
    told(PostingApproved("p1"))
    carry_one("notify", house)
    assert (notices_of(person.id), states("deliver_message")) == (1, [DUE])


def test_a_message_is_sent_once_and_its_text_is_wiped(house: Settings) -> None:
    make_message(key="m1")
    assert carry_one("notify", house)
    assert (states("deliver_message"), message_state("m1"), len(files(house))) == ([DONE], MessageState.SENT, 1)


def test_a_message_of_a_killed_worker_meets_its_own_file(house: Settings) -> None:
    make_message(key="m1")
    taken_by_a_worker_that_died("notify")
    assert carry_one("notify", house)
    assert (states("deliver_message"), len(files(house))) == ([DONE], 1)


def test_a_mail_in_doubt_is_not_sent_again_but_shown(house: Settings) -> None:
    settings = make_settings(house.var, house.database_url, smtp_url="smtp://127.0.0.1:1")
    make_message(key="m1")
    taken_by_a_worker_that_died("notify")
    assert carry_one("notify", settings)
    assert (states("deliver_message"), message_state("m1")) == ([UNKNOWN], MessageState.UNKNOWN)
    let_time_pass(LONG_ENOUGH)
    assert not carry_one("notify", settings)


def test_a_mail_server_that_is_away_is_tried_again(house: Settings) -> None:
    settings = make_settings(house.var, house.database_url, smtp_url="smtp://127.0.0.1:1")
    make_message(key="m1")
    assert carry_one("notify", settings)
    assert (states("deliver_message"), message_state("m1")) == ([DUE], MessageState.QUEUED)


def test_a_sender_that_breaks_leaves_the_mail_in_doubt(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(parcel: Parcel, settings: Settings) -> Report:
        raise RuntimeError(parcel.address)

    settings = make_settings(house.var, house.database_url, smtp_url="smtp://127.0.0.1:1")
    monkeypatch.setattr(carrying, "dispatch", broken)
    make_message(key="m1")
    carry_one("notify", settings)
    assert states("deliver_message") == [UNKNOWN]


def test_a_worker_that_comes_back_after_its_lease_cannot_settle(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(parcel: Parcel, settings: Settings) -> Report:
        let_time_pass(timedelta(minutes=1))
        monkeypatch.setattr(carrying, "dispatch", channels.dispatch)
        assert carry_one("notify", settings), "the lease is over: another worker takes it"
        return Report(Outcome.NOT_SENT, "too late")

    monkeypatch.setattr(carrying, "dispatch", slow)
    make_message(key="m1")
    carry_one("notify", house)
    assert (states("deliver_message"), message_state("m1")) == ([DONE], MessageState.SENT)


def test_long_work_that_lost_its_lease_stops(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[int] = []

    def run(event: UpkeepDue, renew) -> None:
        for part in range(3):
            parts.append(part)
            let_time_pass(timedelta(minutes=2))
            if part == 1:
                taken_by_another()
            renew()

    def taken_by_another() -> None:
        with transaction():
            assert ledger.claim("batch")

    monkeypatch.setitem(HANDLERS, "run_upkeep", Long(run))
    told(UpkeepDue("purge", "2026-11-25T03:30"))
    carry_one("batch", house)
    assert (parts, states("run_upkeep")) == ([0, 1], [DUE])


def test_long_work_opens_transactions_of_its_own(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    person = make_person()

    def run(event: UpkeepDue, renew) -> None:
        with transaction():
            tell(person.id, NoticeKind.MATCH, event.job, title="到期")

    monkeypatch.setitem(HANDLERS, "run_upkeep", Long(run))
    told(UpkeepDue("purge", "2026-11-25T03:30"))
    carry_one("batch", house)
    assert (notices_of(person.id), states("run_upkeep")) == (1, [DONE])
