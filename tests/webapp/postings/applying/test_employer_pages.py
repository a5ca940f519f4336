from datetime import timedelta

import pytest

from tests.factories.accounts import make_person
from tests.factories.applying import age, hire_of, make_application_in, make_interview
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.postings import make_application, make_posting
from tests.webapp.pages import read
from webapp.access import Actor
from webapp.db import LOCAL_ZONE, now, session, today, transaction
from webapp.employers.operations import remove_member
from webapp.employers.queries import membership_of
from webapp.postings import queries as postings
from webapp.postings.applying import hires, operations, queries
from webapp.postings.applying.models import Application, ApplicationState, Hire, HireState, Reason
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


def stored(application) -> Application:
    with transaction():
        return session().get_one(Application, application.id)


def page_of(application) -> str:
    return f"/employer/postings/{application.posting_id}/applications/{application.id}"


@pytest.fixture
def posting() -> Posting:
    return make_posting(headcount=2)


@pytest.fixture
def owner(posting, client, sign_in):
    """Signed in."""
    person = owner_of(postings.employer_of(posting))
    sign_in(client, person)
    return person


# what is seen of whom


def test_name_phone_and_message_show_only_with_consent_after_opening_and_never_after_withdrawal(client, sign_in):
    posting = make_posting()
    sharing = make_person(name="欧阳共享", phone="13700000001")
    silent = make_person(name="司马沉默", phone="13700000002")
    shared, quiet = make_application(posting, sharing), make_application(posting, silent, shares_phone=False)
    sign_in(client, owner_of(postings.employer_of(posting)))
    path = f"/employer/postings/{posting.id}/applications"

    def text() -> str:
        return "".join(client.get(where).text for where in (path, "/employer/applications", page_of(shared), page_of(quiet)))

    assert not any(word in text() for word in ("13700000001", "欧阳共享", "有三年经验"))
    for application in (shared, quiet):
        assert client.post(f"{path}/{application.id}/open").status_code == 303
    assert all(word in text() for word in ("13700000001", "欧阳共享", "有三年经验"))
    assert not any(word in text() for word in ("司马沉默", "13700000002"))
    with transaction():
        assert session().get_one(Application, quiet.id).seen_at is not None
        operations.withdraw(session().get_one(Application, shared.id), by=Actor.SYSTEM)
    assert not any(word in text() for word in ("13700000001", "欧阳共享"))
    assert "有三年经验" not in client.get(page_of(shared)).text


@pytest.mark.parametrize("state", [_S.REFUSED, _S.LAPSED, _S.DECLINED, _S.WITHDRAWN])
def test_with_the_end_the_employer_no_longer_sees_the_person(client, owner, posting, state):
    person = make_person(name="欧阳共享", phone="13700000001")
    application = make_application_in(state, posting=posting, person=person)
    for where in (page_of(application), "/employer/applications?show=ended"):
        text = client.get(where).text
        assert application.number in text
        assert not any(word in text for word in ("欧阳共享", "13700000001", "有三年经验"))


@pytest.mark.parametrize("state", [_S.CONTACTED, _S.INTERVIEW, _S.OFFER, _S.HIRED])
def test_no_step_of_the_employer_shows_a_phone_that_was_not_shared(client, owner, posting, state):
    person = make_person(name="司马沉默", phone="13700000002")
    application = make_application_in(state, posting=posting, person=person, shares_phone=False)
    wheres = (
        page_of(application),
        "/employer/applications",
        "/employer/applications?show=hired",
        "/employer/hires",
        f"/employer/interviews?on={TOMORROW}",
    )
    for where in (*wheres, f"/employer/interviews?on={today() + timedelta(days=2)}"):
        text = client.get(where).text
        assert "司马沉默" not in text
        assert "13700000002" not in text


def test_reading_the_applications_writes_nothing(client, owner, posting):
    application = make_application(posting)
    for where in ("/employer/applications", f"/employer/postings/{posting.id}/applications", page_of(application)):
        client.get(where)
    assert stored(application).seen_at is None


# whose applications they are


PAGES = ("", "/interview", "/hire", "/interview.ics")
VERBS = ("/open", "/move", "/interview", "/interview/cancel", "/hire")


def test_another_employer_finds_nothing_and_changes_nothing(client, sign_in, posting):
    application = make_application_in(_S.INTERVIEW, posting=posting, person=make_person(name="欧阳共享"))
    hired = hire_of(make_application_in(_S.HIRED, posting=posting, person=make_person()))
    other = make_posting(employer=make_employer(name="乙公司"))
    sign_in(client, owner_of(postings.employer_of(other)))
    beside = page_of(application).replace(str(posting.id), str(other.id))
    for path in (page_of(application), beside):
        assert [client.get(f"{path}{page}").status_code for page in PAGES] == [404] * len(PAGES)
        assert [client.post(f"{path}{verb}", data=INTERVIEW | {"to": "offer"}).status_code for verb in VERBS] == [404] * len(VERBS)
    for verb in ("register", "never-came"):
        assert client.post(f"/employer/hires/{hired.id}/{verb}", data={"on": str(today())}).status_code == 404
    for where in (
        "/employer/applications",
        "/employer/applications?show=hired",
        "/employer/hires",
        f"/employer/interviews?on={today() + timedelta(days=2)}",
    ):
        text = client.get(where).text
        assert application.number not in text
        assert "欧阳" not in text
    refused = client.post(f"/employer/applications/refuse?application={application.id}", data={"reason": "skills"})
    assert refused.status_code == 303
    client.post(f"/employer/applications/refuse?rest={posting.id}", data={"reason": "filled"})
    assert stored(application).state is _S.INTERVIEW


def test_an_application_to_another_posting_of_the_same_employer_is_not_found_under_this_one(client, owner, posting):
    employer = postings.employer_of(posting)
    application = make_application_in(_S.SEEN, posting=make_posting(employer=employer))
    path = f"/employer/postings/{posting.id}/applications/{application.id}"
    assert [client.get(f"{path}{page}").status_code for page in PAGES] == [404] * len(PAGES)
    assert [client.post(f"{path}{verb}", data=INTERVIEW | {"to": "offer"}).status_code for verb in VERBS] == [404] * len(VERBS)


def test_a_member_who_was_removed_is_out_with_the_next_request(client, sign_in, posting):
    employer = postings.employer_of(posting)
    member = make_member(employer)
    application = make_application_in(_S.SEEN, posting=posting)
    sign_in(client, member)
    assert client.get(page_of(application)).status_code == 200
    with transaction():
        remove_member(membership_of(employer.id, member.id), by=Actor.SYSTEM)
    assert client.get(page_of(application)).status_code == 403
    assert client.get("/employer/applications").status_code == 403
    assert client.post(f"{page_of(application)}/move", data={"to": "contacted"}).status_code == 403


# the list


def test_the_counters_are_filters_across_all_postings(client, owner, posting):
    other = make_posting(employer=postings.employer_of(posting), title="会计")
    make_application_in(_S.SENT, posting=posting)
    late = make_application_in(_S.SEEN, posting=other)
    age(late, 8)
    page = read(client.get("/employer/applications"))
    assert {"全部未结束2", "未查看1", "待联系1", "超过 7 天1"} <= set(page.links)
    assert "约面试0" not in page.links
    overdue = read(client.get(page.links["超过 7 天1"]))
    assert late.number in overdue.text
    assert "会计" in overdue.text
    assert "8 天前投递" in overdue.text
    assert late.number not in read(client.get(page.links["未查看1"])).text
    assert client.get("/employer/applications?show=nonsense&page=99").status_code == 200


def test_a_row_is_worked_off_from_the_list_and_comes_back_to_it(client, owner, posting):
    application = make_application_in(_S.SEEN, posting=posting)
    here = "/employer/applications?show=seen"
    moved = client.post(f"{page_of(application)}/move", data={"to": "contacted", "next": here})
    assert moved.location == here
    assert stored(application).state is _S.CONTACTED
    elsewhere = client.post(f"{page_of(application)}/move", data={"to": "offer", "next": "https://evil.example/"})
    assert elsewhere.location == page_of(application)
    assert client.post(f"{page_of(application)}/move", data={"to": "hired"}).status_code == 404


def test_a_step_that_came_too_late_says_what_is_so_now(client, owner, posting):
    application = make_application_in(_S.WITHDRAWN, posting=posting)
    answer = client.post(f"{page_of(application)}/move", data={"to": "contacted"}, follow_redirects=True)
    assert "现在是“已撤回”" in read(answer).text


def test_of_one_posting_the_way_of_its_applications_is_shown(client, owner, posting):
    make_application_in(_S.SENT, posting=posting)
    make_application_in(_S.HIRED, posting=posting, person=make_person())
    page = read(client.get(f"/employer/postings/{posting.id}/applications"))
    assert {"收到 2", "录用 1"} <= set(page.links)
    assert "还差 1 人" in page.text
    assert "共 1 份应聘" in read(client.get(page.links["录用 1"])).text


def test_the_share_of_answers_is_shown_with_its_rule(client, owner, posting):
    age(make_application_in(_S.REFUSED, posting=posting), 10)
    age(make_application_in(_S.SENT, posting=posting, person=make_person()), 10)
    text = read(client.get("/employer/applications")).text
    assert "近 180 天投来、已满 7 天的 2 份应聘：应答率 50%，一半以上在 1 天内得到答复" in text


# answering


def test_one_page_refuses_one_or_many_with_a_reason_and_a_word(client, owner, posting):
    one, two = (make_application_in(_S.SEEN, posting=posting, person=make_person()) for _ in range(2))
    gone = make_application_in(_S.WITHDRAWN, posting=posting, person=make_person())
    url = f"/employer/applications/refuse?application={one.id}&application={two.id}&application={gone.id}&next=/employer/applications"
    page = read(client.get(url))
    assert page.h1 == "答复 2 份应聘：不合适"
    assert gone.number not in page.text
    missing = read(client.post(url, data={"remark": "谢谢"}))
    assert missing.errors == ["请选一个原因，求职者会看到它"]
    assert missing.fields["remark"] == "谢谢"
    done = client.post(url, data={"reason": "chosen", "remark": "谢谢您来试工"}, follow_redirects=True)
    assert "已答复 2 份应聘" in read(done).text
    assert "有 1 份刚刚撤回或已有结果" in read(done).text
    with transaction():
        assert [(queries.steps_of(row)[-1].reason, queries.steps_of(row)[-1].remark) for row in (one, two)] == [(Reason.CHOSEN, "谢谢您来试工")] * 2


@pytest.mark.parametrize("query", ["", "application=nonsense", "application=0190b3c2-0000-7000-8000-000000000001", "rest=nonsense"])
def test_who_chose_nobody_is_led_back(client, owner, query):
    answer = client.get(f"/employer/applications/refuse?{query}", follow_redirects=True)
    assert "没有选中还能答复的应聘" in read(answer).text


def test_the_words_of_the_clock_are_no_choice_of_an_employer(client, owner, posting):
    application = make_application_in(_S.SEEN, posting=posting)
    page = read(client.post(f"/employer/applications/refuse?application={application.id}", data={"reason": "no_answer"}))
    assert page.errors
    assert stored(application).state is _S.SEEN


def test_the_rest_of_a_filled_posting_is_answered_at_once(client, owner, posting):
    waiting = [make_application_in(state, posting=posting, person=make_person()) for state in (_S.SENT, _S.SEEN)]
    invited = make_application_in(_S.INTERVIEW, posting=posting, person=make_person())
    client.post(f"/employer/postings/{posting.id}/move", data={"to": "filled"})
    page = read(client.get(f"/employer/postings/{posting.id}/applications"))
    assert "还有 2 份应聘没有答复" in page.text
    named = client.get(page.links["答复其余应聘者"]).location
    form = read(client.get(named))
    chosen = [node.get("value") for node in form.all("input") if node.get("checked") is not None]
    assert chosen == ["filled"]
    assert client.post(named, data={"reason": "filled"}).location == f"/employer/postings/{posting.id}/applications"
    assert [stored(one).state for one in waiting] == [_S.REFUSED] * 2
    assert stored(invited).state is _S.INTERVIEW


def test_whoever_applies_after_the_rest_was_named_is_not_answered_with_them(client, owner, posting):
    waiting = make_application_in(_S.SENT, posting=posting)
    named = client.get(f"/employer/applications/refuse?rest={posting.id}").location
    came_later = make_application_in(_S.SENT, posting=posting, person=make_person())
    client.post(named, data={"reason": "filled"})
    assert (stored(waiting).state, stored(came_later).state) == (_S.REFUSED, _S.SENT)


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
