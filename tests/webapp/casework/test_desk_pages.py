"""The pages of the desk as a person uses them: what is shown, what is kept back, what is typed wrongly."""

import re

import pytest

from tests.factories.accounts import make_person, make_staff
from tests.factories.casework import make_case, make_caseworker, make_client, make_id_number, stored
from tests.webapp.pages import read
from webapp.access import Actor, Level, Role
from webapp.accounts import operations as accounts
from webapp.accounts.models import Person
from webapp.casework.models import Case, CaseStep, StepKind, Willingness
from webapp.db import session, today, transaction
from webapp.ledger import Entry
from webapp.notices.models import Message

COUNTY = "370102"
NUMBER = make_id_number("20030921")


def make_street_worker(region: str = COUNTY) -> Person:
    """A caseworker below a county: leads nobody."""
    person = make_person(name="赵专员")
    with transaction():
        row = session().get_one(Person, person.id)
        accounts.grant_role(row, Role.CASEWORKER, region=region, level=Level.STREET, by=Actor.SYSTEM)
    return person


@pytest.fixture
def worker(client, sign_in) -> Person:
    person = make_street_worker()
    sign_in(client, person)
    return person


@pytest.fixture
def mine(worker) -> Case:
    return make_case(client=make_client(name="孙毕业", phone="13912345678", id_number=NUMBER), caseworker=worker)


def desk(client, query=""):
    return read(client.get(f"/casework{query}"))


def press(client, case, outcome, **more):
    page = desk(client, f"?row={case.id}")
    fields = {"seen": page.fields["seen"], "channel": "phone", "outcome": outcome} | more
    return client.post(f"/casework/{case.id}/log?next=/casework%3Frow={case.id}", data=fields)


def steps(case):
    with transaction():
        return session().query(CaseStep).filter(CaseStep.case_id == case.id, CaseStep.kind == StepKind.CONTACT).all()


def test_the_desk_lists_the_own_people_and_a_line_is_written_with_one_press(client, mine):
    page = desk(client)
    assert "孙毕业" in page.text and NUMBER not in page.text and "139****5678" not in page.text
    answer = press(client, mine, "refuses", note="想先休息")
    assert answer.status_code == 303
    after = read(client.get(answer.headers["location"]))
    assert "暂不找工作" in after.text and "撤销刚才的记录" in after.text
    assert stored(mine.id).willingness is Willingness.UNWILLING
    (undo,) = [action for action in after.actions if "/undo/" in action]
    assert client.post(undo).status_code == 303
    assert stored(mine.id).willingness is Willingness.UNKNOWN


def test_enter_in_the_box_of_a_line_writes_nothing_and_keeps_what_was_typed(client, mine):
    answer = press(client, mine, "", note="她说下午再打")
    page = read(answer)
    assert "请选择结果" in page.text and page.fields["note"] == "她说下午再打"
    assert steps(mine) == []


def test_two_who_write_at_once_see_each_other(client, mine):
    page = desk(client, f"?row={mine.id}")
    press(client, mine, "no_answer")
    again = client.post(f"/casework/{mine.id}/log", data={"seen": page.fields["seen"], "channel": "phone", "outcome": "reached", "note": "已约"})
    shown = read(again)
    assert "别人改过这条记录" in shown.text and shown.fields["note"] == "已约"
    assert len(steps(mine)) == 1


@pytest.mark.parametrize(("field", "typed", "said"), [("next_on", "下周", "年-月-日"), ("next_on", "2020-01-01", "不能早于今天")])
def test_a_wrong_day_is_named_and_kept(client, mine, field, typed, said):
    page = read(press(client, mine, "reached", **{field: typed}))
    assert said in page.text and page.fields[field].replace("/", "-") == typed
    assert steps(mine) == []


def test_another_countys_person_is_not_found_by_any_address(client, worker, mine):
    outside = make_case(region="370202", client=make_client(name="外县人", phone="13899990000"))
    for path in (
        f"/casework/{outside.id}",
        f"/casework/{outside.id}/sheet",
        f"/casework?row={outside.id}",
        "/casework?whose=all",
        "/casework?q=外县人",
    ):
        answer = client.get(path)
        assert answer.status_code == (404 if path.startswith(f"/casework/{outside.id}") else 200)
        assert outside.number not in answer.text and "外**" not in answer.text
    for path, data in (
        (f"/casework/{outside.id}/log", {"outcome": "reached"}),
        (f"/casework/{outside.id}/show", {"purpose": "call"}),
        (f"/casework/{outside.id}/next", {"then-waiting": "nobody"}),
        (f"/casework/{outside.id}/open", {}),
    ):
        assert client.post(path, data=data).status_code == 404
    answer = client.post("/casework/chosen", data={"cases": [str(outside.id)]})
    assert answer.status_code == 303
    assert stored(outside.id).version == outside.version


def test_a_colleagues_person_is_known_by_half_and_not_written_in(client, worker):
    other = make_case(client=make_client(name="钱同区", phone="13811112222"), caseworker=make_caseworker())
    with transaction():
        case = session().get_one(Case, other.id)
        from webapp.casework import operations

        operations.step(case, StepKind.CONTACT, "已联系上", by=Actor.SYSTEM, on=today(), note="身体不好")
    page = read(client.get(f"/casework/{other.id}"))
    assert "钱**" in page.text and "钱同区" not in page.text and "身体不好" not in page.text and "138" not in page.text
    assert client.post(f"/casework/{other.id}/log", data={"outcome": "reached"}).status_code == 404
    assert "记一笔" not in desk(client, "?whose=all").text


def test_details_are_shown_for_a_purpose_which_is_written_down_first(client, mine):
    assert "请选择查看的用途" in read(client.post(f"/casework/{mine.id}/show", data={})).text
    assert NUMBER not in client.get(f"/casework/{mine.id}").text
    answer = client.post(f"/casework/{mine.id}/show", data={"purpose": "call"})
    assert NUMBER in answer.text and "13912345678" in answer.text
    with transaction():
        assert session().query(Entry).filter(Entry.event == "CaseShown").count() == 1
    assert NUMBER not in client.get(f"/casework/{mine.id}").text


def test_reading_a_page_changes_nothing_and_seen_is_pressed(client, mine):
    client.get(f"/casework/{mine.id}")
    assert stored(mine.id).opened_at is None
    client.post(f"/casework/{mine.id}/open")
    assert stored(mine.id).opened_at is not None


def test_the_next_day_is_set_and_an_old_page_is_told(client, mine):
    page = read(client.get(f"/casework/{mine.id}"))
    data = {"then-seen": page.fields["then-seen"], "then-next_on": today().isoformat(), "then-what": "来面谈", "then-waiting": "for_them"}
    assert client.post(f"/casework/{mine.id}/next", data=data).status_code == 303
    assert (stored(mine.id).next_on, stored(mine.id).next_what) == (today(), "来面谈")
    assert "别人改过" in read(client.post(f"/casework/{mine.id}/next", data=data)).text


def test_a_lead_hands_over_many_at_once_and_a_worker_may_not(client, sign_in):
    lead, taking = make_caseworker(COUNTY), make_street_worker()
    cases = [make_case() for _ in range(3)]
    sign_in(client, lead)
    chosen = [str(case.id) for case in cases]
    page = read(client.post("/casework/chosen", data={"cases": chosen}))
    assert "处理选中的 3 人" in page.text and "赵专员" in page.text
    assert client.post("/casework/hand-over", data={"cases": chosen, "caseworker": str(taking.id)}).status_code == 303
    assert {stored(case.id).caseworker_id for case in cases} == {taking.id}
    page = read(client.post("/casework/hand-over", data={"cases": chosen, "caseworker": str(lead.id)}))
    assert "请写明原因" in page.text
    sign_in(client, taking)
    assert client.post("/casework/hand-over", data={"cases": chosen, "caseworker": str(lead.id), "reason": "给他"}).status_code == 403
    assert {stored(case.id).caseworker_id for case in cases} == {taking.id}


def test_a_message_goes_to_each_once_however_often_it_is_sent(client, worker):
    cases = [make_case(client=make_client(phone=phone), caseworker=worker) for phone in ("13911110001", "13911110002", None)]
    page = read(client.post("/casework/chosen", data={"cases": [str(case.id) for case in cases]}))
    data = {"cases": [str(case.id) for case in cases], "batch": page.fields["batch"], "text": "本周六有招聘会，欢迎来看看。"}
    assert client.post("/casework/message", data=data).status_code == 303
    assert client.post("/casework/message", data=data).status_code == 303
    with transaction():
        assert session().query(Message).count() == 2
        assert session().query(CaseStep).filter(CaseStep.kind == StepKind.MESSAGE).count() == 2


def test_a_filter_is_kept_under_a_name_and_leads_back(client, worker, mine):
    page = desk(client, "?whose=mine&shelf=new&cohort=2026")
    assert client.post("/casework/filters", data={"name": "26届新来的", "query": page.fields["query"]}).status_code == 303
    link = desk(client).links["26届新来的"]
    assert set(re.split("[?&]", link)) == {"/casework", "whose=mine", "shelf=new", "cohort=2026"}
    (remove,) = [action for action in desk(client).actions if action.endswith("/remove")]
    client.post(remove)
    assert "26届新来的" not in desk(client).links


def test_somebody_elses_filter_is_not_found(client, sign_in, worker, mine):
    client.post("/casework/filters", data={"name": "我的", "query": "shelf=new"})
    (remove,) = [action for action in desk(client).actions if action.endswith("/remove")]
    sign_in(client, make_street_worker())
    assert client.post(remove).status_code == 404


def test_the_agenda_lists_the_own_dates_and_a_sheet_has_no_id_number(client, worker, mine):
    with transaction():
        session().get_one(Case, mine.id).next_on = today()
    assert "孙毕业" in read(client.get("/casework/agenda?span=today")).text
    sheet = client.get(f"/casework/{mine.id}/sheet")
    assert "孙毕业" in sheet.text and NUMBER not in sheet.text


def test_a_reviewer_and_a_seeker_have_no_desk(client, sign_in):
    for person in (make_staff(Role.REVIEWER, COUNTY), make_person()):
        sign_in(client, person)
        assert client.get("/casework").status_code == 403
