from datetime import timedelta

import pytest

from tests.factories.accounts import make_person
from tests.factories.applying import hire_of, make_application_in, make_interview
from tests.webapp.pages import read
from tests.webapp.postings.applying.support import page_of, stored
from webapp.access import Actor
from webapp.db import LOCAL_ZONE, now, session, today, transaction
from webapp.postings.applying import hires, queries
from webapp.postings.applying.models import ApplicationState, Hire, HireState
from webapp.postings.models import Posting, PostingState

_S = ApplicationState
TOMORROW = today() + timedelta(days=1)
INTERVIEW = {
    "day": TOMORROW.isoformat(),
    "hour": "９：30",
    "minutes": "60",
    "place": "工业南路 88 号 3 楼",
    "contact_name": "钱主管",
    "contact_phone": "0531-88880000",
    "note": "带焊工证",
}


# interviews


def test_an_interview_is_arranged_with_times_as_people_write_them(client, owner, posting):
    application = make_application_in(_S.CONTACTED, posting=posting)
    form = read(client.get(f"{page_of(application)}/interview"))
    assert form.fields["place"] == "工业南路 88 号"
    assert (form.fields["contact_name"], form.fields["contact_phone"]) == ("赵老板", owner.phone)
    assert client.post(f"{page_of(application)}/interview", data=INTERVIEW).location == page_of(application)
    with transaction():
        interview = queries.interview_of(application)
    local = interview.starts_at.astimezone(LOCAL_ZONE)
    assert (local.date(), local.hour, local.minute) == (TOMORROW, 9, 30)
    text = read(client.get(page_of(application))).text
    assert "等求职者确认" in text
    assert "9:30" in text
    again = read(client.get(f"{page_of(application)}/interview"))
    assert again.h1.startswith("改面试时间或地点")
    assert again.fields["note"] == "带焊工证"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"day": ""}, "请选面试的日期"),
        ({"day": "后天"}, "日期要写成年-月-日，例如 2026-12-31"),
        ({"hour": "晚上"}, "时间要写成 时:分，例如 14:30"),
        ({"hour": "2460"}, "时间要写成 时:分，例如 14:30"),
        ({"hour": "25:00"}, "时间要写成 时:分，例如 14:30"),
        ({"hour": ""}, "请写几点面试"),
        ({"day": "2020-01-01"}, "面试时间要晚于现在，请重新选"),
        ({"day": (today() + timedelta(days=40)).isoformat()}, "面试要在 30 天以内，让求职者等得太久了。请选近一些的日子"),
        ({"place": " "}, "请写在哪里面试"),
        ({"contact_phone": "微信"}, "联系电话看起来不对，请写手机号或带区号的座机"),
        ({"place": "路" * 121}, "地点最多 120 个字，请缩短"),
    ],
)
def test_what_was_typed_wrongly_is_named_and_the_rest_is_kept(client, owner, posting, wrong, said):
    application = make_application_in(_S.SEEN, posting=posting)
    page = read(client.post(f"{page_of(application)}/interview", data=INTERVIEW | wrong))
    assert [error.endswith(said) for error in page.errors] == [True]
    assert page.fields["note"] == "带焊工证"
    for name, value in wrong.items():
        if value != " ":
            assert page.fields[name] == value
    with transaction():
        assert queries.interview_of(application) is None


@pytest.mark.parametrize(
    ("typed", "hour", "minute"),
    [
        ("9点", 9, 0),
        ("14点30分", 14, 30),
        ("0:05", 0, 5),
        ("16.45", 16, 45),
        ("930", 9, 30),
        ("1430", 14, 30),
        ("下午2点半", 14, 30),
        ("上午 9:05", 9, 5),
    ],
)
def test_an_hour_is_understood_as_it_is_written(client, owner, posting, typed, hour, minute):
    application = make_application_in(_S.SEEN, posting=posting)
    client.post(f"{page_of(application)}/interview", data=INTERVIEW | {"hour": typed})
    with transaction():
        local = queries.interview_of(application).starts_at.astimezone(LOCAL_ZONE)
    assert (local.hour, local.minute) == (hour, minute)


@pytest.mark.parametrize("state", [_S.OFFER, _S.HIRED, _S.REFUSED, _S.WITHDRAWN])
def test_the_form_is_not_even_shown_where_nobody_is_invited_any_more(client, owner, posting, state):
    application = make_application_in(state, posting=posting)
    assert "不能再约面试" in read(client.get(f"{page_of(application)}/interview", follow_redirects=True)).text


def test_an_interview_is_cancelled_and_another_can_be_made(client, owner, posting):
    application = make_application_in(_S.INTERVIEW, posting=posting)
    assert "面试已取消" in read(client.post(f"{page_of(application)}/interview/cancel", follow_redirects=True)).text
    assert "没有约好的面试" not in read(client.get(page_of(application))).text
    assert "再约面试" in read(client.get(page_of(application))).links
    assert "已经取消" in read(client.post(f"{page_of(application)}/interview/cancel", follow_redirects=True)).text


def test_the_calendar_of_the_employer_knows_the_seeker_by_number_only(client, owner, posting):
    person = make_person(name="欧阳共享", phone="13700000001")
    application = make_application_in(_S.INTERVIEW, posting=posting, person=person)
    answer = client.get(f"{page_of(application)}/interview.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    text = answer.text.replace("\r\n ", "")
    assert application.number in text
    assert not any(word in text for word in ("欧阳", "13700000001", "有三年经验"))
    assert client.get(f"{page_of(make_application_in(_S.SEEN, posting=posting))}/interview.ics").status_code == 404


def test_the_sheet_of_a_day_names_who_comes_in_order_of_time(client, owner, posting):
    late, early = (make_application_in(_S.SEEN, posting=posting, person=make_person()) for _ in range(2))
    noon = now().astimezone(LOCAL_ZONE).replace(hour=12, minute=0) + timedelta(days=1)
    make_interview(late, starts_at=noon + timedelta(hours=2))
    make_interview(early, starts_at=noon)
    page = read(client.get(f"/employer/interviews?on={TOMORROW}"))
    assert page.text.index(early.number) < page.text.index(late.number)
    assert "14:00" in page.text
    assert "这一天没有面试" in read(client.get("/employer/interviews?on=nonsense")).text
    today_ = read(client.get("/employer/interviews"))
    assert f"{TOMORROW.month}月{TOMORROW.day}日2" in today_.links


# hires


def test_a_hire_closes_the_loop_and_the_last_one_offers_to_stop(client, owner, posting):
    for left in (1, 0):
        application = make_application_in(_S.OFFER, posting=posting, person=make_person())
        page = client.post(f"{page_of(application)}/hire", data={"on": str(today())}, follow_redirects=True)
        assert f"请在 {today() + timedelta(days=30)} 前办好就业登记" in read(page).text
        text = read(client.get(f"/employer/postings/{posting.id}/applications")).text
        assert ("招满了吗" in text) == (left == 0)
    client.post(f"/employer/postings/{posting.id}/move", data={"to": "filled"})
    with transaction():
        assert session().get_one(Posting, posting.id).state is PostingState.FILLED
    assert "招满了吗" not in read(client.get(f"/employer/postings/{posting.id}/applications")).text


@pytest.mark.parametrize(("on", "said"), [("", "请填写录用日期"), ("昨天", "录用日期要写成年-月-日，例如 2026-12-31"), ("2020-01-01", "日期要在")])
def test_a_wrong_day_of_hiring_is_named_and_kept(client, owner, posting, on, said):
    application = make_application_in(_S.OFFER, posting=posting)
    page = read(client.post(f"{page_of(application)}/hire", data={"on": on}))
    assert said in page.errors[0]
    assert page.fields["on"] == on
    assert stored(application).state is _S.OFFER


def test_a_registration_is_ticked_with_its_day(client, owner, posting):
    hired = hire_of(make_application_in(_S.HIRED, posting=posting, person=make_person(name="欧阳共享")))
    page = read(client.get("/employer/hires"))
    assert "欧阳共享" in page.text
    assert "待办就业登记1" in page.links
    wrong = read(client.post(f"/employer/hires/{hired.id}/register", data={"on": "2020-01-01"}))
    assert "日期要在" in wrong.errors[0]
    assert wrong.fields["on"] == "2020-01-01"
    client.post(f"/employer/hires/{hired.id}/register", data={"on": str(today())})
    with transaction():
        assert session().get_one(Hire, hired.id).state is HireState.REGISTERED
    assert "欧阳共享" in read(client.get("/employer/hires?show=registered")).text
    again = client.post(f"/employer/hires/{hired.id}/register", data={"on": str(today())}, follow_redirects=True)
    assert "不能再改" in read(again).text


def test_who_never_came_frees_the_place(client, owner, posting):
    hired = hire_of(make_application_in(_S.HIRED, posting=posting))
    client.post(f"/employer/hires/{hired.id}/never-came")
    with transaction():
        assert queries.places_left(posting) == 2
    assert "不能再改" in read(client.post(f"/employer/hires/{hired.id}/never-came", follow_redirects=True)).text


def test_an_overdue_registration_is_marked(client, owner, posting):
    hired = hire_of(make_application_in(_S.HIRED, posting=posting))
    with transaction():
        session().get_one(Hire, hired.id).due_on = today() - timedelta(days=1)
    assert "已过期" in read(client.get("/employer/hires")).text
    with transaction():
        hires.register(session().get_one(Hire, hired.id), on=today(), by=Actor.SYSTEM)
    assert "已过期" not in read(client.get("/employer/hires?show=registered")).text
