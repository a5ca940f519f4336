"""What the gate says, where an employer writes, hands in and changes a posting, and where a reviewer decides."""

import pytest

from tests.factories.accounts import make_person, make_staff
from tests.factories.employers import make_employer, owner_of
from tests.factories.postings import make_forwarded, make_posting
from tests.webapp.pages import read
from tests.webapp.pages import words as words_of
from tests.webapp.postings.support import COMPLETE, state_of, stored
from webapp.access import Role
from webapp.db import session, transaction
from webapp.postings import queries
from webapp.postings.models import Posting, PostingState
from webapp.postings.reviewing.operations import live_change, waiting_item
from webapp.reference.models import CompanyEnd

S = PostingState
WHY = "女浴室营业时里面有人，只能由女员工进去保洁"


def of(posting: Posting) -> str:
    return f"/employer/postings/{posting.id}"


def draft(**values):
    """A complete draft that says so much more, and its owner."""
    posting = make_posting(state=S.DRAFT, **values)
    return posting, owner_of(queries.employer_of(posting))


def marks(page):
    return [words_of(node) for node in page.all("mark")]


class TestTheEmployer:
    def test_reads_what_blocks_with_its_article_its_words_and_a_mending(self, client, sign_in):
        posting, owner = draft(requirements="限男性；有焊工证")
        sign_in(client, owner)
        page = read(client.get(of(posting)))
        assert "有 1 处要补充或修改，才能提交审核" in page.text
        assert "《妇女权益保障法》第四十三条" in page.text
        assert "改法：写岗位真正需要的能力" in page.text
        assert marks(page) == ["限男性", "限男性"]  # in the list, and where it stands
        assert f"{of(posting)}/edit?check=1#requirements" in page.links.values()

    def test_may_explain_what_the_post_needs_and_a_person_decides(self, client, sign_in):
        posting, owner = draft(title="女浴室保洁员", requirements="限女性")
        sign_in(client, owner)
        assert "remark" in read(client.get(of(posting))).fields
        page = read(client.post(f"{of(posting)}/submit", data={"remark": "  "}))
        assert any("请写明岗位为什么需要" in error for error in page.errors)
        assert state_of(posting) is S.DRAFT
        client.post(f"{of(posting)}/submit", data={"remark": WHY})
        assert state_of(posting) is S.IN_REVIEW
        with transaction():
            item = waiting_item(posting)
        assert (item.remark, "须核对：性别" in item.risks) == (WHY, True)

    def test_cannot_explain_away_what_no_post_may_be(self, client, sign_in):
        posting, owner = draft(duties="在家刷单，日结佣金，每天八小时。", requirements="限女性")
        sign_in(client, owner)
        assert "remark" not in read(client.get(of(posting))).fields
        refused = client.post(f"{of(posting)}/submit", data={"remark": WHY})
        assert refused.location.endswith("/edit?check=1")
        assert any("刷单" in error for error in read(client.get(refused.location)).errors)
        assert state_of(posting) is S.DRAFT

    def test_a_flag_alone_does_not_stop_and_is_told_before(self, client, sign_in):
        posting, owner = draft(requirements="40岁以下，有焊工证")
        sign_in(client, owner)
        page = read(client.get(of(posting)))
        assert "这 1 处会由审核员人工核对，建议先修改" in page.text
        client.post(f"{of(posting)}/submit")
        assert state_of(posting) is S.IN_REVIEW

    def test_a_remark_that_is_too_long_is_an_error_that_keeps_it(self, client, sign_in):
        posting, owner = draft()
        sign_in(client, owner)
        page = read(client.post(f"{of(posting)}/submit", data={"remark": "焊" * 501}))
        assert any("最多 500 个字" in error for error in page.errors)
        assert page.fields["remark"] == "焊" * 501

    def test_a_draft_with_such_words_is_kept_and_the_form_shows_them(self, client, sign_in):
        sign_in(client, owner_of(make_employer()))
        saved = client.post("/employer/postings/new", data=COMPLETE | {"requirements": "限男性", "save": "1"})
        page = read(client.get(saved.location))
        box = next(node for node in page.tree.iter() if node.get("id") == "gate-requirements")
        assert "限男性" in words_of(box) and "依据：" in words_of(box)
        button = next(node for node in box.iter() if node.get("data-mend"))
        assert (button.get("data-words"), button.get("hidden")) == ("限男性", "")

    def test_is_told_of_an_open_posting_that_says_the_same(self, client, sign_in):
        employer = make_employer()
        make_posting(employer=employer)
        twin = make_posting(employer=employer, state=S.DRAFT)
        make_posting(employer=employer, state=S.DRAFT, title="铆工", duties="铆接车架，两班倒，每班八小时。")
        sign_in(client, owner_of(employer))
        assert "重复" in read(client.get(of(twin))).text

    def test_of_another_employer_says_nothing_of_it(self, client, sign_in):
        make_posting()
        posting, owner = draft()
        sign_in(client, owner)
        assert "重复" not in read(client.get(of(posting))).text

    def test_a_company_that_the_register_says_has_ended_cannot_hand_in(self, client, sign_in):
        posting, owner = draft()
        with transaction():
            session().add(CompanyEnd(uscc=queries.employer_of(posting).uscc, name="某公司", status="注销", source="测试登记"))
        sign_in(client, owner)
        assert "注销" in read(client.get(of(posting))).text
        client.post(f"{of(posting)}/submit")
        assert state_of(posting) is S.DRAFT


class TestWhileTyping:
    def boxes(self, client, **typed):
        answer = client.post("/employer/postings/words", data=COMPLETE | typed)
        assert answer.status_code == 200
        return answer.json

    def test_the_boxes_say_what_stands_in_the_fields_and_nothing_is_kept(self, client, sign_in):
        sign_in(client, owner_of(make_employer()))
        said = self.boxes(client, requirements="３５周岁以下", duties="工作满一月，交押金300元。")
        assert set(said) == {"requirements", "duties"}
        assert "<mark>３５周岁以下</mark>" in said["requirements"] and "《就业促进法》" in said["requirements"]
        assert "押金" in said["duties"] and 'data-mend="duties"' in said["duties"]
        with transaction():
            assert session().query(Posting).count() == 0

    def test_an_empty_form_says_nothing(self, client, sign_in):
        sign_in(client, owner_of(make_employer()))
        assert client.post("/employer/postings/words", data={}).json == {}

    def test_what_cannot_be_read_does_not_stop_the_rest(self, client, sign_in):
        sign_in(client, owner_of(make_employer()))
        said = self.boxes(client, headcount="若干", wage_low="面议", region="x", education="y", requirements="限男性")
        assert set(said) == {"requirements"}

    def test_whatever_is_typed_is_shown_as_text(self, client, sign_in):
        sign_in(client, owner_of(make_employer()))
        said = self.boxes(client, requirements="<b>限男性</b>", duties='要求"><i>30岁以下</i>')
        assert "<b>" not in said["requirements"] and "<i>" not in said["duties"]

    def test_a_request_from_elsewhere_is_refused(self, client, sign_in):
        sign_in(client, owner_of(make_employer()))
        assert client.post("/employer/postings/words", data=COMPLETE, csrf=False).status_code == 400

    @pytest.mark.parametrize("role", [Role.SEEKER, Role.REVIEWER])
    def test_it_is_for_employers(self, client, sign_in, role):
        sign_in(client, make_person() if role is Role.SEEKER else make_staff(role))
        assert client.post("/employer/postings/words", data=COMPLETE).status_code == 403


class TestAChangeOfAnOpenPosting:
    def proposed(self, client, sign_in, **typed):
        posting = make_posting()
        sign_in(client, owner_of(queries.employer_of(posting)))
        client.post(f"{of(posting)}/change", data=COMPLETE | typed)
        return posting

    def test_is_judged_like_a_draft_and_may_be_explained(self, client, sign_in):
        posting = self.proposed(client, sign_in, requirements="限女性")
        page = read(client.get(f"{of(posting)}/change/check"))
        assert "有 1 处要补充或修改" in page.text and "限女性" in marks(page)
        kept = read(client.post(f"{of(posting)}/change/move", data={"to": "submit", "remark": ""}))
        assert any("请写明岗位为什么需要" in error for error in kept.errors)
        client.post(f"{of(posting)}/change/move", data={"to": "submit", "remark": WHY})
        with transaction():
            item = waiting_item(posting)
        assert (item.remark, "须核对：性别" in item.risks) == (WHY, True)
        sign_in(client, make_staff(Role.REVIEWER, "370100"))
        page = read(client.get(f"/review/postings/{posting.id}"))
        assert "限女性" in page.text and WHY in page.text
        client.post(f"/review/postings/{posting.id}", data={"decision": "approved", "seen": page.fields["seen"]})
        assert stored(posting).requirements == "限女性"

    def test_what_no_post_may_be_is_not_handed_in(self, client, sign_in):
        posting = self.proposed(client, sign_in, duties="刷单返现，日结。")
        refused = client.post(f"{of(posting)}/change/move", data={"to": "submit", "remark": WHY})
        assert refused.location.endswith("/change?check=1")
        with transaction():
            assert live_change(posting).submitted_at is None

    def test_it_is_no_twin_of_the_posting_it_changes(self, client, sign_in):
        posting = self.proposed(client, sign_in, headcount="6")
        assert "重复" not in read(client.get(f"{of(posting)}/change/check")).text


class TestTheReviewer:
    def test_sees_the_words_marked_the_article_and_the_reason(self, client, sign_in):
        posting, owner = draft(title="女浴室保洁员", requirements="限女性，40岁以下")
        sign_in(client, owner)
        client.post(f"{of(posting)}/submit", data={"remark": WHY})
        sign_in(client, make_staff(Role.REVIEWER, "370100"))
        assert "须核对：性别" in read(client.get("/review/postings")).text
        page = read(client.get(f"/review/postings/{posting.id}"))
        assert "请核对这 2 处" in page.text
        assert WHY in page.text and "《就业促进法》" in page.text
        assert sorted(marks(page)) == sorted(["限女性", "40岁以下"] * 2)
        beside = words_of(next(node for node in page.tree.iter() if node.get("id") == "element-录用条件"))
        assert "限女性，40岁以下" in beside and "《妇女权益保障法》第四十三条" in beside
        assert page.links["性别：“限女性”"] == "#element-录用条件"
        client.post(f"/review/postings/{posting.id}", data={"decision": "approved", "seen": page.fields["seen"]})
        assert state_of(posting) is S.OPEN

    def test_a_visitor_does_not_see_the_reason(self, client, sign_in):
        posting, owner = draft(title="女浴室保洁员", requirements="限女性")
        sign_in(client, owner)
        client.post(f"{of(posting)}/submit", data={"remark": WHY})
        sign_in(client, make_staff(Role.REVIEWER, "370100"))
        seen = read(client.get(f"/review/postings/{posting.id}")).fields["seen"]
        client.post(f"/review/postings/{posting.id}", data={"decision": "approved", "seen": seen})
        sign_in(client, make_person())
        assert WHY not in client.get(f"/postings/{posting.id}").get_data(as_text=True)

    def test_judges_a_forwarded_row_whose_words_nobody_here_can_mend(self, client, sign_in):
        row = make_forwarded(state=S.IN_REVIEW, duties="分拣快递，限男性。", flags=["SEX"])
        other = make_forwarded(state=S.IN_REVIEW, source_key="A-2", duties="分拣快递，限男性。", flags=["SEX"])
        sign_in(client, make_staff(Role.REVIEWER, "370100"))
        assert "性别" in read(client.get("/review/postings")).text
        page = read(client.get(f"/review/postings/{row.id}"))
        assert "不能通过" not in page.text and marks(page) == ["限男性", "限男性"]
        client.post(f"/review/postings/{row.id}", data={"decision": "approved", "seen": page.fields["seen"]})
        seen = read(client.get(f"/review/postings/{other.id}")).fields["seen"]
        client.post(f"/review/postings/{other.id}", data={"decision": "returned", "reason": "限男性，来源也无法说明理由", "seen": seen})
        assert (state_of(row), state_of(other)) == (S.OPEN, S.WITHDRAWN)
