from datetime import timedelta

import pytest

from tests.factories.accounts import make_person
from tests.factories.applying import age, hire_of, make_application_in
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.postings import make_application, make_posting
from tests.webapp.pages import read
from tests.webapp.postings.applying.support import page_of, stored
from webapp.access import Actor
from webapp.db import session, today, transaction
from webapp.employers.operations import remove_member
from webapp.employers.queries import membership_of
from webapp.postings import queries as postings
from webapp.postings.applying import operations, queries
from webapp.postings.applying.models import Application, ApplicationState, Reason

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
