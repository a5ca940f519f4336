"""Telling people, and sending what leaves the house.

A message outside is carried by a worker in three steps: `prepare_*` in a transaction of its own, `channels.dispatch` with none open,
`settle_*` in the transaction that closes the delivery. Nothing of a message stays readable once it was sent.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from webapp import ledger
from webapp.access import Actor
from webapp.accounts import queries as people
from webapp.accounts.models import EmailConfirmation, LoginCode, Person
from webapp.db import Base, is_sqlite, new_key, now, session
from webapp.events import DeliveryClosed, DeliveryRetried, MessageQueued
from webapp.ledger import Delivery, DeliveryState
from webapp.notices.channels import Outcome, Parcel, Report
from webapp.notices.links import header_link, link
from webapp.notices.models import Channel, Message, MessageState, Notice, NoticeKind
from webapp.reference import queries as reference


class NotInTrouble(Exception):
    """The delivery is neither parked nor unknown: there is nothing for an operator to decide."""


def tell(person_id: UUID, kind: NoticeKind, subject: str, *, title: str, body: str = "", path: str = "") -> Notice | None:
    """Puts one line into a person's inbox; None when this person was told of this subject before (also by another process meanwhile)."""
    notice = Notice(
        id=new_key(), person_id=person_id, kind=kind, subject=subject, title=title[:120], body=body[:500], path=path[:200], created_at=now()
    )
    return notice if _add_once(notice) else None


def tell_invited(person_id: UUID, role: str, region: str) -> Notice | None:
    """Says to somebody that they hold a staff role now, once per grant; None where it was taken back meanwhile."""
    grant = next((row for row in people.grant_rows(person_id) if (row.role.value, row.region) == (role, region)), None)
    if grant is None:
        return None
    title = f"您的账号被授予：{grant.role.label}（{reference.regions().name(region)}）"
    body = "由系统管理员授予，已经生效。如果您不知道这件事，请马上拨打 12333，要求收回。"
    return tell(person_id, NoticeKind.ROLE, f"grant:{grant.id}", title=title, body=body)


def queue_message(
    *,
    channel: Channel,
    dedupe_key: str,
    address: str,
    title: str,
    body: str,
    by: Actor,
    person_id: UUID | None = None,
    leave_path: str = "",
) -> Message | None:
    """Hands a message to the workers; None when one with this key was queued before. `title` is kept, so it holds no personal data.
    `leave_path` is the page where such messages are stopped (List-Unsubscribe)."""
    message = Message(
        id=new_key(),
        channel=channel,
        dedupe_key=dedupe_key,
        person_id=person_id,
        title=title[:120],
        leave_path=leave_path,
        state=MessageState.QUEUED,
        attempts=0,
        created_at=now(),
    )
    message.address = address
    message.body = body
    if not _add_once(message):
        return None
    ledger.record(MessageQueued(str(message.id)), by=by)
    return message


def write_confirmation(confirmation_id: UUID, *, by: Actor) -> Message | None:
    """The letter with the link that confirms an address; its token is wiped here. None where it would come too late to be of use."""
    asked = session().get(EmailConfirmation, confirmation_id, with_for_update=True)
    if asked is None or asked.token is None:
        return None
    token, asked.token = asked.token, None
    person = session().get_one(Person, asked.person_id)
    if person.email is None or person.email_index != asked.email_index or asked.used_at is not None or asked.expires_at <= now():
        return None
    hours = round((asked.expires_at - asked.created_at).total_seconds() / 3600)
    body = (
        f"有人在职路登记了这个邮箱，用来接收新岗位提醒。\n\n是您本人的话，请在 {hours} 小时内打开下面的页面，点“确认邮箱”：\n"
        f"{link(f'/confirm-email/{token}')}\n\n不是您登记的，不用理会：没有确认，就不会再收到提醒邮件。\n"
    )
    return queue_message(
        channel=Channel.EMAIL, dedupe_key=f"confirm:{asked.id}", address=person.email, title="请确认您的邮箱", body=body, person_id=person.id, by=by
    )


def _add_once(row: Base) -> bool:
    """Adds the row unless a unique key refuses it, without breaking the transaction around it.

    A look beforehand would not do: two workers may tell the same at the same moment.
    """
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    table = type(row).__table__
    values = {column.name: getattr(row, column.key) for column in table.columns}
    added = session().execute(insert(type(row)).values(values).on_conflict_do_nothing().returning(table.c.id))
    return added.first() is not None


def mark_read(notice: Notice) -> None:
    if notice.read_at is None:
        notice.read_at = now()


def mark_all_read(person_id: UUID) -> None:
    session().execute(update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None)).values(read_at=now()))


def prepare_message(message_id: UUID, *, doubtful: bool) -> Parcel | None:
    """Marks the attempt and reads what to send; None when there is nothing left to send."""
    message = session().get(Message, message_id, with_for_update=True)
    if message is None or message.state is MessageState.SENT or message.address is None:
        return None
    message.state = MessageState.SENDING
    message.attempts += 1
    return Parcel(message.dedupe_key, message.channel, message.address, message.title, message.body or "", doubtful, header_link(message.leave_path))


_STATES = {
    Outcome.SENT: MessageState.SENT,
    Outcome.NOT_SENT: MessageState.QUEUED,
    Outcome.REFUSED: MessageState.FAILED,
    Outcome.IN_DOUBT: MessageState.UNKNOWN,
}


def settle_message(message_id: UUID, report: Report) -> None:
    """Writes down what became of the attempt. One in doubt keeps its text until an operator sends it again or closes it."""
    message = session().get(Message, message_id, with_for_update=True)
    if message is None:
        return
    message.state = _STATES[report.outcome]
    if report.outcome is Outcome.SENT:
        message.sent_at = now()
    if report.outcome in {Outcome.SENT, Outcome.REFUSED}:
        _wipe_message(message)


def prepare_code(code_id: UUID, *, doubtful: bool) -> Parcel | None:
    """The text message of a one-time code; None when it was sent or nobody can use it any more (it is wiped then)."""
    code = session().get(LoginCode, code_id, with_for_update=True)
    if code is None or code.code is None or code.phone is None:
        return None
    left = code.expires_at - now()
    if code.used_at is not None or left.total_seconds() <= 0:
        _wipe_code(code)
        return None
    minutes = max(1, round((code.expires_at - code.created_at).total_seconds() / 60))
    body = f"验证码 {code.code}，{minutes}分钟内有效，用于{code.purpose.label}。请勿告诉他人，工作人员不会向您索要验证码。"
    return Parcel(f"code:{code.id}", Channel.SMS, code.phone, "验证码", body, doubtful)


def settle_code(code_id: UUID, report: Report) -> None:
    """A code in doubt is wiped as well: whoever did not receive it asks for a new one."""
    code = session().get(LoginCode, code_id, with_for_update=True)
    if code is None or report.outcome is Outcome.NOT_SENT:
        return
    if report.outcome is Outcome.SENT:
        code.sent_at = now()
    _wipe_code(code)


def _wipe_message(message: Message) -> None:
    message.address = None
    message.body = None


def _wipe_code(code: LoginCode) -> None:
    code.code = None


def retry_delivery(delivery_id: UUID, *, by: Actor) -> None:
    """An operator has it tried again from the first attempt; of a mail in doubt this may be a second copy, which is their decision."""
    delivery = _troubled(delivery_id)
    delivery.state = DeliveryState.DUE
    delivery.available_at, delivery.attempts = now(), 0
    delivery.lease_until = delivery.lease_token = delivery.finished_at = None
    ledger.record(DeliveryRetried(str(delivery.id)), by=by)


def close_delivery(delivery_id: UUID, *, by: Actor) -> None:
    """An operator gives it up: nothing is sent, and what was kept for sending is wiped."""
    delivery = _troubled(delivery_id)
    delivery.state, delivery.finished_at = DeliveryState.DONE, now()
    entry = session().get_one(ledger.Entry, delivery.entry_id)
    wipe = _WIPES.get(entry.event)
    if wipe is not None and entry.subject is not None:
        wipe(UUID(entry.subject))
    ledger.record(DeliveryClosed(str(delivery.id)), by=by)


def _give_up_message(message_id: UUID) -> None:
    message = session().get(Message, message_id, with_for_update=True)
    if message is None:
        return
    if message.state not in {MessageState.SENT, MessageState.UNKNOWN}:
        message.state = MessageState.FAILED
    _wipe_message(message)


def _give_up_code(code_id: UUID) -> None:
    code = session().get(LoginCode, code_id, with_for_update=True)
    if code is not None:
        _wipe_code(code)


def _give_up_confirmation(confirmation_id: UUID) -> None:
    asked = session().get(EmailConfirmation, confirmation_id, with_for_update=True)
    if asked is not None:
        asked.token = None


_WIPES: Mapping[str, Callable[[UUID], None]] = {
    "MessageQueued": _give_up_message,
    "CodeRequested": _give_up_code,
    "EmailConfirmationRequested": _give_up_confirmation,
}


def _troubled(delivery_id: UUID) -> Delivery:
    delivery = session().get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state not in {DeliveryState.PARKED, DeliveryState.UNKNOWN}:
        raise NotInTrouble(str(delivery_id))
    return delivery
