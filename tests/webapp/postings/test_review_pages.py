from sqlalchemy import select

from tests.factories.accounts import make_staff
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.postings import days_from_now, make_forwarded, make_posting, posting_values
from tests.webapp.pages import read
from tests.webapp.pages import words as words_of
from tests.webapp.postings.support import state_of
from webapp.access import Actor, Role
from webapp.db import session, today, transaction
from webapp.employers.models import Employer
from webapp.postings import operations, queries
from webapp.postings.models import Posting, PostingState
from webapp.postings.reviewing import operations as reviewing
from webapp.postings.reviewing.models import ReviewItem


def typed(page):
    """What a browser would send: no sentence is ticked."""
    return {name: value for name, value in page.fields.items() if name != "phrases"}


def test_a_reviewer_works_the_queue_off_and_the_employer_sees_the_reason(client, sign_in):
    first, second = (make_posting(state=PostingState.IN_REVIEW, title=title) for title in ("甲", "乙"))
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert "甲" in read(client.get("/review/postings")).links
    page = read(client.get(f"/review/postings/{first.id}"))
    assert "必填项齐全；内容是否真实合法由审核员判断。" in page.text
    assert page.of_class("banner-success") == []
    decided = client.post(f"/review/postings/{first.id}", data={"decision": "approved", "seen": page.fields["seen"]})
    assert decided.location == f"/review/postings/{second.id}"
    assert state_of(first) is PostingState.OPEN
    kept = read(client.post(f"/review/postings/{second.id}", data={"decision": "returned", "reason": "  "}))
    assert "请写明理由，用人单位要据此修改" in kept.errors
    decided = client.post(f"/review/postings/{second.id}", data={"decision": "returned", "reason": "请写明班次。"})
    assert decided.location == "/review/postings"
    sign_in(client, owner_of(queries.employer_of(second)))
    assert "请写明班次。" in "".join(read(client.get(f"/employer/postings/{second.id}")).tree.itertext())


def test_a_returned_draft_is_marked_in_the_list_and_its_reason_stands_above_the_form(client, sign_in):
    employer = make_employer()
    back, own = make_posting(employer=employer, state=PostingState.IN_REVIEW, title="甲"), make_posting(employer=employer, state=PostingState.DRAFT)
    with transaction():
        operations.return_(session().get_one(Posting, back.id), "请写明班次。", by=Actor(make_staff(Role.REVIEWER).id, "reviewer", "web"))
    sign_in(client, owner_of(employer))
    rows = {words_of(row) for row in read(client.get("/employer/postings")).all("tr") if "退回待改" in words_of(row)}
    assert [words.startswith("甲") for words in rows] == [True]
    text = read(client.get(f"/employer/postings/{back.id}/edit")).text
    assert text.index("请写明班次。") < text.index("岗位名称")
    assert "审核退回" not in read(client.get(f"/employer/postings/{own.id}/edit")).text


def test_a_draft_that_its_employer_took_back_is_not_marked_as_returned(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    owner = owner_of(queries.employer_of(posting))
    sign_in(client, owner)
    with transaction():
        operations.return_(session().get_one(Posting, posting.id), "请写明班次。", by=Actor(make_staff(Role.REVIEWER).id, "reviewer", "web"))
    client.post(f"/employer/postings/{posting.id}/submit")
    client.post(f"/employer/postings/{posting.id}/move", data={"to": "draft"})
    assert state_of(posting) is PostingState.DRAFT
    assert "退回待改" not in read(client.get("/employer/postings")).text
    assert "审核退回" not in read(client.get(f"/employer/postings/{posting.id}/edit")).text


def test_a_posting_of_another_region_is_not_found_by_a_reviewer(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW, region="370202")
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert client.get(f"/review/postings/{posting.id}").status_code == 404
    assert client.post(f"/review/postings/{posting.id}", data={"decision": "approved"}).status_code == 404
    assert "电焊工" not in read(client.get("/review/postings")).text
    assert state_of(posting) is PostingState.IN_REVIEW


def test_a_reviewer_of_the_same_employer_gets_no_button_and_no_way(client, sign_in):
    employer = make_employer()
    reviewer = make_member(employer, make_staff(Role.REVIEWER, "370100"))
    posting = make_posting(employer=employer, state=PostingState.IN_REVIEW)
    sign_in(client, reviewer)
    page = read(client.get(f"/review/postings/{posting.id}"))
    assert "回避要求" in page.text
    assert "decision" not in {node.get("name") for node in page.all("button")}
    refused = read(client.post(f"/review/postings/{posting.id}", data={"decision": "approved"}))
    assert any("回避要求" in error for error in refused.errors)
    assert state_of(posting) is PostingState.IN_REVIEW


def test_a_reviewer_takes_an_open_posting_down_with_a_reason(client, sign_in):
    posting = make_forwarded()
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert "审核员：处理这个岗位" in read(client.get(f"/postings/{posting.id}")).links
    client.post(f"/review/postings/{posting.id}", data={"decision": "taken_down", "reason": ""})
    assert state_of(posting) is PostingState.OPEN
    client.post(f"/review/postings/{posting.id}", data={"decision": "taken_down", "reason": "收取押金"})
    assert state_of(posting) is PostingState.TAKEN_DOWN


def test_a_decision_without_a_button_and_one_too_late_are_told(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert read(client.post(f"/review/postings/{posting.id}", data={"reason": "嗯"})).fields["reason"] == "嗯"
    client.post(f"/review/postings/{posting.id}", data={"decision": "approved", "seen": posting.version})
    late = read(client.post(f"/review/postings/{posting.id}", data={"decision": "approved"}))
    assert any("这个岗位已经有人处理过：现在是“招聘中”" in error for error in late.errors)
    late = read(client.post(f"/review/postings/{posting.id}", data={"decision": "returned", "reason": "改"}))
    assert any("这个岗位已经有人处理过：现在是“招聘中”" in error for error in late.errors)
    assert not any("草稿" in error for error in late.errors)


def test_what_was_decided_meanwhile_is_neither_taken_nor_put_down(client, sign_in):
    approved, returned = make_posting(state=PostingState.IN_REVIEW), make_posting(state=PostingState.IN_REVIEW, title="乙")
    colleague = Actor(make_staff(Role.REVIEWER).id, "reviewer", "web")
    with transaction():
        operations.approve(session().get_one(Posting, approved.id), by=colleague)
        operations.return_(session().get_one(Posting, returned.id), "改", by=colleague)
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    late = client.post(f"/review/postings/{approved.id}/take")
    assert "别人刚刚审完" in read(client.get(late.location)).text
    assert session().scalars(select(ReviewItem).where(ReviewItem.closed_at.is_(None))).all() == [], "nothing waits because somebody came too late"
    for verb in ("take", "release"):
        late = client.post(f"/review/postings/{returned.id}/{verb}")
        assert late.location == "/review/postings"
        assert "刚刚已由其他审核员退回" in read(client.get(late.location)).text


def test_the_queue_says_who_holds_an_item(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    colleague = make_staff(Role.REVIEWER, "370100", name="周同事")
    with transaction():
        reviewing.take(session().get_one(Posting, posting.id), by=Actor(colleague.id, "reviewer", "web"))
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert "周同事正在审" in read(client.get("/review/postings")).text
    sign_in(client, colleague)
    assert "您正在审" in read(client.get("/review/postings")).text


def test_what_was_rewritten_while_a_reviewer_read_it_is_not_approved_unread(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    owner = Actor(owner_of(queries.employer_of(posting)).id, "employer_owner", "web")
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    form = typed(read(client.get(f"/review/postings/{posting.id}")))
    with transaction():
        row = session().get_one(Posting, posting.id)
        operations.revise(row, by=owner)
        operations.change(row, posting_values(duties="先交押金五百元。"), by=owner)
        operations.submit(row, by=owner, on=today())
    again = read(client.post(f"/review/postings/{posting.id}", data={"seen": form["seen"], "decision": "approved"}))
    assert any("单位改过这个岗位" in error for error in again.errors)
    assert "先交押金五百元。" in again.text
    assert state_of(posting) is PostingState.IN_REVIEW
    assert client.post(f"/review/postings/{posting.id}", data={"decision": "approved"}).status_code == 200
    assert state_of(posting) is PostingState.IN_REVIEW
    client.post(f"/review/postings/{posting.id}", data=typed(again) | {"decision": "approved"})
    assert state_of(posting) is PostingState.OPEN


def test_a_draft_that_was_put_away_is_not_found_by_a_reviewer(client, sign_in):
    posting = make_posting(state=PostingState.DRAFT)
    with transaction():
        operations.withdraw(session().get_one(Posting, posting.id), by=Actor.SYSTEM)
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert client.get(f"/review/postings/{posting.id}").status_code == 404
    handed_in = make_posting(state=PostingState.WITHDRAWN)
    assert client.get(f"/review/postings/{handed_in.id}").status_code == 200


def test_a_second_reviewer_is_told_that_the_first_returned_it(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    with transaction():
        operations.return_(session().get_one(Posting, posting.id), "改", by=Actor(make_staff(Role.REVIEWER).id, "reviewer", "web"))
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    late = client.post(f"/review/postings/{posting.id}", data={"decision": "approved"})
    assert late.location == "/review/postings"
    assert "刚刚已由其他审核员退回" in "".join(read(client.get(late.location)).tree.itertext())
    sign_in(client, make_staff(Role.REVIEWER, "370200"))
    assert client.post(f"/review/postings/{posting.id}", data={"decision": "approved"}).status_code == 404


def test_enter_in_a_box_decides_nothing(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    page = read(client.get(f"/review/postings/{posting.id}"))
    first = next(node for node in page.of_class("decision")[0].iter() if node.tag.endswith("button"))
    assert (first.get("name"), first.get("type")) == (None, "submit")
    kept = read(client.post(f"/review/postings/{posting.id}", data=typed(page) | {"remark_duties": "写明班次"}))
    assert (kept.fields["remark_duties"], state_of(posting)) == ("写明班次", PostingState.IN_REVIEW)


def test_what_names_a_fault_is_not_approved_and_keeps_its_words(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    seen = {"decision": "approved", "seen": posting.version}
    for said in ({"remark_duties": "写明班次"}, {"reason": "写明班次"}, {"phrases": "no-fees"}):
        kept = read(client.post(f"/review/postings/{posting.id}", data=seen | said))
        assert any("您写了问题，却点了通过" in error for error in kept.errors)
        assert state_of(posting) is PostingState.IN_REVIEW
        if "phrases" not in said:
            assert said.items() <= kept.fields.items()
    client.post(f"/review/postings/{posting.id}", data=seen)
    assert state_of(posting) is PostingState.OPEN


def test_a_sentence_that_was_removed_meanwhile_takes_nothing_else_with_it(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    kept = read(client.post(f"/review/postings/{posting.id}", data={"phrases": ["99", "gone"], "reason": "写明班次"}))
    assert kept.fields["reason"] == "写明班次"
    client.post(f"/review/postings/{posting.id}", data={"decision": "returned", "phrases": ["gone", "say-duties"]})
    assert state_of(posting) is PostingState.DRAFT
    assert list(queries.reviews_of(posting)[0].remarks) == ["duties"]


def test_putting_one_down_leads_to_the_next_and_own_postings_are_passed_over(client, sign_in):
    employer = make_employer()
    reviewer = make_member(employer, make_staff(Role.REVIEWER, "370100"))
    make_posting(employer=employer, state=PostingState.IN_REVIEW, title="自家")
    first, second = (make_posting(state=PostingState.IN_REVIEW, title=title) for title in ("甲", "乙"))
    sign_in(client, reviewer)
    assert client.post("/review/next").location == f"/review/postings/{first.id}"
    assert client.post(f"/review/postings/{first.id}/release").location == f"/review/postings/{second.id}"
    assert client.post(f"/review/postings/{second.id}/release").location == f"/review/postings/{first.id}"
    client.post(f"/review/postings/{second.id}", data={"decision": "returned", "reason": "改"})
    assert client.post(f"/review/postings/{first.id}/release").location == "/review/postings"


def test_one_that_nobody_holds_can_be_passed_over_by_the_same_button(client, sign_in):
    first, second = (make_posting(state=PostingState.IN_REVIEW, title=title) for title in ("甲", "乙"))
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert f"/review/postings/{first.id}/release" in {form.get("action") for form in read(client.get(f"/review/postings/{first.id}")).all("form")}
    assert client.post(f"/review/postings/{first.id}/release").location == f"/review/postings/{second.id}"


def test_what_no_longer_waits_is_not_taken(client, sign_in):
    posting = make_posting()
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    page = read(client.post(f"/review/postings/{posting.id}/take", follow_redirects=True))
    assert "现在没有要审的内容" in page.text
    with transaction():
        assert session().query(ReviewItem).filter(ReviewItem.closed_at.is_(None)).count() == 0


def test_a_reviewers_own_return_is_not_told_as_a_colleagues(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    client.post(f"/review/postings/{posting.id}", data={"decision": "returned", "reason": "写明班次。"})
    told = read(client.get(f"/review/postings/{posting.id}", follow_redirects=True)).text
    assert "您已经退回修改" in told and "其他审核员" not in told


def test_that_an_employer_is_not_verified_is_told_in_the_reviewers_words(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    with transaction():
        session().get_one(Employer, posting.employer_id).verify_again_on = days_from_now(-1)
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    told = read(client.post(f"/review/postings/{posting.id}", data={"decision": "approved", "seen": posting.version})).errors
    assert any("请先办理单位核验" in error for error in told) and not any("草稿" in error for error in told)


def test_a_queue_that_got_shorter_does_not_look_empty(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    sign_in(client, make_staff(Role.REVIEWER, region="370000"))
    assert posting.title in read(client.get("/review/postings?page=99")).text
