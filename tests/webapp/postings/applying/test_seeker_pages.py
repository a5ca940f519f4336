import pytest

from tests.factories.accounts import make_person, make_staff
from tests.factories.applying import SEEKER, age, hire_of, make_application_in, make_interview
from tests.factories.employers import make_employer
from tests.factories.postings import make_application, make_forwarded, make_posting
from tests.webapp.pages import read
from webapp.access import Role
from webapp.db import session, today, transaction
from webapp.postings.applying import clock, hires, interviews, operations, queries
from webapp.postings.applying.models import LIVE, Application, ApplicationState, Hire, InterviewState, Reason
from webapp.postings.models import PostingState

_S = ApplicationState


def test_who_is_not_signed_in_is_led_back_to_the_application(client):
    posting = make_posting()
    response = client.get(f"/postings/{posting.id}/apply")
    assert response.status_code == 303
    assert f"next=/postings/{posting.id}/apply" in response.location.replace("%2F", "/")


def test_a_seeker_applies_sees_a_number_and_withdraws(client, sign_in):
    posting, seeker = make_posting(), make_person()
    sign_in(client, seeker)
    form = read(client.get(f"/postings/{posting.id}/apply"))
    assert "同意向“济南甲乙机械有限公司”提供我的姓名和手机号码" in form.text
    sent = client.post(f"/postings/{posting.id}/apply", data={"message": "会氩弧焊", "shares_phone": "yes"})
    assert sent.status_code == 303
    own = read(client.get(sent.location))
    application = queries.application_by(seeker.id, posting.id)
    assert application.number in own.text
    assert (application.message, application.shares_phone) == ("会氩弧焊", True)
    again = client.get(f"/postings/{posting.id}/apply")
    assert again.location == sent.location
    assert client.post(f"/postings/{posting.id}/apply", data={}).location == sent.location
    assert "已投递，查看进度" in read(client.get(f"/postings/{posting.id}")).links
    assert application.number in read(client.get("/applications")).text
    client.post(f"{sent.location}/withdraw")
    with transaction():
        assert session().get_one(Application, application.id).state is ApplicationState.WITHDRAWN
    assert "重新投递" in read(client.get(sent.location)).links


def test_whoever_says_neither_yes_nor_no_is_asked_and_keeps_what_was_typed(client, sign_in):
    posting = make_posting()
    sign_in(client, make_person())
    page = read(client.post(f"/postings/{posting.id}/apply", data={"message": "会氩弧焊"}))
    assert "请选择是否把姓名和电话提供给这家单位" in page.text
    assert "会氩弧焊" in page.text


def test_whoever_keeps_the_phone_back_is_told_that_nobody_can_call(client, sign_in):
    posting = make_posting()
    sign_in(client, make_person())
    sent = client.post(f"/postings/{posting.id}/apply", data={"shares_phone": "no"})
    assert "单位现在联系不上您" in read(client.get(sent.location)).text


def test_another_seekers_application_is_not_found(client, sign_in):
    application = make_application(make_posting())
    sign_in(client, make_person())
    assert client.get(f"/applications/{application.id}").status_code == 404
    assert client.post(f"/applications/{application.id}/withdraw").status_code == 404


def test_the_notice_of_a_posting_taken_down_leads_to_a_page_that_warns_of_fees(client, sign_in):
    posting, seeker = make_posting(), make_person(name="孙求职")
    make_application(posting, seeker)
    sign_in(client, make_staff(Role.REVIEWER))
    client.post(f"/review/postings/{posting.id}", data={"decision": "taken_down", "reason": "收押金。"})
    clock.hear_of_closing(posting.id, PostingState.TAKEN_DOWN, lambda: None)
    sign_in(client, seeker)
    inbox = read(client.get("/notices"))
    assert "您应聘的岗位“电焊工”已下架" in inbox.text
    opened = client.post(next(action for action in inbox.actions if action.startswith("/notices/") and action.count("/") == 3))
    assert "不要交任何费用" in "".join(read(client.get(opened.location)).tree.itertext())


def test_a_closed_or_forwarded_posting_cannot_be_applied_to(client, sign_in):
    closed, forwarded = make_posting(state=PostingState.FILLED), make_forwarded()
    sign_in(client, make_person())
    assert client.get(f"/postings/{closed.id}/apply").status_code == 410
    assert client.post(f"/postings/{closed.id}/apply", data={}).status_code == 410
    assert "没有在线投递" in read(client.get(f"/postings/{forwarded.id}/apply")).text
    client.post(f"/postings/{forwarded.id}/apply", data={})
    with transaction():
        assert session().query(Application).count() == 0


def test_a_message_that_is_too_long_is_kept_and_named(client, sign_in):
    posting = make_posting()
    sign_in(client, make_person())
    page = read(client.post(f"/postings/{posting.id}/apply", data={"message": "焊" * 501, "shares_phone": "no"}))
    assert page.errors == ["想对用人单位说的话：留言最多 500 个字，请缩短"]
    assert page.fields["message"] == "焊" * 501


# the way of an application


def owned(client, sign_in, state: ApplicationState, **options) -> Application:
    seeker = make_person(name="孙求职")
    application = make_application_in(state, person=seeker, **options)
    sign_in(client, seeker)
    return application


def page_of(application) -> str:
    return f"/applications/{application.id}"


def state_of(application) -> ApplicationState:
    with transaction():
        return session().get_one(Application, application.id).state


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (_S.SENT, "等单位查看"),
        (_S.SEEN, "等单位答复"),
        (_S.CONTACTED, "单位说已经联系了您"),
        (_S.INTERVIEW, "请告诉单位您来不来"),
        (_S.OFFER, "单位想录用您"),
        (_S.HIRED, "已被录用"),
        (_S.REFUSED, "技能或证书与岗位要求还有差距"),
        (_S.DECLINED, "您谢绝了录用"),
        (_S.WITHDRAWN, "您撤回了投递"),
        (_S.LAPSED, "单位在期限内没有答复"),
    ],
)
def test_the_page_says_what_comes_next_and_what_has_been(client, sign_in, state, said):
    application = owned(client, sign_in, state)
    page = read(client.get(page_of(application)))
    assert said in page.text
    assert "您 投递了应聘" in page.text
    assert application.number in page.text
    assert state.label in read(client.get("/applications")).text
    assert ("相近的岗位" in page.text) == (state not in LIVE | {_S.HIRED})
    assert ("撤回投递" in page.text) == (state in LIVE)


def test_what_goes_on_stands_before_what_has_ended(client, sign_in):
    seeker = make_person()
    going = make_application_in(_S.SEEN, person=seeker)
    ended = make_application_in(_S.REFUSED, person=seeker)
    sign_in(client, seeker)
    text = read(client.get("/applications")).text
    assert text.index(going.number) < text.index(ended.number)


def test_the_seeker_reads_where_and_whom_to_ask_and_says_yes(client, sign_in):
    application = owned(client, sign_in, _S.INTERVIEW)
    page = read(client.get(page_of(application)))
    assert all(words in page.text for words in ("工业南路 88 号 3 楼", "钱主管", "0531-88880000", "带焊工证"))
    after = read(client.post(f"{page_of(application)}/interview/confirm", follow_redirects=True))
    assert "您已确认会去" in after.text
    assert "确认参加面试" in after.text


def test_the_seeker_asks_for_another_time_and_what_was_typed_is_kept(client, sign_in):
    application = owned(client, sign_in, _S.INTERVIEW)
    path = f"{page_of(application)}/interview/other-time"
    assert "原来的时间仍然有效" in read(client.get(path)).text
    empty = read(client.post(path, data={"wish": " "}))
    assert empty.errors == ["请写一下什么时候能来"]
    long = read(client.post(path, data={"wish": "周六" * 101}))
    assert long.fields["wish"] == "周六" * 101
    done = read(client.post(path, data={"wish": "周六上午"}, follow_redirects=True))
    assert "等单位另约时间" in done.text
    assert "周六上午" in done.text


@pytest.mark.parametrize("state", [_S.SEEN, _S.WITHDRAWN])
def test_where_no_interview_is_none_is_answered(client, sign_in, state):
    application = owned(client, sign_in, state)
    path = f"{page_of(application)}/interview"
    assert "没有约好的面试" in read(client.get(f"{path}/other-time", follow_redirects=True)).text
    assert "没有约好的面试" in read(client.post(f"{path}/confirm", follow_redirects=True)).text
    assert client.get(f"{path}.ics").status_code == 404


def test_the_calendar_of_the_seeker_names_nobody_of_the_employer(client, sign_in):
    application = owned(client, sign_in, _S.INTERVIEW)
    answer = client.get(f"{page_of(application)}/interview.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    text = answer.text.replace("\r\n ", "")
    assert "SUMMARY:面试：电焊工（济南甲乙机械有限公司）" in text
    assert "LOCATION:工业南路 88 号 3 楼" in text
    assert not any(words in text for words in ("钱主管", "88880000", "带焊工证", "孙求职"))


def test_after_a_change_and_a_cancellation_the_same_event_is_replaced_and_struck_out(client, sign_in):
    application = owned(client, sign_in, _S.INTERVIEW)

    def said(name: str) -> str:
        lines = client.get(f"{page_of(application)}/interview.ics").text.replace("\r\n ", "").split("\r\n")
        return next(line.partition(":")[2] for line in lines if line.startswith(f"{name}:"))

    first = said("UID"), said("SEQUENCE"), said("STATUS")
    make_interview(application)
    assert (said("UID"), said("SEQUENCE"), said("STATUS")) == (first[0], "1", "CONFIRMED")
    with transaction():
        interviews.cancel(session().get_one(Application, application.id), by=SEEKER)
    assert (said("UID"), said("SEQUENCE"), said("STATUS")) == (first[0], "2", "CANCELLED")
    page = read(client.get(page_of(application)))
    assert "面试取消了" in page.text
    assert "从日历里取消" in page.links


def test_an_offer_is_declined(client, sign_in):
    application = owned(client, sign_in, _S.OFFER)
    client.post(f"{page_of(application)}/decline")
    assert state_of(application) is _S.DECLINED
    assert "不能再改为“已谢绝”" in read(client.post(f"{page_of(application)}/decline", follow_redirects=True)).text


def test_consent_is_given_on_the_page_and_taken_back_there(client, sign_in):
    application = owned(client, sign_in, _S.SEEN, shares_phone=False)
    assert "单位现在联系不上您" in read(client.get(page_of(application))).text
    given = read(client.post(f"{page_of(application)}/consent", data={"given": "yes"}, follow_redirects=True))
    assert "已同意提供姓名和电话" in given.text
    back = read(client.post(f"{page_of(application)}/consent", data={"given": "no"}, follow_redirects=True))
    assert "已收回同意" in back.text
    with transaction():
        assert session().get_one(Application, application.id).shares_phone is False


def test_the_employers_words_are_read_on_the_page(client, sign_in):
    application = owned(client, sign_in, _S.SEEN)
    with transaction():
        operations.refuse(session().get_one(Application, application.id), Reason.CHOSEN, remark="下个月还要招人，欢迎再来。", by=SEEKER)
    assert "下个月还要招人，欢迎再来。" in read(client.get(page_of(application))).text


def test_the_hired_read_what_the_employer_still_has_to_do(client, sign_in):
    application = owned(client, sign_in, _S.HIRED)
    hired = hire_of(application)
    assert f"单位应当最晚在 {hired.due_on} 办理" in read(client.get(page_of(application))).text
    with transaction():
        hires.register(session().get_one(Hire, hired.id), on=today(), by=SEEKER)
    assert f"单位说已于 {today()} 办理" in read(client.get(page_of(application))).text


def test_who_did_not_come_reads_that_it_was_said(client, sign_in):
    application = owned(client, sign_in, _S.HIRED)
    with transaction():
        hires.never_came(session().get_one(Hire, hire_of(application).id), by=SEEKER)
    assert "单位登记您没有到岗" in "".join(read(client.get(page_of(application))).tree.itertext())


@pytest.mark.parametrize("verb", ["withdraw", "consent", "decline", "interview/confirm", "interview/other-time"])
def test_another_seeker_changes_nothing(client, sign_in, verb):
    application = make_application_in(_S.INTERVIEW)
    sign_in(client, make_person())
    assert client.post(f"{page_of(application)}/{verb}", data={"given": "no", "wish": "周六"}).status_code == 404
    assert client.get(f"{page_of(application)}/interview/other-time").status_code == 404
    assert client.get(f"{page_of(application)}/interview.ics").status_code == 404
    with transaction():
        assert queries.interview_of(application).state is InterviewState.ARRANGED


@pytest.mark.parametrize("state", [_S.HIRED, _S.REFUSED, _S.LAPSED, _S.DECLINED])
def test_who_has_a_result_is_led_to_it_instead_of_the_form(client, sign_in, state):
    application = owned(client, sign_in, state)
    assert client.get(f"/postings/{application.posting_id}/apply").location == page_of(application)
    assert "已投递，查看进度" in read(client.get(f"/postings/{application.posting_id}")).links


def test_the_public_page_says_how_quick_the_employer_usually_is_once_enough_is_known(client, sign_in):
    employer = make_employer()
    posting = make_posting(employer=employer)
    for number in range(10):
        assert "天内答复" not in client.get(f"/postings/{posting.id}").text, number
        age(make_application_in(_S.REFUSED, posting=posting, person=make_person()), 20)
    assert "这家单位通常 1 天内答复" in read(client.get(f"/postings/{posting.id}")).text
    sign_in(client, make_person())
    assert "这家单位通常 1 天内答复" in read(client.get(f"/postings/{posting.id}/apply")).text
    assert "天内答复" not in client.get(f"/postings/{make_posting().id}").text
