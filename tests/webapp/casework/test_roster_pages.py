"""The pages of lists, of one person's entry and of assigning: what they say, and that nobody sees what is not theirs."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.factories.casework import make_case, make_caseworker
from tests.factories.rosters import SPOILT, Graduates, as_csv, id_number, name, no_lease, read, send, spoilt, take
from tests.webapp.pages import read as page_of
from webapp.access import Level
from webapp.accounts.models import Person, RoleGrant
from webapp.casework.models import Case
from webapp.casework.rosters import importing, queries
from webapp.casework.rosters.values import BadRow
from webapp.db import reading, session, transaction

Enter = Callable[[FlaskClient, Person], None]


@pytest.fixture
def lead(app: Any) -> Person:
    return make_caseworker("370100", name="郝科长")


@pytest.fixture
def desk(client: FlaskClient, lead: Person, sign_in: Enter) -> FlaskClient:
    sign_in(client, lead)
    return client


def upload(client: FlaskClient, content: bytes, **fields: str) -> Any:
    return client.post("/casework/rosters", data={"kind": "school", "file": [(io.BytesIO(content), "2026届.csv")], **fields})


def test_a_list_goes_from_the_upload_over_the_preview_to_the_people(desk: FlaskClient, lead: Person) -> None:
    graduates = Graduates()
    sent = upload(desk, as_csv([*graduates.rows(12), spoilt(graduates, 900, BadRow.LOST_DIGITS)]))
    assert sent.status_code == 303
    where = sent.headers["Location"]
    assert "正在读取文件" in page_of(desk.get(where)).text
    key = where.rpartition("/")[2]
    importing.read_roster(queries.UUID(key), no_lease)
    preview = page_of(desk.get(where))
    assert "什么也没有写入" in preview.text and "后几位已经丢失" in preview.text and "这些列认不出来，内容没有保存：备注" in preview.text
    assert desk.post(f"{where}/confirm").status_code == 303
    importing.take_roster(queries.UUID(key), no_lease)
    done = page_of(desk.get(where))
    assert "好的行都已导入" in done.text and "2026届.csv" in done.text
    people = page_of(desk.get(f"{where}/people"))
    assert "共 12 人" in people.text and f"{name(0)[0]}**" in people.text and name(0) not in people.text
    assert desk.get(f"{where}/refused").headers["Cache-Control"] == "no-store"


def test_what_is_missing_is_said_beside_the_field_and_what_was_typed_is_kept(desk: FlaskClient) -> None:
    answer = page_of(desk.post("/casework/rosters", data={"source": "省厅第 2 批"}))
    assert answer.errors == ["这是哪一种名单：请选择是哪一种名单", "名册文件：请选择文件"] and answer.fields["source"] == "省厅第 2 批"
    assert "不能识别" in page_of(upload(desk, b"%PDF-1.7 nothing")).text


def test_a_list_is_its_senders_alone(client: FlaskClient, lead: Person, sign_in: Enter) -> None:
    row = take(read(send(as_csv([*Graduates().rows(5), spoilt(Graduates(), 900, SPOILT[0])]), lead)), lead)
    for other in (make_caseworker("370100"), make_caseworker("370200")):
        sign_in(client, other)
        assert [client.get(f"/casework/rosters/{row.id}{tail}").status_code for tail in ("", "/people", "/refused")] == [404] * 3
        assert client.post(f"/casework/rosters/{row.id}/confirm").status_code == 404
        assert "2026" not in page_of(client.get("/casework/rosters")).text.partition("我上传过的名册")[2]


def test_whoever_works_below_a_county_imports_and_assigns_nothing(client: FlaskClient, app: Any, sign_in: Enter) -> None:
    worker = make_caseworker("370102")
    with transaction():
        session().execute(update(RoleGrant).where(RoleGrant.person_id == worker.id).values(level=Level.STREET))
    sign_in(client, worker)
    assert [client.get(path).status_code for path in ("/casework/rosters", "/casework/rosters/template", "/casework/allocation")] == [403] * 3


def test_the_template_is_a_workbook(desk: FlaskClient) -> None:
    answer = desk.get("/casework/rosters/template")
    assert answer.data.startswith(b"PK") and "roster-template.xlsx" in answer.headers["Content-Disposition"]


class TestOnePerson:
    def enter(self, client: FlaskClient, **changed: str) -> Any:
        typed = {"kind": "resident", "name": "钱小满", "id_number": id_number(7), "phone": "19900000001", "living": "370102", "year": "2026"}
        return client.post("/casework/enter", data=typed | changed)

    def test_is_entered_and_kept_by_whoever_wants_to(self, client: FlaskClient, app: Any, sign_in: Enter) -> None:
        worker = make_caseworker("370102")
        sign_in(client, worker)
        assert self.enter(client, mine="y").status_code == 303
        with reading():
            case = session().query(Case).one()
        assert (case.caseworker_id, case.region) == (worker.id, "370102")

    @pytest.mark.parametrize(
        ("field", "typed", "says"),
        [
            ("id_number", "123", "不是 18 位"),
            ("phone", "139", "电话读不出来"),
            ("year", "今年", "毕业年度读不出来"),
            ("living", "370202", "不在您的管辖区域"),
        ],
    )
    def test_what_cannot_be_read_is_said_and_kept(self, desk: FlaskClient, field: str, typed: str, says: str) -> None:
        answer = page_of(self.enter(desk, **{field: typed}))
        assert says in answer.text and answer.fields["name"] == "钱小满" and answer.fields[field] == typed

    def test_the_answer_does_not_tell_who_is_where(self, desk: FlaskClient, client: FlaskClient, sign_in: Enter) -> None:
        sign_in(client, make_caseworker("370200"))
        self.enter(client, living="370202")
        client.get("/casework/enter")
        sign_in(client, make_caseworker("370102"))
        said = []
        for number in (7, 8):
            self.enter(client, id_number=id_number(number), living="370202", household="370102")
            said.append(page_of(client.get("/casework/enter")).of_class("banner-body"))
        assert len({tuple("".join(part.itertext()) for part in one) for one in said}) == 1


class TestAssigning:
    def test_the_proposal_is_looked_at_and_carried_out(self, desk: FlaskClient) -> None:
        worker = make_caseworker("370102", name="傅专员")
        for _ in range(3):
            make_case(street="370102001")
        page = page_of(desk.get("/casework/allocation"))
        assert "解放路街道" in page.text and "傅专员 3 人" in page.text
        people = page_of(desk.get(page.links["3 人，看名单"]))
        assert "共 3 人" in people.text and "孙**" in people.text
        answer = desk.post("/casework/allocation", data={"county": page.fields["county"], "digest": page.fields["digest"]})
        after = page_of(desk.get(answer.headers["Location"]))
        assert "已分派 3 人给 1 位专员" in after.text + "".join("".join(one.itertext()) for one in after.of_class("banner"))
        with reading():
            assert {case.caseworker_id for case in session().query(Case)} == {worker.id}

    def test_an_old_proposal_is_refused(self, desk: FlaskClient) -> None:
        make_caseworker("370102")
        make_case()
        assert "请看过新的建议再确认" in desk.post(
            "/casework/allocation", data={"county": "370102", "digest": "old"}, follow_redirects=True
        ).get_data(as_text=True)

    def test_another_area_is_not_found_and_counts_nothing(self, client: FlaskClient, app: Any, sign_in: Enter) -> None:
        make_caseworker("370102")
        make_case(street="370102001")
        sign_in(client, make_caseworker("370200"))
        assert "没有待分派的人" in page_of(client.get("/casework/allocation")).text
        assert client.get("/casework/allocation?county=370102").status_code == 404
        assert client.get("/casework/allocation/people?county=370102&street=370102001").status_code == 404
        assert client.post("/casework/allocation", data={"county": "370102", "digest": ""}).status_code == 404
        assert "共 0 人" in page_of(client.get("/casework/allocation/people?county=370202&worker=none")).text
