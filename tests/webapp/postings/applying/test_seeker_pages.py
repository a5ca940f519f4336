from tests.factories.accounts import make_person, make_staff
from tests.factories.postings import make_application, make_forwarded, make_posting
from tests.webapp.pages import read
from webapp.access import Role
from webapp.db import session, transaction
from webapp.postings.applying import operations, queries
from webapp.postings.applying.models import Application, ApplicationState
from webapp.postings.models import PostingState


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
    with transaction():
        operations.hear_of_closing(posting.id)
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
