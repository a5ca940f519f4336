from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.accounts import make_person, make_staff, relay_lives
from tests.factories.notices import make_notice
from tests.webapp.conftest import SignIn
from webapp import ledger
from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import new_key, now, reading, transaction
from webapp.events import MessageQueued, SourceOpened
from webapp.ledger import Delivery, DeliveryState, Listener
from webapp.notices.models import Notice
from webapp.web import span


@pytest.fixture
def seeker(client: FlaskClient, sign_in: SignIn) -> Person:
    person = make_person()
    sign_in(client, person)
    return person


def is_read(notice: Notice) -> bool:
    with reading() as read:
        return read.get_one(Notice, notice.id).read_at is not None


def test_an_empty_inbox_says_how_notices_come(client: FlaskClient, seeker: Person) -> None:
    page = client.get("/notices").text
    assert "还没有消息" in page
    assert 'href="/postings"' in page or 'href="/"' in page


def test_the_inbox_shows_what_one_was_told(client: FlaskClient, seeker: Person) -> None:
    make_notice(seeker.id, title="“焊工”有 1 个新岗位")
    page = client.get("/notices").text
    assert "“焊工”有 1 个新岗位" in page
    assert "1 条未读" in page


def test_opening_a_notice_marks_it_read_and_leads_to_the_thing(client: FlaskClient, seeker: Person) -> None:
    notice = make_notice(seeker.id, path="/postings/0197")
    answer = client.post(f"/notices/{notice.id}/read")
    assert (answer.status_code, answer.location) == (303, "/postings/0197")
    assert is_read(notice)
    assert "没有未读消息" in client.get("/notices").text


def test_looking_at_the_inbox_reads_nothing(client: FlaskClient, seeker: Person) -> None:
    notice = make_notice(seeker.id)
    client.get("/notices")
    assert client.get(f"/notices/{notice.id}/read").status_code == 405
    assert not is_read(notice)


def test_a_notice_never_leads_to_another_site(client: FlaskClient, seeker: Person) -> None:
    notice = make_notice(seeker.id, path="//elsewhere.example/")
    assert client.post(f"/notices/{notice.id}/read").location == "/notices"


def test_another_persons_notice_is_not_found(client: FlaskClient, seeker: Person) -> None:
    notice = make_notice(make_person().id, title="别人的消息")
    assert client.post(f"/notices/{notice.id}/read").status_code == 404
    assert not is_read(notice)
    assert "别人的消息" not in client.get("/notices").text


def test_marking_all_read_leaves_other_inboxes_alone(client: FlaskClient, seeker: Person) -> None:
    mine, theirs = make_notice(seeker.id), make_notice(make_person().id)
    assert client.post("/notices/read").status_code == 303
    assert is_read(mine)
    assert not is_read(theirs)


def test_without_a_token_nothing_is_marked(client: FlaskClient, seeker: Person) -> None:
    notice = make_notice(seeker.id)
    assert client.post(f"/notices/{notice.id}/read", csrf=False).status_code == 400
    assert not is_read(notice)


def test_a_long_inbox_has_pages(client: FlaskClient, seeker: Person) -> None:
    with transaction():
        for number in range(21):
            make_notice(seeker.id, subject=f"p{number}", title=f"消息第{number}条")
    assert "消息第0条" not in client.get("/notices").text
    assert "消息第0条" in client.get("/notices?page=2").text


@pytest.fixture
def operator(client: FlaskClient, sign_in: SignIn) -> Person:
    person = make_staff(Role.SYSTEM_ADMIN)
    sign_in(client, person)
    return person


def a_troubled_delivery(state: DeliveryState = DeliveryState.PARKED) -> UUID:
    ledger.subscribe({MessageQueued: (Listener("deliver_message", "notify"),)})
    with transaction() as writing:
        entry = ledger.record(MessageQueued(str(new_key())), by=Actor.SYSTEM)
        writing.flush()
        delivery = writing.scalars(select(Delivery).where(Delivery.entry_id == entry.id)).one()
        delivery.state, delivery.attempts, delivery.finished_at, delivery.last_error = state, 12, now(), "SMTP CONNECT: TimeoutError"
    return delivery.id


def state_of(delivery_id: UUID) -> DeliveryState:
    with reading() as read:
        return read.get_one(Delivery, delivery_id).state


def test_when_nothing_is_wrong_the_operators_page_says_so(client: FlaskClient, operator: Person) -> None:
    relay_lives()
    page = client.get("/deliveries").text
    assert "一切正常" in page
    assert "没有需要处理的任务" in page
    assert "没有排队的任务" in page


def test_a_missing_relay_is_no_good_news(client: FlaskClient, operator: Person) -> None:
    page = client.get("/deliveries").text
    assert "没有收到调度进程的心跳" in page
    assert "一切正常" not in page


def test_a_silent_relay_is_shown_as_such(client: FlaskClient, operator: Person) -> None:
    relay_lives(timedelta(minutes=5))
    page = client.get("/deliveries").text
    assert "没有响应" in page
    assert "5 分钟前" in page
    assert "一切正常" not in page


def test_what_failed_is_shown_with_its_reason_and_can_be_retried(client: FlaskClient, operator: Person) -> None:
    delivery_id = a_troubled_delivery()
    page = client.get("/deliveries").text
    assert "SMTP CONNECT: TimeoutError" in page
    assert "发送邮件或短信" in page
    assert client.post(f"/deliveries/{delivery_id}/retry").status_code == 303
    assert state_of(delivery_id) is DeliveryState.DUE


def test_what_is_in_doubt_can_be_closed(client: FlaskClient, operator: Person) -> None:
    delivery_id = a_troubled_delivery(DeliveryState.UNKNOWN)
    assert "结果不明" in client.get("/deliveries").text
    assert client.post(f"/deliveries/{delivery_id}/close").status_code == 303
    assert state_of(delivery_id) is DeliveryState.DONE


def test_a_decision_made_twice_is_not_found(client: FlaskClient, operator: Person) -> None:
    delivery_id = a_troubled_delivery()
    client.post(f"/deliveries/{delivery_id}/close")
    assert client.post(f"/deliveries/{delivery_id}/retry").status_code == 404
    assert state_of(delivery_id) is DeliveryState.DONE


def test_the_decision_is_recorded_under_the_operators_name(client: FlaskClient, operator: Person) -> None:
    delivery_id = a_troubled_delivery()
    client.post(f"/deliveries/{delivery_id}/retry")
    with reading():
        (entry,) = ledger.entries_about(str(delivery_id))
    assert (entry.by_person, entry.by_role) == (operator.id, "system_admin")


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.REVIEWER])
def test_other_staff_decide_nothing(client: FlaskClient, sign_in: SignIn, role: Role) -> None:
    sign_in(client, make_staff(role))
    delivery_id = a_troubled_delivery()
    assert client.get("/deliveries").status_code == 403
    assert client.post(f"/deliveries/{delivery_id}/retry").status_code == 403
    assert state_of(delivery_id) is DeliveryState.PARKED


@pytest.fixture
def auditor(client: FlaskClient, sign_in: SignIn) -> Person:
    person = make_staff(Role.AUDIT_ADMIN)
    sign_in(client, person)
    return person


def test_the_audit_names_what_happened_who_did_it_and_to_what(client: FlaskClient, auditor: Person) -> None:
    with transaction():
        ledger.record(SourceOpened("source-7"), by=Actor(auditor.id, Role.REVIEWER.value, "web"))
    page = client.get("/ledger?subject=source-7").text
    assert "开通数据来源" in page
    assert "审核员" in page
    assert str(auditor.id) in page
    assert "共 <strong>1</strong> 条记录" in page


def test_a_search_of_the_audit_that_finds_nothing_leads_on(client: FlaskClient, auditor: Person) -> None:
    page = client.get("/ledger?day=2001-01-01").text
    assert "没有符合条件的记录" in page
    assert 'value="2001-01-01"' in page


@pytest.mark.parametrize("day", ["yesterday", "0001-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_read_is_named_and_kept(client: FlaskClient, auditor: Person, day: str) -> None:
    page = client.get(f"/ledger?day={day}").text
    assert "日期请写成 2026-01-31 这样" in page
    assert day in page


def test_the_audit_is_paged_and_keeps_its_filter(client: FlaskClient, auditor: Person) -> None:
    with transaction():
        for number in range(51):
            ledger.record(SourceOpened(f"source-{number}"), by=Actor.SYSTEM)
    page = client.get("/ledger?event=SourceOpened").text
    assert "共 <strong>51</strong> 条记录" in page
    assert "event=SourceOpened&amp;page=2" in page
    assert "source-0" in client.get("/ledger?event=SourceOpened&page=2").text


def test_only_the_audit_administrator_reads_the_audit(client: FlaskClient, operator: Person) -> None:
    assert client.get("/ledger").status_code == 403


def test_a_visitor_is_led_to_the_sign_in_page(client: FlaskClient) -> None:
    for path in ("/notices", "/deliveries", "/ledger"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.location.startswith("/sign-in")


def test_a_mark_by_a_visitor_changes_nothing(client: FlaskClient) -> None:
    notice = make_notice(make_person().id)
    assert client.post(f"/notices/{notice.id}/read").status_code == 401
    assert not is_read(notice)


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (0, "0 秒"),
        (59, "59 秒"),
        (60, "1 分钟"),
        (3599, "59 分钟"),
        (3600, "1 小时"),
        (11_100, "3 小时 5 分钟"),
        (108_000, "1 天 6 小时"),
        (172_800, "2 天"),
        (900_000, "10 天"),
        (-3, "0 秒"),
    ],
)
def test_a_span_is_told_as_exactly_as_an_operator_needs(duration: int, words: str) -> None:
    assert span(timedelta(seconds=duration)) == words
