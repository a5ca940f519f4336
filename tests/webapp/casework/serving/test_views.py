"""What the pages of services show and do, and above all what they do not: another county's people, and what was written about them."""

import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from tests.factories.accounts import make_person, make_staff
from tests.factories.casework import make_case, make_caseworker, make_client, make_id_number, stored
from tests.factories.employers import owner_of
from tests.factories.files import PNG
from tests.factories.postings import make_posting
from tests.factories.serving import make_plan, make_service, refer
from tests.webapp.casework.serving.test_programmes import somebody
from tests.webapp.conftest import SignIn
from tests.webapp.pages import read
from webapp.access import Role
from webapp.accounts.models import Person
from webapp.casework import operations as cases
from webapp.casework.models import Case, CaseStep, Client, StepKind, TagKind
from webapp.casework.serving import changes, programmes
from webapp.casework.serving.models import ChangeState, ProgrammeMove, Referral, ServiceRecord, StandardChange
from webapp.db import session, today, transaction
from webapp.employers.models import Employer
from webapp.ledger import Entry
from webapp.postings.applying.models import Application

FIRST, LATER = "孙毕业想学会计，家里负担重。", "已改成政策宣介。"


@pytest.fixture
def worker(client: FlaskClient, sign_in: SignIn) -> Person:
    """Signed in, of 历下区."""
    person = make_caseworker("370102")
    sign_in(client, person)
    return person


@pytest.fixture
def case(worker: Person) -> Case:
    return make_case(caseworker=worker)


@pytest.fixture
def elsewhere(client: FlaskClient, sign_in: SignIn) -> Person:
    """Not signed in yet: of another county."""
    return make_caseworker("370202", name="冯专员")


def count(kind: type) -> int:
    return session().scalar(select(func.count()).select_from(kind)) or 0


def service_data(**changes: object) -> dict[str, object]:
    return {"on": f"{today()}", "channel": "phone", "types": ["guidance"], "content": FIRST} | changes


class TestAnotherCounty:
    def test_finds_nothing_and_writes_nothing_by_any_address(self, client, sign_in, case, worker, elsewhere) -> None:
        row, posting = make_service(case, worker), make_posting()
        make_plan(case, worker)
        refer([case], [posting], worker)
        referral = session().scalar(select(Referral))
        sign_in(client, elsewhere)
        base = f"/casework/{case.id}"
        for page in ("services", "services/new", "willingness", "leave", "plan", "plan/new", "referrals"):
            assert client.get(f"{base}/{page}").status_code == 404, page
        assert client.get(f"/casework/services/{row.id}/correct").status_code == 404
        posts = {
            f"{base}/services/new": service_data(),
            f"{base}/services/show": {},
            f"{base}/willingness": {"said": "unwilling"},
            f"{base}/leave": {"reason": "moved"},
            f"{base}/plan/new": {"goal": "x", "what1": "y"},
            f"{base}/plan/steps/1": {},
            f"{base}/referrals": {"postings": str(posting.id), "channel": "phone"},
            f"/casework/services/{row.id}/correct": service_data(type="policy", reason="x"),
            f"/casework/services/{row.id}/strike": {"reason": "x"},
            f"/casework/services/{row.id}/evidence": {},
            f"/casework/referrals/{referral.id}/answer": {"answer": "accepted"},
        }
        before = count(CaseStep)
        assert {address: client.post(address, data=data).status_code for address, data in posts.items()} == dict.fromkeys(posts, 404)
        assert count(CaseStep) == before

    def test_counts_and_lists_nobody_of_it(self, client, sign_in, case, worker, elsewhere) -> None:
        make_service(case, worker)
        sign_in(client, elsewhere)
        for address in ("/casework/services", "/casework/services?times=1", "/casework/services?entered=web&type=guidance"):
            page = read(client.get(address))
            assert case.number not in page.text and "孙" not in page.text, address
        assert "共 0 条" in read(client.get("/casework/services")).text

    def test_a_reader_of_the_county_sees_figures_and_no_words(self, client, sign_in, case, worker) -> None:
        make_service(case, worker, content=FIRST)
        sign_in(client, make_staff(Role.LEADER, "370100", name="薛局长"))
        page = read(client.get(f"/casework/{case.id}/services"))
        assert "孙**" in page.h1 and FIRST not in page.text and not any("/casework/" in action for action in page.actions)
        assert client.get(f"/casework/{case.id}/plan").status_code == 403


class TestServices:
    def test_one_visit_is_one_form_and_a_record_for_each_kind(self, client, case) -> None:
        data = service_data(types=["guidance", "referral"], subjects="济南甲公司 会计\n济南乙公司 出纳")
        assert client.post(f"/casework/{case.id}/services/new", data=data).status_code == 303
        assert (count(ServiceRecord), stored(case.id).services) == (3, 3)
        page = read(client.get(f"/casework/{case.id}/services"))
        assert page.text.count("计数") >= 3 and FIRST not in page.text
        assert "还差" not in page.text and "岗位推荐" in page.text

    def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(self, client, case) -> None:
        data = service_data(on=f"{today() + timedelta(days=2)}")
        page = read(client.post(f"/casework/{case.id}/services/new", data=data))
        assert any("日期不能晚于今天" in error for error in page.errors) and page.fields["content"] == FIRST
        page = read(client.post(f"/casework/{case.id}/services/new", data=service_data(types=["referral"])))
        assert any("哪个单位的什么岗位" in error for error in page.errors)
        page = read(client.post(f"/casework/{case.id}/services/new", data={"on": f"{today()}"}))
        assert len(page.errors) >= 3
        assert count(ServiceRecord) == 0

    def test_the_page_says_why_a_record_does_not_count(self, client, case, worker) -> None:
        make_service(case, worker, channel="group_message")
        make_service(case, worker, type="training")
        make_service(case, worker)
        make_service(case, worker)
        text = read(client.get(f"/casework/{case.id}/services")).text
        assert "“群发短信、群发消息”不能算作“职业指导”" in text and "要有凭证才计数" in text and "只计一次" in text

    def test_words_are_shown_once_asked_for_and_that_is_written_down(self, client, case, worker) -> None:
        make_service(case, worker, content=FIRST)
        assert FIRST in read(client.post(f"/casework/{case.id}/services/show")).text
        assert session().scalar(select(func.count()).where(CaseStep.kind == StepKind.SHOWN)) == 1
        assert session().scalar(select(func.count()).where(Entry.event == "ServicesShown")) == 1

    def test_a_paper_is_kept_and_shown_to_who_keeps_the_case(self, client, case) -> None:
        data = service_data(types=["training"], evidence=FileStorage(io.BytesIO(PNG), "证.png"))
        assert client.post(f"/casework/{case.id}/services/new", data=data, content_type="multipart/form-data").status_code == 303
        row = session().scalar(select(ServiceRecord))
        answer = client.post(f"/casework/services/{row.id}/evidence")
        assert (answer.status_code, answer.data, answer.headers["Cache-Control"]) == (200, PNG, "no-store")
        data = service_data(evidence=FileStorage(io.BytesIO(b"MZ"), "x.exe"))
        page = read(client.post(f"/casework/{case.id}/services/new", data=data, content_type="multipart/form-data"))
        assert any("不能识别" in error for error in page.errors)

    def test_a_mistake_is_corrected_or_struck_out_with_a_reason(self, client, case, worker) -> None:
        row = make_service(case, worker, content=FIRST)
        page = read(client.get(f"/casework/services/{row.id}/correct"))
        assert page.fields["content"] == ""
        data = service_data(type="policy", content=LATER, reason="选错了类型")
        assert client.post(f"/casework/services/{row.id}/correct", data=data).status_code == 303
        assert "已更正" in read(client.get(f"/casework/{case.id}/services")).text
        second = session().scalar(select(ServiceRecord).where(ServiceRecord.superseded_at.is_(None)))
        page = read(client.post(f"/casework/services/{second.id}/strike", data={"reason": ""}))
        assert any("请写明原因" in error for error in page.errors)
        assert client.post(f"/casework/services/{second.id}/strike", data={"reason": "没有这次服务"}).status_code == 303
        assert stored(case.id).services == 0

    def test_every_figure_of_the_month_opens_its_rows(self, client, case, worker) -> None:
        make_service(case, worker)
        make_service(case, worker, type="policy")
        page = read(client.get("/casework/services"))
        assert "0.0" in page.text
        opened = read(client.get(f"/casework/services?month={today():%Y-%m}&type=guidance&entered=web"))
        assert "共 1 条" in opened.text and "孙**" in opened.text
        with transaction():
            session().get_one(Case, case.id).counts_from = today() - timedelta(days=9)
        make_service(case, worker, on=max(today() - timedelta(days=5), today().replace(day=1)), type="startup")
        offline = read(client.get(f"/casework/services?month={today():%Y-%m}&entered=offline"))
        assert "共 1 条，线下补录" in offline.text or today().day < 3
        for times, people in ((3, 1), (0, 0), (2, 0)):
            assert f"共 {people} 人" in read(client.get(f"/casework/services?programme=graduates&times={times}")).text
        assert client.get("/casework/services?month=%00&times=99999999&page=x&entered=y").status_code == 200


class TestPlanWillingnessLeaving:
    def test_a_plan_is_made_printed_and_done_step_by_step(self, client, case) -> None:
        page = read(client.post(f"/casework/{case.id}/plan/new", data={"goal": "当会计"}))
        assert any("请至少写一个步骤" in error for error in page.errors) and page.fields["goal"] == "当会计"
        data = {"goal": "当会计", "what1": "报名初级会计班", "who1": "person", "due1": f"{today()}", "is_agreed": "y"}
        assert client.post(f"/casework/{case.id}/plan/new", data=data).status_code == 303
        page = read(client.get(f"/casework/{case.id}/plan"))
        assert "报名初级会计班" in page.text and "同意" in page.text
        assert client.post(f"/casework/{case.id}/plan/steps/1").status_code == 303
        assert client.post(f"/casework/{case.id}/plan/steps/9").status_code == 404
        assert "完成" in read(client.get(f"/casework/{case.id}/plan")).text

    def test_who_refuses_is_asked_again_on_a_day(self, client, case) -> None:
        address = f"/casework/{case.id}/willingness"
        page = read(client.post(address, data={"said": "unwilling", "ask_again_on": f"{today()}", "note": "考研"}))
        assert any("要晚于今天" in error for error in page.errors) and page.fields["note"] == "考研"
        assert client.post(address, data={"said": "unwilling", "needs": ["archive"]}).status_code == 303
        assert "再问" in read(client.get(f"/casework/{case.id}/services")).text

    def test_one_leaves_for_a_reason_of_the_list(self, client, case) -> None:
        assert read(client.post(f"/casework/{case.id}/leave", data={"reason": "bored"})).errors
        assert client.post(f"/casework/{case.id}/leave", data={"reason": "moved"}).status_code == 303
        assert stored(case.id).left_reason == "moved"


class TestReferrals:
    def test_postings_are_found_offered_and_answered(self, client, case) -> None:
        posting = make_posting(title="会计主管")
        address = f"/casework/{case.id}/referrals"
        assert "会计主管" in read(client.get(f"{address}?q=会计")).text
        assert "没有找到" in read(client.get(f"{address}?q=%_")).text
        page = read(client.post(address, data={"channel": "phone"}))
        assert any("至少勾选一个岗位" in error for error in page.errors)
        assert client.post(address, data={"postings": [str(posting.id), "x"], "channel": "phone"}).status_code == 303
        referral = session().scalar(select(Referral))
        answer = f"/casework/referrals/{referral.id}/answer"
        assert read(client.post(answer, data={"answer": "declined"})).errors
        assert client.post(answer, data={"answer": "declined", "reason": "pay"}).status_code == 303
        assert "工资不合适" in read(client.get(address)).text

    def test_the_person_answers_on_an_own_page_and_nobody_elses(self, client, sign_in, case, worker) -> None:
        refer([case], [make_posting(title="会计主管")], worker)
        person, other = make_person(name="孙毕业"), make_person(name="旁人")
        with transaction():
            session().get_one(Client, case.client_id).person_id = person.id
        referral = session().scalar(select(Referral))
        sign_in(client, other)
        assert "会计主管" not in read(client.get("/my-service/referrals")).text
        assert client.post(f"/my-service/referrals/{referral.id}", data={"answer": "accepted"}).status_code == 404
        sign_in(client, person)
        assert "会计主管" in read(client.get("/my-service/referrals")).text
        assert read(client.post(f"/my-service/referrals/{referral.id}", data={"answer": "declined"})).errors
        assert client.post(f"/my-service/referrals/{referral.id}", data={"answer": "accepted"}).status_code == 303
        assert "愿意去" in read(client.get("/my-service/referrals")).text

    def test_an_employer_sees_neither_the_referral_nor_the_group(self, client, sign_in, case, worker) -> None:
        posting = make_posting()
        with transaction():
            cases.tag(session().get_one(Case, case.id), TagKind.DISABLED, source="残联", since=today(), by=programmes.Actor.SYSTEM, on=today())
        refer([case], [posting], worker)
        owner = owner_of(session().get_one(Employer, posting.employer_id))
        sign_in(client, owner)
        for address in (f"/employer/postings/{posting.id}", f"/employer/postings/{posting.id}/applications", "/notices"):
            text = read(client.get(address)).text
            assert not any(word in text for word in ("孙", "困难", "帮扶", "专员给", "被推荐", "服务对象")), address
        assert client.get(f"/casework/{case.id}/services").status_code == 403
        assert count(Application) == 0


class TestStandards:
    def test_the_page_names_each_standard_its_place_source_and_that_nobody_confirmed_it(self, client, worker) -> None:
        text = read(client.get("/casework/standards")).text
        assert "131" in text and "未核实" in text and "未在任何地区采用" in text and "聊城" in text and "90 天" in text
        assert "修改标准" not in text
        assert client.get("/casework/standards/new").status_code == 404

    def test_a_city_tries_a_standard_sees_whom_it_changes_and_confirms(self, client, sign_in, case, worker) -> None:
        make_service(case, worker)
        sign_in(client, make_caseworker("370100", name="冯科长"))
        page = read(client.get("/casework/standards/new?programme=graduates&standard=1131"))
        assert page.fields["policy"] == "1" and page.fields["referral"] == "3"
        assert read(client.post("/casework/standards/new", data={"standard": "x"})).errors
        told = {"programme": "graduates", "region": "370100", "standard": "只指导", "valid_from": f"{today()}", "guidance": "1", "basis": "市文件"}
        assert client.post("/casework/standards/new", data=told).status_code == 303
        change = session().scalar(select(StandardChange))
        address = f"/casework/standards/changes/{change.id}"
        assert "可以离开这一页" in read(client.get(address)).text
        changes.look(change.id, lambda: None)
        page = read(client.get(address))
        assert "只是测算" in page.text and "孙**" in page.text and case.number in page.text
        assert client.post(f"{address}/confirm").status_code == 303
        changes.carry_out(change.id, lambda: None, on=today())
        page = read(client.get(f"{address}?before=due&after=met"))
        assert "已完成" in page.text and case.number in page.text
        assert case.number not in read(client.get(f"{address}?before=met&after=due")).text
        assert "只指导" in read(client.get("/casework/standards")).text

    def test_another_county_sees_no_person_of_a_change_and_decides_nothing(self, client, sign_in, case, worker, elsewhere) -> None:
        make_service(case, worker)
        lead = make_caseworker("370100", name="冯科长")
        sign_in(client, lead)
        told = {"programme": "graduates", "region": "370100", "standard": "只指导", "valid_from": f"{today()}", "guidance": "1", "basis": "市文件"}
        client.post("/casework/standards/new", data=told)
        change = session().scalar(select(StandardChange))
        changes.look(change.id, lambda: None)
        sign_in(client, elsewhere)
        address = f"/casework/standards/changes/{change.id}"
        page = read(client.get(address))
        assert case.number not in page.text and "孙" not in page.text
        assert {client.post(f"{address}/{verb}").status_code for verb in ("confirm", "drop")} == {404}
        assert session().get_one(StandardChange, change.id).state is ChangeState.LOOKED
        sign_in(client, lead)
        assert client.post(f"{address}/drop").status_code == 303


class TestProgrammes:
    def test_rules_are_shown_and_what_they_propose_is_decided_by_the_county(self, client, sign_in, worker, elsewhere) -> None:
        text = read(client.get("/casework/programmes")).text
        assert "女性年满四十周岁" in text and "未核实" in text and "连续失业满 6 个月" in text
        somebody("19800101", months=2, caseworker=worker)
        answer = client.post("/casework/programmes/hardship/evaluate")
        address = answer.headers["Location"]
        assert answer.status_code == 303
        assert "可以离开这一页" in read(client.get(address)).text
        with transaction():
            run = programmes.ask("hardship", by=programmes.Actor.SYSTEM, on=today())
        programmes.evaluate(run.id, lambda: None)
        assert "符合：女性年满四十周岁" in read(client.get(address)).text
        move = session().scalar(select(ProgrammeMove))
        sign_in(client, elsewhere)
        for page in (address, "/casework/programmes/moves"):
            assert "孙" not in read(client.get(page)).text
        assert client.post(f"/casework/programmes/moves/{move.id}", data={"do": "yes"}).status_code == 404
        sign_in(client, worker)
        assert client.post(f"/casework/programmes/moves/{move.id}", data={"do": "yes"}).status_code == 303
        assert client.post("/casework/programmes/nothing/evaluate").status_code == 404

    def test_a_person_is_taken_in_by_one_proof(self, client, worker) -> None:
        number = make_id_number()
        told = {
            "programme": "veterans",
            "name": "赵退役",
            "id_number": number,
            "phone": "13900002222",
            "proof": "insured",
            "region": "370102",
            "seen": "参保证明",
        }
        page = read(client.post("/casework/admit", data=told | {"id_number": "123", "proof": ""}))
        assert len(page.errors) >= 2 and page.fields["name"] == "赵退役"
        page = read(client.post("/casework/admit", data=told | {"region": "370202"}))
        assert any("不归您服务" in error for error in page.errors)
        answer = client.post("/casework/admit", data=told)
        assert answer.status_code == 303 and number not in answer.headers["Location"]
        assert "退役军人" in read(client.get(answer.headers["Location"])).text

    def test_who_is_served_elsewhere_is_not_taken_away(self, client, worker) -> None:
        number = make_id_number()
        make_case(region="370202", client=make_client(id_number=number))
        told = {"programme": "graduates", "name": "孙毕业", "id_number": number, "proof": "living", "region": "370102", "seen": "居住证"}
        page = read(client.post("/casework/admit", data=told))
        assert any("不在您负责的地区" in error for error in page.errors)
