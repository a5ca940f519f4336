"""What each person's pages show and do, and above all what they do not: another owner's, another district's, an unpublished one's."""

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from tests.factories.accounts import make_staff
from tests.factories.demand import CLEANER, WELDER, acting_as, make_care, make_catalogue, make_need, make_officer, make_visit, publish
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.postings import make_posting
from tests.webapp.conftest import SignIn
from tests.webapp.pages import read
from webapp.access import Level, Role
from webapp.accounts.models import Person
from webapp.db import session, today, transaction
from webapp.demand import importing, queries
from webapp.demand.models import Need, NeedBatch, NeedSource, NeedState, Visit
from webapp.demand.views import needs
from webapp.employers.models import Employer
from webapp.ledger import Entry
from webapp.postings.models import Posting, PostingState


@pytest.fixture
def officer(client: FlaskClient, sign_in: SignIn) -> Person:
    """Signed in, of 历下区."""
    person = make_officer("370102")
    sign_in(client, person)
    return person


def a_kept_need(officer: Person, **changes: object) -> Need:
    return make_need(make_employer(name="济南龙门机床有限公司"), officer=officer, **changes)


def entries(event: str) -> int:
    return session().scalar(select(func.count()).where(Entry.event == event))


def lines(response) -> list[list[str]]:
    text = response.get_data(as_text=True)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def sent_file(content: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


POSTS = ("confirm", "draft", "link", "hired", "close", "reopen", "notes", "edit")
"""What may be done to a need by its address."""


class TestAnotherOfficersRows:
    @pytest.mark.parametrize("region", ["370102", "370103", "370200"])
    def test_nobody_but_the_responsible_officer_changes_anything(self, client: FlaskClient, sign_in: SignIn, region: str) -> None:
        need = a_kept_need(make_officer("370102"))
        sign_in(client, make_officer(region, name="冯专员"))
        answers = {"state": "filled", "remark": "到了", "hired": "1", "reason": "错", "occupation": "焊工", "headcount": "9", "region": "370102"}
        codes = {client.post(f"/demand/needs/{need.id}/{verb}", data=answers).status_code for verb in POSTS}
        own = f"/demand/employers/{need.employer_id}"
        codes |= {client.post(f"{own}/{verb}", data=answers).status_code for verb in ("visits/new", "needs/new", "notes", "marks")}
        codes |= {client.get(address).status_code for address in (f"{own}/visits/new", f"{own}/needs/new", f"/demand/needs/{need.id}/edit")}
        assert codes == {404}
        kept = session().get_one(Need, need.id)
        assert (kept.state, kept.headcount, session().scalar(select(func.count()).select_from(Posting))) == (NeedState.OPEN, 5, 0)

    def test_a_colleague_of_the_district_reads_without_notes_or_buttons(self, client: FlaskClient, officer: Person) -> None:
        need = a_kept_need(make_officer("370102", name="冯专员"))
        page = read(client.get(f"/demand/needs/{need.id}"))
        assert page.h1 == "焊工" and not any("/demand/" in action for action in page.actions)
        page = read(client.get(f"/demand/employers/{need.employer_id}"))
        assert "冯专员" in page.text and "138****8000" in page.text
        assert not any("/demand/" in action for action in page.actions)

    def test_another_district_finds_nothing(self, client: FlaskClient, sign_in: SignIn) -> None:
        need = a_kept_need(make_officer("370102"))
        sign_in(client, make_officer("370103"))
        for address in (f"/demand/needs/{need.id}", f"/demand/employers/{need.employer_id}", f"/demand/team/employers/{need.employer_id}"):
            assert client.get(address).status_code == 404
        for address in ("/demand", "/demand/needs", "/demand/needs?scope=area", "/demand/needs?scope=area&q=龙门", "/demand/team?q=龙门"):
            page = read(client.get(address))
            assert "龙门" not in page.text, address
        assert "全部在办0" in read(client.get("/demand/needs?scope=area")).text.replace(" ", "")
        assert len(lines(client.post("/demand/needs/export", data={"scope": "area"}))) == 1

    def test_the_own_list_and_its_counters_hold_the_own_rows_only(self, client: FlaskClient, officer: Person) -> None:
        a_kept_need(officer)
        make_need(make_employer(name="济南别家机械有限公司"), officer=make_officer("370102", name="冯专员"), occupation=CLEANER)
        own, area = (read(client.get(f"/demand/needs?scope={scope}")).text.replace(" ", "") for scope in ("mine", "area"))
        assert "别家" not in own and "全部在办1" in own
        assert "别家" in area and "全部在办2" in area and "冯专员" in area

    def test_a_leader_and_a_reviewer_read_and_cannot_write(self, client: FlaskClient, sign_in: SignIn) -> None:
        need = a_kept_need(make_officer("370102"))
        for role in (Role.LEADER, Role.REVIEWER):
            sign_in(client, make_staff(role, "370100"))
            assert "龙门" in read(client.get("/demand/needs")).text
            assert client.get(f"/demand/needs/{need.id}").status_code == 200
            assert client.get("/demand").status_code == 403
            assert {client.post(f"/demand/needs/{need.id}/{verb}").status_code for verb in POSTS} == {403}

    def test_a_quick_log_writes_for_own_employers_only(self, client: FlaskClient, officer: Person) -> None:
        mine, foreign = make_care(officer=officer), make_care(officer=make_officer("370102", name="冯专员"))
        keys = {"employers": [str(mine.employer_id), str(foreign.employer_id)], "way": "phone", "next_in": "7"}
        assert client.post("/demand/quick-log", data=keys).status_code == 303
        assert session().scalars(select(Visit.employer_id)).all() == [mine.employer_id]

    @pytest.mark.parametrize("address", ["/demand?q=%00", "/demand/needs?q=%00%25&queue=%00&scope=%00", "/demand/team?q=%00"])
    def test_a_sign_no_database_keeps_is_no_error(self, client: FlaskClient, officer: Person, address: str) -> None:
        assert "\x00" not in client.get(address).get_data(as_text=True)

    def test_who_lost_the_role_is_refused_with_the_next_request(self, client: FlaskClient, officer: Person) -> None:
        need = a_kept_need(officer)
        assert client.get(f"/demand/needs/{need.id}").status_code == 200
        with transaction():
            for grant in session().query(queries.RoleGrant).filter_by(person_id=officer.id, role=Role.OFFICER):
                grant.revoked_at = session().get_one(Person, officer.id).created_at
        assert client.get(f"/demand/needs/{need.id}").status_code == 403


class TestNotes:
    def test_what_was_heard_is_shown_after_it_is_on_the_ledger_that_it_is_read(self, client: FlaskClient, officer: Person) -> None:
        care = make_care(officer=officer)
        make_visit(care, summary="老板说年后扩线", met="孙经理")
        address = f"/demand/employers/{care.employer_id}"
        page = read(client.get(address))
        assert not any(word in page.text for word in ("扩线", "孙经理", "13800138000"))
        assert entries("VisitNotesShown") == entries("EmployerContactShown") == 0
        shown = read(client.post(f"{address}/notes")).text
        assert all(word in shown for word in ("扩线", "孙经理", "13800138000", "张主任"))
        assert entries("VisitNotesShown") == entries("EmployerContactShown") == 1

    def test_a_successor_reads_them_and_the_predecessor_does_not_any_more(self, client: FlaskClient, sign_in: SignIn) -> None:
        before, after = make_officer("370102"), make_officer("370102", name="冯专员")
        care = make_care(officer=before)
        make_visit(care, summary="老板说年后扩线")
        with transaction():
            queries_care = session().get_one(queries.Care, care.id)
            queries_care.officer_id = after.id
        sign_in(client, before)
        assert client.post(f"/demand/employers/{care.employer_id}/notes").status_code == 404
        sign_in(client, after)
        assert "扩线" in read(client.post(f"/demand/employers/{care.employer_id}/notes")).text

    def test_the_remark_of_an_ending_is_behind_the_same_door(self, client: FlaskClient, officer: Person) -> None:
        need = a_kept_need(officer, state=NeedState.FILLED)
        assert "全部到岗" not in read(client.get(f"/demand/needs/{need.id}")).text
        assert "全部到岗" in read(client.post(f"/demand/needs/{need.id}/notes")).text
        assert entries("VisitNotesShown") == 1


class TestExport:
    def test_it_is_what_was_filtered_with_nothing_a_spreadsheet_would_run(self, client: FlaskClient, officer: Person) -> None:
        need = a_kept_need(officer, title='=HYPERLINK("http://x")')
        make_need(session().get_one(Employer, need.employer_id), occupation=CLEANER, title="＋加号", state=NeedState.FILLED)
        rows = lines(client.post("/demand/needs/export", data={"scope": "mine"}))
        assert rows[0][:3] == ["单位名称", "统一社会信用代码", "岗位名称"]
        assert [(row[0], row[2]) for row in rows[1:]] == [("济南龙门机床有限公司", '\'=HYPERLINK("http://x")')]
        assert lines(client.post("/demand/needs/export", data={"queue": "ended"}))[1][2] == "'＋加号"
        told = session().scalars(select(Entry).where(Entry.event == "NeedsExported").order_by(Entry.id)).all()
        assert [entry.payload for entry in told] == [{"queue": "all", "count": 1}, {"queue": "ended", "count": 1}]

    def test_what_is_too_much_is_refused_with_the_figure_and_not_cut(
        self, client: FlaskClient, officer: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        need = a_kept_need(officer)
        make_need(session().get_one(Employer, need.employer_id), occupation=CLEANER)
        monkeypatch.setattr(needs, "EXPORTED_AT_MOST", 1)
        answer = client.post("/demand/needs/export", data={"scope": "mine", "q": "龙门"})
        assert answer.status_code == 303 and entries("NeedsExported") == 0
        page = read(client.get(answer.location))
        assert "共 2 条，一次最多导出 1 条" in "".join(page.tree.itertext()) and "龙门" in page.text

    @pytest.mark.parametrize("prefix", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
    def test_no_prefix_of_a_formula_gets_through(self, prefix: str) -> None:
        [_, row] = csv.reader(io.StringIO(importing.sheet(["a"], [[f"{prefix}1+1"]]).removeprefix("\ufeff")))
        assert row[0].startswith("'")


class TestLeading:
    def test_an_officer_of_a_street_assigns_nobody_and_imports_nothing(self, client: FlaskClient, sign_in: SignIn) -> None:
        employer = make_employer()
        sign_in(client, make_officer("370102", level=Level.STREET))
        for address in ("/demand/team", f"/demand/team/employers/{employer.id}", "/demand/files"):
            assert client.get(address).status_code == 403
        assert client.post(f"/demand/team/employers/{employer.id}").status_code == 403
        assert client.post("/demand/files").status_code == client.post("/demand/roster").status_code == 403
        assert "分派和移交" not in read(client.get("/demand")).links

    def test_an_officer_of_another_district_cannot_be_named_by_a_forged_choice(self, client: FlaskClient, sign_in: SignIn) -> None:
        employer, far = make_employer(), make_officer("370200", name="青岛专员")
        sign_in(client, make_officer("370100"))
        page = read(client.post(f"/demand/team/employers/{employer.id}", data={"officer": str(far.id)}))
        assert "青岛" not in page.text and page.errors
        assert queries.open_care(employer.id) is None

    def test_a_hand_over_of_a_stranger_is_not_found(self, client: FlaskClient, sign_in: SignIn) -> None:
        far = make_officer("370200")
        make_care(make_employer(region="370202"), far)
        sign_in(client, make_officer("370100"))
        assert client.get(f"/demand/team/officers/{far.id}/hand-over").status_code == 404

    def test_a_file_is_sent_read_and_seen_by_its_sender_only(self, client: FlaskClient, sign_in: SignIn) -> None:
        lead = make_officer("370100")
        sign_in(client, lead)
        content = f"统一社会信用代码,职业,需求人数\n{make_employer().uscc},焊工,8\n".encode()
        sent = client.post(
            "/demand/files", data={"source": "shortage", "file": sent_file(content, "C:\\用工.csv")}, content_type="multipart/form-data"
        )
        assert sent.status_code == 303
        batch = session().scalars(select(NeedBatch)).one()
        assert (batch.file_name, batch.regions, batch.source) == ("用工.csv", ["370100"], NeedSource.SHORTAGE)
        assert "焊工".encode() not in batch.content_sealed
        assert client.get(f"/demand/files/{batch.id}").status_code == 200
        assert client.get(f"/demand/files/{batch.id}/refused").status_code == 404, "nothing was refused"
        sign_in(client, make_officer("370100", name="冯专员"))
        assert client.get(f"/demand/files/{batch.id}").status_code == 404
        assert "用工.csv" not in read(client.get("/demand/files")).text

    def test_what_is_no_csv_is_said_beside_the_field(self, client: FlaskClient, sign_in: SignIn) -> None:
        sign_in(client, make_officer("370100"))
        data = {"source": "shortage", "file": sent_file(b"PK\x03\x04", "用工.xlsx")}
        page = read(client.post("/demand/files", data=data, content_type="multipart/form-data"))
        assert any("Excel" in error for error in page.errors)

    def test_a_roster_marks_the_employers_of_the_own_area(self, client: FlaskClient, sign_in: SignIn) -> None:
        employer = make_employer()
        sign_in(client, make_officer("370100"))
        content = f"统一社会信用代码,名录,列入日期\n{employer.uscc},专精特新,2025-01-01\n91370100MA00000000,专精特新,2025-01-01\n".encode()
        data = {"roster-file": sent_file(content, "名录.csv")}
        page = read(client.post("/demand/roster", data=data, content_type="multipart/form-data"))
        assert "新列入 1 家" in page.text and "第 3 行" in page.text
        assert "重点：专精特新" in read(client.get("/demand/team")).text


class TestEmployers:
    def test_an_employer_sees_its_own_needs_and_withdraws_what_it_announced(self, client: FlaskClient, sign_in: SignIn) -> None:
        mine, foreign = make_employer(), make_employer(name="济南别家机械有限公司")
        make_need(mine)
        other = make_need(foreign, source=NeedSource.EMPLOYER, title="别家的焊工")
        sign_in(client, make_member(mine))
        page = read(client.get("/employer/needs"))
        assert "焊工" in page.text and "别家" not in page.text and "不招了" not in page.text
        assert client.get(f"/employer/needs/{other.id}/withdraw").status_code == 404
        assert client.post(f"/employer/needs/{other.id}/withdraw", data={"remark": "x"}).status_code == 404

    def test_another_employer_cannot_be_named_by_a_forged_choice(self, client: FlaskClient, sign_in: SignIn) -> None:
        mine, foreign = make_employer(), make_employer()
        sign_in(client, owner_of(mine))
        data = {"employer": str(foreign.id), "title": "焊工", "headcount": "3", "urgency": "normal", "region": "370102"}
        assert client.post("/employer/needs/new", data=data).status_code == 303
        assert session().scalars(select(Need.employer_id)).all() == [mine.id]

    def test_words_nobody_knows_are_kept_for_the_officer_to_code(self, client: FlaskClient, sign_in: SignIn) -> None:
        officer, mine = make_officer("370102"), make_employer()
        make_care(mine, officer)
        sign_in(client, owner_of(mine))
        data = {"title": "量子花匠", "headcount": "3", "urgency": "urgent", "region": "370102"}
        assert client.post("/employer/needs/new", data=data).status_code == 303
        need = session().scalars(select(Need)).one()
        assert (need.occupation, need.title, need.source) == ("", "量子花匠", NeedSource.EMPLOYER)
        sign_in(client, officer)
        page = read(client.get(f"/demand/needs/{need.id}"))
        assert "待专员确认职业" in page.text
        client.post(f"/demand/needs/{need.id}/draft")
        assert session().scalars(select(Posting.occupation)).one() is None

    def test_an_officer_does_not_open_the_employers_draft(self, client: FlaskClient, officer: Person) -> None:
        need = a_kept_need(officer)
        client.post(f"/demand/needs/{need.id}/draft")
        posting = session().scalars(select(Posting)).one()
        assert posting.state is PostingState.DRAFT
        assert client.get(f"/employer/postings/{posting.id}").status_code == 403
        assert client.get(f"/postings/{posting.id}").status_code == 404


def a_short_occupation() -> None:
    for number, region in enumerate(("370102", "370103", "370103")):
        employer = make_employer(name=f"济南第{number}机械有限公司", region=region)
        make_need(employer, region=region, headcount=10)
        make_posting(employer=employer, region=region, occupation=CLEANER, headcount=4, title="保洁员")


class TestCatalogue:
    @pytest.mark.parametrize("role", [None, Role.LEADER, Role.OFFICER])
    def test_everybody_signed_in_finds_it_in_the_bar_as_well(self, client: FlaskClient, sign_in: SignIn, role: Role | None) -> None:
        sign_in(client, owner_of(make_employer()) if role is None else make_staff(role, "370100"))
        assert read(client.get("/catalogue")).links["急需紧缺职业"] == "/catalogue"

    def test_before_it_is_published_nobody_outside_finds_it(self, client: FlaskClient) -> None:
        a_short_occupation()
        catalogue = make_catalogue()
        assert "还没有发布" in read(client.get("/catalogue")).text
        assert client.get(f"/catalogue?region=370100&period={catalogue.period}").status_code == 404
        assert client.get(f"/catalogue/{catalogue.id}/download").status_code == 404
        publish(catalogue.id)
        page = read(client.get("/catalogue"))
        assert "1. 焊工" in page.text and "2. 保洁员" in page.text
        assert "机械有限公司" not in page.text, "who needs them is not published"
        assert "0.70 × 缺口" in page.text and "180 天内" in page.text
        rows = lines(client.get(f"/catalogue/{catalogue.id}/download"))
        assert rows[1][:7] == ["职业细类", "1", "", "首期", WELDER, "焊工", "30"]

    def test_a_superseded_version_is_not_downloaded_any_more_and_is_named(self, client: FlaskClient) -> None:
        a_short_occupation()
        first = make_catalogue(published=True)
        second = make_catalogue()
        publish(second.id, "漏了一批需求")
        assert client.get(f"/catalogue/{first.id}/download").status_code == 404
        assert "漏了一批需求" in read(client.get("/catalogue")).text

    @pytest.mark.parametrize("query", ["region=%00", "period=2026Q9", "region=abc&period=''", "level=nothing", "region=370100&page=x"])
    def test_an_address_that_means_nothing_is_no_error(self, client: FlaskClient, query: str) -> None:
        assert client.get(f"/catalogue?{query}").status_code in {200, 404}

    def test_the_rows_behind_a_rank_are_those_of_the_own_district(self, client: FlaskClient, sign_in: SignIn) -> None:
        a_short_occupation()
        catalogue = make_catalogue(published=True)
        address = f"/demand/catalogues/{catalogue.id}/rows/{WELDER}"
        for region, shown, elsewhere in (("370100", 3, ""), ("370103", 2, "另有 1 行"), ("370102", 1, "另有 2 行")):
            sign_in(client, make_officer(region))
            page = read(client.get(address))
            assert page.text.count("机械有限公司") == shown and elsewhere in page.text, region
            assert "缺口 30 人" in page.text
        sign_in(client, make_officer("370200"))
        assert client.get(address).status_code == 404

    def test_a_district_reads_its_citys_published_catalogue_and_no_unpublished_one(self, client: FlaskClient, sign_in: SignIn) -> None:
        a_short_occupation()
        catalogue = make_catalogue()
        sign_in(client, make_officer("370102"))
        assert client.get(f"/demand/catalogues/{catalogue.id}").status_code == 404
        publish(catalogue.id)
        assert client.get(f"/demand/catalogues/{catalogue.id}").status_code == 200
        assert client.post(f"/demand/catalogues/{catalogue.id}/recheck").status_code == 404

    def test_only_a_city_or_wider_computes_and_publishes_and_only_its_own(self, client: FlaskClient, sign_in: SignIn) -> None:
        catalogue = make_catalogue()
        asked = {"region": "370100", "period": catalogue.period}
        sign_in(client, make_officer("370102"))
        assert client.post("/demand/catalogues", data=asked).status_code == 403
        assert client.post(f"/demand/catalogues/{catalogue.id}/publish").status_code == 404
        sign_in(client, make_staff(Role.LEADER, "370200"))
        assert client.post("/demand/catalogues", data=asked).status_code == 200, "another city is no choice"
        assert client.post(f"/demand/catalogues/{catalogue.id}/publish").status_code == 404
        sign_in(client, make_staff(Role.LEADER, "370000"))
        assert client.post("/demand/catalogues", data=asked).status_code == 303
        assert entries("CataloguePublished") == 0

    def test_a_refusal_to_publish_keeps_what_was_typed(self, client: FlaskClient, sign_in: SignIn) -> None:
        make_catalogue(published=True)
        second = make_catalogue()
        sign_in(client, make_staff(Role.LEADER, "370100"))
        page = read(client.post(f"/demand/catalogues/{second.id}/publish"))
        assert any("请写明原因" in error for error in page.errors)


def test_what_is_refused_of_a_visit_stands_beside_the_field_it_was_typed_in(client: FlaskClient, officer: Person) -> None:
    care = make_care(officer=officer)
    visit = make_visit(care)
    day = timedelta(days=1)
    for address in (f"/demand/employers/{care.employer_id}/visits/new", f"/demand/visits/{visit.id}/correct"):
        for typed, field, says in (
            ({"on": f"{today() + day}"}, "on", "不能晚于今天"),
            ({"on": f"{today()}", "next_on": f"{today() - day}"}, "next_on", "不能早于这次联系"),
        ):
            page = read(client.post(address, data=typed | {"way": "phone", "summary": "扩线"}))
            (beside,) = [node for node in page.tree.iter() if node.get("id") == f"{field}-error"]
            assert says in "".join(beside.itertext()), (address, field)
            assert page.fields["summary"].strip() == "扩线"


def test_a_visit_is_corrected_by_its_author_only(client: FlaskClient, sign_in: SignIn) -> None:
    officer = make_officer("370102")
    visit = make_visit(make_care(officer=officer), summary="淡季")
    sign_in(client, make_officer("370102", name="冯专员"))
    assert client.get(f"/demand/visits/{visit.id}/correct").status_code == 404
    sign_in(client, officer)
    page = read(client.get(f"/demand/visits/{visit.id}/correct"))
    assert "淡季" not in page.text and page.fields["summary"] == ""
    assert client.post(f"/demand/visits/{visit.id}/correct", data={"on": f"{today()}", "way": "phone"}).status_code == 303
    assert acting_as(officer).person_id == session().scalars(select(Visit.officer_id).where(Visit.corrects_id == visit.id)).one()
