"""What each person's pages show and do, and above all what they do not: another county's people, another's case."""

import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from tests.factories.accounts import make_staff
from tests.factories.casework import make_case, make_caseworker, make_client, stored
from tests.factories.destinations import CONTRACT, WAITING, ask, confirm, current, insured, make_comparison, make_destination
from tests.factories.files import PNG
from tests.webapp.conftest import SignIn
from tests.webapp.pages import read
from webapp.access import Level, Role
from webapp.accounts.models import Person, RoleGrant
from webapp.casework import queries as cases
from webapp.casework.destinations import comparing, figures
from webapp.casework.destinations import queries as destinations
from webapp.casework.destinations.comparison_models import Comparison, Conflict
from webapp.casework.destinations.models import Check, PlacementFigure, Word
from webapp.casework.models import Case, Stage, Standing, StepKind
from webapp.db import session, today, transaction
from webapp.ledger import Entry

FORM = {"code": "11", "evidence": "contract", "told_by": "graduate", "unit": "济南样例机床有限公司"}


@pytest.fixture
def caseworker(client: FlaskClient, sign_in: SignIn) -> Person:
    """Signed in, of 历下区."""
    person = make_caseworker("370102")
    sign_in(client, person)
    return person


def of_a_street(person: Person) -> Person:
    with transaction():
        row = session().scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).one()
        row.level = Level.STREET
    return person


def entries(event: str) -> int:
    return session().scalar(select(func.count()).where(Entry.event == event)) or 0


# one person's destination


def test_a_destination_is_registered_with_its_paper_and_read_with_a_trace(client, caseworker):
    case = make_case(caseworker=caseworker)
    at = f"/casework/cases/{case.id}/destination"
    refused = read(client.post(at, data=FORM | {"unit": "", "uscc": "91370102MA3TTTTTT0"}))
    assert any("请填写单位（学校）名称" in error for error in refused.errors) and any("统一社会信用代码" in error for error in refused.errors)
    assert client.post(at, data=FORM | {"file": FileStorage(io.BytesIO(PNG), filename="合同.png")}).status_code == 303
    page = read(client.get(at))
    assert "签劳动合同形式就业" in page.text and "机床" not in page.text and entries("DestinationShown") == 0
    shown = read(client.post(f"{at}/show"))
    assert "济南样例机床有限公司" in shown.text and entries("DestinationShown") == 1
    assert at in shown.actions, "what is registered from here goes to the page itself"
    paper = client.post(f"/casework/cases/{case.id}/destinations/{current(case).id}/paper")
    assert (paper.status_code, paper.data, paper.headers["Cache-Control"]) == (200, PNG, "no-store")
    with transaction():
        assert [row.kind for row in cases.steps_of(case)].count(StepKind.SHOWN) == 2


@pytest.mark.parametrize("paper", ["traineeship_certificate", "internship_certificate"])
def test_a_traineeship_certificate_is_refused_beside_the_field_with_its_article_and_nothing_is_lost(client, caseworker, paper):
    case = make_case(caseworker=caseworker)
    page = read(client.post(f"/casework/cases/{case.id}/destination", data=FORM | {"evidence": paper}))
    assert any("不准将毕业生顶岗实习、见习证明材料作为就业证明材料" in error for error in page.errors)
    assert page.fields["unit"] == "济南样例机床有限公司" and page.fields["evidence"] == paper
    assert current(case) is None


def test_a_file_that_is_no_document_is_refused(client, caseworker):
    case = make_case(caseworker=caseworker)
    data = FORM | {"file": FileStorage(io.BytesIO(b"MZ program"), filename="合同.pdf")}
    assert any("不能识别" in error for error in read(client.post(f"/casework/cases/{case.id}/destination", data=data)).errors)
    assert current(case) is None


def test_the_office_asks_and_somebody_leaves_by_the_rule(client, caseworker):
    case = make_case(caseworker=caseworker)
    make_destination(case)
    at = f"/casework/cases/{case.id}"
    client.post(f"{at}/leave-placed")
    assert "要由本人确认" in read(client.get(f"{at}/destination")).text and stored(case.id).stage is Stage.OPEN
    assert client.post(f"{at}/destination/ask").status_code == 303
    assert current(case).word is Word.ASKED
    confirm(case)
    assert client.post(f"{at}/leave-placed").status_code == 303 and stored(case.id).stage is Stage.CLOSED
    assert "登记新的去向" not in read(client.get(f"{at}/destination")).text


CASE_PAGES = ("destination", "destination/show", "destination/ask", "leave-placed", "traineeship")


def test_nobody_reads_or_writes_a_case_of_elsewhere_or_of_a_colleague(client, sign_in):
    other = make_caseworker("370102")
    mine = make_case(caseworker=other)
    elsewhere = make_case(region="370105")
    for case in (mine, elsewhere):
        make_destination(case)
    sign_in(client, of_a_street(make_caseworker("370102")))
    for case in (mine, elsewhere):
        for page in CASE_PAGES:
            path = f"/casework/cases/{case.id}/{page}"
            assert client.post(path, data=FORM).status_code == 404, path
        assert client.get(f"/casework/cases/{case.id}/destination").status_code == 404
        assert client.post(f"/casework/cases/{case.id}/destinations/{current(case).id}/paper").status_code == 404
    assert entries("DestinationShown") == 0 and {row.code for row in (current(mine), current(elsewhere))} == {"11"}


def test_a_destination_of_another_case_is_not_opened_through_ones_own(client, caseworker):
    mine, elsewhere = make_case(caseworker=caseworker), make_case(region="370105")
    row = make_destination(elsewhere)
    assert client.post(f"/casework/cases/{mine.id}/destinations/{row.id}/paper").status_code == 404


# figures


def test_every_figure_opens_exactly_its_rows_and_no_other_county(client, sign_in):
    holder = make_caseworker("370102")
    here = [make_case(caseworker=holder, street="370102001", client=make_client(name=f"赵甲{number}")) for number in range(3)]
    make_destination(here[0])
    confirm(here[0])
    for _ in range(4):
        confirm_there = make_case(region="370105", client=make_client(name="周邻县"))
        make_destination(confirm_there)
    sign_in(client, make_caseworker("370102"))
    page = client.get("/casework/destinations")
    text = read(page).text
    assert "1 ÷ 3 人" in text and "÷ 7" not in text and "天桥" not in text
    opened = 0
    for words, href in read(page).links.items():
        if not href.startswith("/casework/destinations/people"):
            continue
        rows = read(client.get(href))
        counted = int(rows.of_class("result-count")[0][0].text.replace(",", ""))
        told = "".join(sign for sign in words.split("人")[0].split("差")[-1].split("其余")[-1] if sign.isdigit() or sign == ".")
        if told.isdigit():
            assert counted == int(told), (words, href)
        assert "周" not in rows.text and "甲" not in rows.text, "no name of a case somebody else holds"
        opened += 1
    assert opened >= 8


@pytest.mark.parametrize("narrowed", ["", "&region=370105", "&region=370100", "&street=370105001", "&street=", "&rule=went&met=0", "&page=9"])
def test_the_list_behind_a_figure_never_leaves_the_own_area(client, caseworker, narrowed):
    for number in range(5):
        make_case(region="370105", street=f"37010500{number % 2}", client=make_client(name="周邻县"))
    page = read(client.get(f"/casework/destinations/people?cohort=2026{narrowed}"))
    assert "周" not in page.text and "共 0 人" in page.text


def test_a_figure_is_kept_by_who_leads_and_opened_by_who_reads_there(client, sign_in):
    make_destination(make_case())
    make_case()
    sign_in(client, make_caseworker("370102"))
    wrong = client.post("/casework/destinations/figures", data={"cohort": "2026", "region": "370105"})
    assert wrong.status_code == 200 and "请" in " ".join(read(wrong).errors)
    answer = client.post("/casework/destinations/figures", data={"cohort": "2026", "region": "370102"})
    page = read(client.get(answer.location))
    assert "50.0%" in page.text and figures.FORMULA in page.text and "11、12" in page.text
    assert "计入落实的人" in read(client.get(f"{answer.location}?counted=1")).text
    sign_in(client, make_caseworker("370105"))
    assert client.get(answer.location).status_code == 404
    assert "保存过" in read(client.get("/casework/destinations")).text
    sign_in(client, of_a_street(make_caseworker("370102")))
    assert client.post("/casework/destinations/figures", data={"cohort": "2026", "region": "370102"}).status_code == 403
    assert len(session().scalars(select(PlacementFigure)).all()) == 1


def test_a_leader_reads_figures_and_names_of_nobody(client, sign_in):
    make_case(client=make_client(name="钱小草"))
    sign_in(client, make_staff(Role.LEADER, "370100"))
    assert "钱**" in read(client.get("/casework/destinations/people?cohort=2026")).text
    assert "年度未核实的旧版" in read(client.get("/casework/destinations/codes")).text


# checks


def disputed(case: Case) -> str:
    make_destination(case)
    return ask(case)


def test_a_dispute_is_ruled_by_its_caseworker_in_words_that_press_nobody(client, caseworker, app):
    case = make_case(caseworker=of_a_street(caseworker))
    token = disputed(case)
    graduate = app.test_client()
    assert graduate.post(f"/my-service/destination/{token}/dispute", data={"reason": "没签过"}).status_code == 303
    check = session().scalars(select(Check)).one()
    at = f"/casework/destinations/checks/{check.id}"
    assert "没签过" not in read(client.get(at)).text and entries("DestinationShown") == 0
    shown = read(client.post(f"{at}/show"))
    assert "没签过" in shown.text and at in shown.actions and entries("DestinationShown") == 1
    page = read(client.post(at, data={"ruling": "true", "reason": "电话核实", "answer": "不签就业协议就不发毕业证"}))
    assert any("四不准" in error for error in page.errors) and page.fields["reason"] == "电话核实"
    assert client.post(at, data={"ruling": "true", "reason": "电话核实", "answer": "合同是您九月签的，有复印件"}).status_code == 303
    assert "合同是您九月签的" in read(graduate.get(f"/my-service/destination/{token}")).text


def test_a_cluster_is_ruled_by_a_lead_of_the_county_alone(client, sign_in):
    people = [make_case(client=make_client(name="孙甲乙")) for _ in range(5)]
    for case in people:
        make_destination(case)
    check = session().scalars(select(Check)).one()
    at, data = f"/casework/destinations/checks/{check.id}", {"ruling": "false", "reason": "单位说没有这些人"}
    sign_in(client, make_caseworker("370105"))
    assert client.get(at).status_code == 404 and client.post(at, data=data).status_code == 404
    assert client.post(f"{at}/show").status_code == 404
    assert "没有要核查的" in read(client.get("/casework/destinations/checks")).text
    sign_in(client, of_a_street(make_caseworker("370102")))
    assert client.get(at).status_code == 200 and client.post(at, data=data).status_code == 403
    sign_in(client, make_caseworker("370102"))
    assert "同一单位集中登记" in read(client.get("/casework/destinations/checks?kind=same_unit")).text
    assert client.post(at, data=data).status_code == 303
    assert {current(case) for case in people} == {None}
    assert "不实，撤销登记" in read(client.get("/casework/destinations/checks?ruled=1")).text


# the graduate's page


def test_the_graduates_page_says_what_is_registered_who_holds_it_and_that_it_harms_nothing(client):
    case = make_case(caseworker=make_caseworker(name="李专员"), client=make_client(name="钱小草"))
    token = disputed(case)
    at = f"/my-service/destination/{token}"
    answer = client.get(at)
    page = read(answer)
    assert "签劳动合同形式就业" in page.text and "李专员" in page.text and "都不影响考公务员" in page.text and "12333" in page.text
    assert "钱" not in page.text and "139" not in page.text, "whoever finds the phone learns no name"
    assert current(case).word is Word.ASKED, "a mail scanner that opens links confirms nothing"
    assert client.post(at).status_code == 303
    assert current(case).word is Word.CONFIRMED and "已经按您说的登记" in read(client.get(at)).text


def test_a_graduate_corrects_and_disputes_on_pages_of_their_own(client):
    first, second = make_case(), make_case()
    for case in (first, second):
        make_destination(case)
    token, other = ask(first), ask(second)
    assert "请选择您现在的情况" in " ".join(read(client.post(f"/my-service/destination/{token}/correct")).errors)
    assert client.post(f"/my-service/destination/{token}/correct", data={"code": "70"}).status_code == 303
    assert stored(first.id).standing is Standing.UNEMPLOYED and "待就业" in read(client.get(f"/my-service/destination/{token}")).text
    assert "请写一句哪里不对" in " ".join(read(client.post(f"/my-service/destination/{other}/dispute")).errors)
    assert client.post(f"/my-service/destination/{other}/dispute", data={"reason": "没有"}).status_code == 303
    assert "我们在核实" in read(client.get(f"/my-service/destination/{other}")).text
    for spent in ("", "/correct", "/dispute"):
        assert client.post(f"/my-service/destination/{other}{spent}", data={"reason": "x", "code": "70"}).status_code == 410


@pytest.mark.parametrize("page", ["", "/correct", "/dispute"])
def test_an_unknown_or_replaced_link_says_so(client, page):
    case = make_case()
    make_destination(case)
    token = ask(case)
    make_destination(case, WAITING)
    for key in (token, "nobody"):
        assert client.get(f"/my-service/destination/{key}{page}").status_code == 410


# comparison


def upload(text: str, **changes: str) -> dict[str, object]:
    sent = FileStorage(io.BytesIO(text.encode()), filename="参保.csv")
    return {"department": "insurance", "purpose": "destination_check", "as_of": f"{today()}", "file": sent} | changes


def test_a_file_is_sent_with_its_purpose_compared_and_decided(client, caseworker):
    people = [make_case(client=make_client(name="孙某某")) for _ in range(3)]
    file = insured(people)
    missing = read(client.post("/casework/comparisons", data=upload(file, purpose="", as_of=f"{today() + timedelta(days=1)}")))
    assert any("请选择用途" in error for error in missing.errors) and any("不能晚于今天" in error for error in missing.errors)
    assert any("缺少这些列" in error for error in read(client.post("/casework/comparisons", data=upload("甲,乙\n1,2\n"))).errors)
    answer = client.post("/casework/comparisons", data=upload(file))
    assert answer.status_code == 303 and "排队中" in read(client.get(answer.location)).text
    row = session().scalars(select(Comparison)).one()
    comparing.carry_out(row.id, lambda: None, on=today())
    page = read(client.get(answer.location))
    assert "个人信息保护法 §13（三）" in page.text and "济南样例软件有限公司" in page.text
    group = next(href for words, href in page.links.items() if words == "济南样例软件有限公司")
    assert "孙**" in read(client.get(group)).text and "孙某某" not in read(client.get(group)).text
    nothing = read(client.post(group, data={"verdict": "accept", "code": "12", "reason": "社保系统"}))
    assert any("请先勾选" in error for error in nothing.errors) and nothing.fields["reason"] == "社保系统"
    uncoded = read(client.post(group, data={"verdict": "accept", "reason": "社保系统", "whole": "1"}))
    assert any("请选择按哪个去向登记" in error for error in uncoded.errors)
    one = session().scalars(select(Conflict)).first()
    assert client.post(group, data={"verdict": "keep", "reason": "本人说已离职", "chosen": str(one.id)}).status_code == 303
    assert client.post(group, data={"verdict": "accept", "code": "12", "reason": "社保系统", "whole": "1"}).status_code == 303
    assert sorted(stored(case.id).standing.value for case in people) == ["employed", "employed", "unknown"]
    assert "本人说已离职" in read(client.get(f"/casework/comparisons/{row.id}/conflicts?decided=1")).text
    with transaction():
        entry = session().scalars(select(Entry).where(Entry.event == "ComparisonSent")).one()
        assert entry.payload["purpose"] == "destination_check"


def test_a_comparison_is_seen_inside_its_area_and_by_leads_alone(client, sign_in):
    lead = make_caseworker("370102")
    case = make_case()
    row = make_comparison(insured([case]), lead)
    conflict = session().scalars(select(Conflict)).one()
    data = {"verdict": "keep", "reason": "x", "chosen": str(conflict.id)}
    pages = (f"/casework/comparisons/{row.id}", f"/casework/comparisons/{row.id}/conflicts")
    sign_in(client, make_caseworker("370105"))
    assert [client.get(page).status_code for page in pages] == [404, 404]
    assert client.post(pages[1], data=data).status_code == 404
    own = make_comparison(insured([case]), make_caseworker("370105"), region="370105")
    assert own.strangers == 1
    assert "社会保险" not in read(client.get("/casework/comparisons")).of_class("table-wrap").__str__()
    sign_in(client, of_a_street(make_caseworker("370102")))
    assert [client.get(page).status_code for page in (*pages, "/casework/comparisons")] == [403, 403, 403]
    sign_in(client, make_staff(Role.LEADER, "370100"))
    assert client.get("/casework/comparisons").status_code == 403
    with transaction():
        assert session().get_one(Conflict, conflict.id).verdict is None


def test_the_ledger_and_the_addresses_hold_nothing_of_a_person(client, caseworker):
    case = make_case(caseworker=caseworker, client=make_client(name="钱小草"))
    client.post(f"/casework/cases/{case.id}/destination", data=FORM)
    token = ask(case)
    client.post(f"/my-service/destination/{token}/dispute", data={"reason": "没签过这家的合同"})
    make_comparison(insured([case]), caseworker)
    with transaction():
        told = "\n".join(f"{row.event} {row.payload}" for row in session().scalars(select(Entry)))
        steps = "\n".join(f"{row.said} {row.data}" for row in cases.steps_of(case))
    assert not any(word in told + steps for word in ("机床", "钱小草", "没签过", token, "样例软件"))
    assert destinations.link_by_token(token) is not None and CONTRACT.unit not in told
