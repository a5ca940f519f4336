from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.factories.accounts import make_person
from tests.factories.notices import make_message
from webapp import ledger, sealing
from webapp.access import Actor, Role
from webapp.accounts import operations as accounts
from webapp.accounts import queries as people
from webapp.accounts.models import CodePurpose, LoginCode, Person
from webapp.db import new_key, now, reading, session, transaction
from webapp.events import CodeRequested, MessageQueued
from webapp.ledger import Delivery, DeliveryState, Entry, Listener
from webapp.notices import operations
from webapp.notices.channels import Outcome, Report
from webapp.notices.models import Channel, Message, MessageState, NoticeKind

pytestmark = pytest.mark.usefixtures("database")
SENT, NOT_SENT, REFUSED, IN_DOUBT = (Report(outcome) for outcome in Outcome)


def a_person() -> UUID:
    with transaction() as writing:
        person = Person(id=new_key())
        writing.add(person)
    return person.id


def stored(message_id: UUID) -> Message:
    with reading() as read:
        return read.get_one(Message, message_id)


def a_code(*, age: timedelta = timedelta(0)) -> UUID:
    with transaction() as writing:
        at = now() - age
        code = LoginCode(
            id=new_key(),
            purpose=CodePurpose.SIGN_IN,
            phone_index=sealing.blind("phone", "13800001111"),
            code_hash=b"h" * 32,
            origin_index=b"o" * 32,
            created_at=at,
            expires_at=at + timedelta(minutes=5),
        )
        code.phone, code.code = "13800001111", "123456"
        writing.add(code)
    return code.id


def test_a_person_is_told_of_a_subject_once() -> None:
    person = a_person()
    with transaction():
        first = operations.tell(person, NoticeKind.MATCH, "p1", title="新岗位", body="焊工", path="/postings")
        again = operations.tell(person, NoticeKind.MATCH, "p1", title="新岗位", body="焊工", path="/postings")
    assert first is not None
    assert again is None


def test_who_was_given_a_role_is_told_once_and_of_a_second_grant_again() -> None:
    person = make_person()
    for revoke in (True, False):
        with transaction():
            accounts.invite_staff(phone=person.phone or "", name=None, role=Role.LEADER, region="370100", by=Actor.command())
            first, again = (operations.tell_invited(person.id, Role.LEADER, "370100") for _ in range(2))
            assert first is not None and again is None
            assert (first.person_id, first.title) == (person.id, "您的账号被授予：领导（济南市）")
            if revoke:
                grant = next(row for row in people.grant_rows(person.id) if row.role is Role.LEADER)
                accounts.revoke_role(grant, by=Actor.command())
                session().flush()
                assert operations.tell_invited(person.id, Role.LEADER, "370100") is None


def test_another_subject_kind_or_person_is_told_of_its_own() -> None:
    one, two = a_person(), a_person()
    with transaction():
        told = [
            operations.tell(one, NoticeKind.MATCH, "p1", title="甲"),
            operations.tell(one, NoticeKind.MATCH, "p2", title="乙"),
            operations.tell(one, NoticeKind.REVIEW, "p1", title="丙"),
            operations.tell(two, NoticeKind.MATCH, "p1", title="丁"),
        ]
    assert None not in told


def test_a_refused_second_notice_leaves_the_transaction_usable() -> None:
    person = a_person()
    with transaction() as writing:
        operations.tell(person, NoticeKind.MATCH, "p1", title="新岗位")
        operations.tell(person, NoticeKind.MATCH, "p1", title="新岗位")
        writing.add(Person(id=new_key()))
    with reading() as read:
        assert read.scalar(select(func.count()).select_from(Person)) == 2


def test_a_message_is_queued_once_and_announced_once() -> None:
    message = make_message(key="match:1")
    with transaction():
        again = operations.queue_message(
            channel=Channel.EMAIL, dedupe_key="match:1", address="li@example.com", title="又一次", body="焊工", by=Actor.SYSTEM
        )
    assert again is None
    with reading() as read:
        announced = read.scalars(select(Entry).where(Entry.event == "MessageQueued")).all()
    assert [entry.payload for entry in announced] == [{"message_id": str(message.id)}]


def test_the_stored_message_shows_neither_address_nor_body() -> None:
    message = make_message(address="zhang@example.com", body="焊工，历下区")
    kept = stored(message.id)
    assert b"zhang" not in kept.address_sealed
    assert "焊工".encode() not in kept.body_sealed
    assert (kept.address, kept.body) == ("zhang@example.com", "焊工，历下区")


def test_a_sent_message_is_wiped_and_never_prepared_again() -> None:
    message = make_message()
    with transaction():
        parcel = operations.prepare_message(message.id, doubtful=False)
    assert parcel is not None
    assert (parcel.key, parcel.address) == ("match:1", "zhang@example.com")
    assert stored(message.id).state is MessageState.SENDING
    with transaction():
        operations.settle_message(message.id, SENT)
    kept = stored(message.id)
    assert (kept.state, kept.address_sealed, kept.body_sealed, kept.attempts) == (MessageState.SENT, None, None, 1)
    with transaction():
        assert operations.prepare_message(message.id, doubtful=False) is None


def test_a_message_that_did_not_go_keeps_its_text_for_the_next_attempt() -> None:
    message = make_message()
    for attempt in (1, 2):
        with transaction():
            assert operations.prepare_message(message.id, doubtful=False) is not None
        with transaction():
            operations.settle_message(message.id, NOT_SENT)
        kept = stored(message.id)
        assert (kept.state, kept.attempts, kept.body) == (MessageState.QUEUED, attempt, "焊工")


def test_a_refused_message_has_failed_and_is_wiped() -> None:
    message = make_message()
    with transaction():
        operations.settle_message(message.id, REFUSED)
    kept = stored(message.id)
    assert (kept.state, kept.address_sealed) == (MessageState.FAILED, None)


def test_a_message_in_doubt_is_shown_and_keeps_its_text_for_the_operator() -> None:
    message = make_message()
    with transaction():
        operations.settle_message(message.id, IN_DOUBT)
    kept = stored(message.id)
    assert (kept.state, kept.body) == (MessageState.UNKNOWN, "焊工")


def test_a_code_says_how_long_it_is_valid_and_what_for() -> None:
    code_id = a_code()
    with transaction():
        parcel = operations.prepare_code(code_id, doubtful=False)
    assert parcel is not None
    assert parcel.body.startswith("验证码 123456，5分钟内有效")
    assert "登录" in parcel.body
    assert (parcel.channel, parcel.address) == (Channel.SMS, "13800001111")


def test_a_sent_code_is_wiped() -> None:
    code_id = a_code()
    with transaction():
        operations.settle_code(code_id, SENT)
    with transaction() as writing:
        code = writing.get_one(LoginCode, code_id)
        assert code.code_sealed is None
        assert code.sent_at is not None
        assert operations.prepare_code(code_id, doubtful=False) is None


def test_a_code_that_did_not_go_is_kept_for_the_next_attempt() -> None:
    code_id = a_code()
    with transaction():
        operations.settle_code(code_id, NOT_SENT)
    with transaction():
        assert operations.prepare_code(code_id, doubtful=False) is not None


def test_an_expired_code_is_wiped_instead_of_sent() -> None:
    code_id = a_code(age=timedelta(minutes=6))
    with transaction():
        assert operations.prepare_code(code_id, doubtful=False) is None
    with reading() as read:
        assert read.get_one(LoginCode, code_id).code_sealed is None


def a_delivery(state: DeliveryState, event: MessageQueued | CodeRequested) -> UUID:
    ledger.subscribe({type(event): (Listener("deliver_message", "notify"),)})
    with transaction() as writing:
        entry = ledger.record(event, by=Actor.SYSTEM)
        writing.flush()
        delivery = writing.scalars(select(Delivery).where(Delivery.entry_id == entry.id)).one()
        delivery.state, delivery.attempts, delivery.finished_at = state, 12, now()
    return delivery.id


@pytest.mark.parametrize("state", [DeliveryState.PARKED, DeliveryState.UNKNOWN])
def test_a_retried_delivery_can_be_claimed_at_once_and_is_not_doubtful(state: DeliveryState) -> None:
    delivery_id = a_delivery(state, MessageQueued(str(new_key())))
    with transaction():
        assert ledger.claim("notify") == []
    with transaction():
        operations.retry_delivery(delivery_id, by=Actor.SYSTEM)
    with transaction():
        (claim,) = ledger.claim("notify")
    assert (claim.id, claim.attempts, claim.doubtful) == (delivery_id, 1, False)


def test_a_closed_delivery_is_done_and_its_message_wiped() -> None:
    message = make_message()
    delivery_id = a_delivery(DeliveryState.PARKED, MessageQueued(str(message.id)))
    with transaction():
        operations.close_delivery(delivery_id, by=Actor.SYSTEM)
    kept = stored(message.id)
    assert (kept.state, kept.address_sealed, kept.body_sealed) == (MessageState.FAILED, None, None)
    with reading() as read:
        assert read.get_one(Delivery, delivery_id).state is DeliveryState.DONE


def test_a_closed_message_in_doubt_stays_in_doubt_on_record() -> None:
    message = make_message()
    with transaction():
        operations.settle_message(message.id, IN_DOUBT)
    delivery_id = a_delivery(DeliveryState.UNKNOWN, MessageQueued(str(message.id)))
    with transaction():
        operations.close_delivery(delivery_id, by=Actor.SYSTEM)
    kept = stored(message.id)
    assert (kept.state, kept.address_sealed) == (MessageState.UNKNOWN, None)


def test_a_closed_code_is_wiped() -> None:
    code_id = a_code()
    delivery_id = a_delivery(DeliveryState.PARKED, CodeRequested(str(code_id)))
    with transaction():
        operations.close_delivery(delivery_id, by=Actor.SYSTEM)
    with reading() as read:
        assert read.get_one(LoginCode, code_id).code_sealed is None


@pytest.mark.parametrize("state", [DeliveryState.DUE, DeliveryState.DONE])
def test_an_operator_decides_only_what_is_in_trouble(state: DeliveryState) -> None:
    delivery_id = a_delivery(state, MessageQueued(str(new_key())))
    for decide in (operations.retry_delivery, operations.close_delivery):
        with transaction(), pytest.raises(operations.NotInTrouble):
            decide(delivery_id, by=Actor.SYSTEM)
    with reading():
        assert session().scalar(select(Delivery.state).where(Delivery.id == delivery_id)) is state


def test_an_operators_decision_is_on_the_ledger() -> None:
    delivery_id = a_delivery(DeliveryState.PARKED, MessageQueued(str(new_key())))
    with transaction():
        operations.retry_delivery(delivery_id, by=Actor(new_key(), "system_admin", "web"))
    with reading():
        (entry,) = ledger.entries_about(str(delivery_id))
    assert (entry.event, entry.by_role) == ("DeliveryRetried", "system_admin")
