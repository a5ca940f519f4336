"""The staff page: whom an administrator may see and change."""

import pytest
from flask.testing import FlaskClient

from tests.factories.accounts import disable, make_person, make_phone, make_staff
from tests.webapp.conftest import SignIn
from tests.webapp.pages import read
from webapp.access import ADMINISTRATORS, Actor, Role
from webapp.accounts import operations, queries
from webapp.accounts.models import Person
from webapp.db import end_reading, session, transaction


@pytest.fixture
def admin(client: FlaskClient, sign_in: SignIn) -> Person:
    """The system administrator of 济南, signed in."""
    person = make_staff(Role.SYSTEM_ADMIN, "370100", name="周管理")
    sign_in(client, person)
    return person


def invite(client: FlaskClient, **changes: str) -> tuple[int, list[str]]:
    answer = client.post("/staff/invite", data={"name": "钱专员", "phone": make_phone(), "role": "caseworker", "region": "370102", **changes})
    return answer.status_code, [] if answer.status_code == 303 else read(answer).errors


def also(person: Person, role: Role, region: str) -> None:
    with transaction():
        operations.grant_role(session().get_one(Person, person.id), role, region=region, by=Actor.SYSTEM)


@pytest.mark.usefixtures("admin")
def test_an_invited_person_has_the_role_and_may_sign_in_by_code(client: FlaskClient) -> None:
    assert invite(client, phone="13812345678") == (303, [])
    person = queries.person_by_phone("13812345678")
    assert person is not None
    assert [(grant.role, grant.region) for grant in queries.grants_of(person.id)] == [(Role.CASEWORKER, "370102")]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"phone": "138"}, "11 位"),
        ({"role": ""}, "请选择岗位角色"),
        ({"region": ""}, "请选择地区"),
        ({"name": ""}, "请填写姓名"),
        ({"role": "seeker"}, ""),
        ({"region": "370202"}, ""),
        ({"region": "370000"}, ""),
    ],
)
@pytest.mark.usefixtures("admin")
def test_a_role_that_is_none_or_a_region_beyond_reach_is_refused(client: FlaskClient, typed: dict[str, str], says: str) -> None:
    status, errors = invite(client, **typed)
    assert status == 200
    assert says in errors[0]


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
@pytest.mark.usefixtures("admin")
def test_an_administrator_is_not_made_on_the_page(client: FlaskClient, role: Role) -> None:
    page = read(client.get("/staff/invite"))
    assert role.value not in [node.get("value") for node in page.all("option")]
    assert "zhilu user add" in page.text
    phone = make_phone()
    assert invite(client, phone=phone, role=role.value, region="370100")[0] == 200
    assert queries.person_by_phone(phone) is None


def test_one_administrator_does_not_make_another_whatever_the_page_offers(admin: Person) -> None:
    by = Actor(admin.id, Role.SYSTEM_ADMIN.value, "web")
    with pytest.raises(operations.ByCommandOnly), transaction():
        operations.invite_staff(phone=make_phone(), name="周新人", role=Role.AUDIT_ADMIN, region="370100", by=by)
    with transaction():
        operations.invite_staff(phone="13812345679", name="周新人", role=Role.AUDIT_ADMIN, region="370100", by=Actor.command())
    assert queries.person_by_phone("13812345679") is not None


@pytest.mark.usefixtures("admin")
def test_an_existing_account_is_asked_about_before_it_gets_a_role(client: FlaskClient) -> None:
    person = make_person(name="欧阳本人", phone="13812345670")
    typed = {"name": "钱专员", "phone": "138 1234 5670", "role": "leader", "region": "370102"}
    asked = read(client.post("/staff/invite", data=typed))
    assert "这个号码已有账号（名称不显示），确认给它授予 领导（济南市历下区）吗？" in asked.text
    assert "欧阳本人" not in asked.text
    assert {name: asked.fields[name] for name in typed} == typed
    end_reading()
    assert [grant.role for grant in queries.grants_of(person.id)] == [Role.SEEKER]

    back = read(client.post("/staff/invite", data=typed | {"step": "back"}))
    assert back.h1 == "开通工作人员" and {name: back.fields[name] for name in typed} == typed
    end_reading()
    assert [grant.role for grant in queries.grants_of(person.id)] == [Role.SEEKER]

    assert client.post("/staff/invite", data=typed | {"step": "grant"}).status_code == 303
    end_reading()
    assert [grant.role for grant in queries.grants_of(person.id)] == [Role.SEEKER, Role.LEADER]
    assert session().get_one(Person, person.id).name == "欧阳本人"


@pytest.mark.usefixtures("admin")
def test_whose_the_account_is_stands_on_no_page_until_they_sign_in(client: FlaskClient) -> None:
    person = make_person(name="欧阳本人", email="ouyang@example.com")
    invite(client, phone=person.phone or "", step="grant")
    pages = [client.get("/staff").text, client.get(f"/staff/{person.id}").text]
    assert not any("欧阳本人" in text or "o***@example.com" in text for text in pages)
    assert all("本人登录后显示" in text for text in pages)
    with transaction():
        operations.start_session(session().get_one(Person, person.id), device="测试", by=Actor.SYSTEM)
    assert "欧阳本人" in client.get("/staff").text


def test_an_administrator_gives_themselves_nothing(client: FlaskClient, admin: Person) -> None:
    assert "不能给自己" in invite(client, phone=admin.phone or "", role="reviewer")[1][0]


@pytest.mark.usefixtures("admin")
def test_staff_of_another_city_are_neither_listed_nor_found(client: FlaskClient) -> None:
    make_staff(Role.CASEWORKER, "370102", name="济南的人")
    far = make_staff(Role.CASEWORKER, "370202", name="青岛的人")
    seeker = make_person(name="求职的人")
    text = client.get("/staff").text
    assert "济南的人" in text
    assert "青岛的人" not in text
    assert "求职的人" not in text
    for person in (far, seeker):
        assert client.get(f"/staff/{person.id}").status_code == 404
        for verb in ("revoke", "disable", "enable"):
            assert client.post(f"/staff/{person.id}/{verb}", data={"reason": "x", "grant": "x"}).status_code == 404


@pytest.mark.usefixtures("admin")
def test_phones_are_masked(client: FlaskClient) -> None:
    person = make_staff(Role.CASEWORKER, "370102")
    text = client.get("/staff").text + client.get(f"/staff/{person.id}").text
    assert (person.phone or "")[-4:] in text
    assert (person.phone or "") not in text


@pytest.mark.usefixtures("admin")
def test_a_role_is_taken_away(client: FlaskClient) -> None:
    person = make_staff(Role.CASEWORKER, "370102")
    grant = queries.grant_rows(person.id)[0]
    assert client.post(f"/staff/{person.id}/revoke", data={"grant": str(grant.id)}).status_code == 303
    end_reading()
    assert queries.grants_of(person.id) == ()


@pytest.mark.usefixtures("admin")
def test_a_role_in_another_city_stays(client: FlaskClient) -> None:
    person = make_staff(Role.CASEWORKER, "370202")
    grant = queries.grant_rows(person.id)[0]
    also(person, Role.REVIEWER, "370102")
    assert client.post(f"/staff/{person.id}/revoke", data={"grant": str(grant.id)}).status_code == 404


@pytest.mark.usefixtures("admin")
def test_who_also_works_elsewhere_is_not_shut_out_by_one_city(client: FlaskClient) -> None:
    person = make_staff(Role.CASEWORKER, "370202")
    also(person, Role.REVIEWER, "370102")
    assert client.post(f"/staff/{person.id}/disable", data={"reason": "离职"}).status_code == 404


@pytest.mark.usefixtures("admin")
def test_a_person_is_disabled_with_a_reason_and_comes_back(client: FlaskClient) -> None:
    person = make_staff(Role.CASEWORKER, "370102")
    assert "停用原因" in read(client.post(f"/staff/{person.id}/disable", data={"reason": ""})).errors[0]
    client.post(f"/staff/{person.id}/disable", data={"reason": "离职"})
    end_reading()
    assert session().get_one(Person, person.id).disabled_reason == "离职"
    client.post(f"/staff/{person.id}/enable")
    end_reading()
    assert session().get_one(Person, person.id).disabled_at is None


def test_an_administrator_does_not_disable_themselves(client: FlaskClient, admin: Person) -> None:
    client.post(f"/staff/{admin.id}/disable", data={"reason": "x"})
    end_reading()
    assert session().get_one(Person, admin.id).disabled_at is None
    grant = queries.grant_rows(admin.id)[0]
    client.post(f"/staff/{admin.id}/revoke", data={"grant": str(grant.id)})
    end_reading()
    assert queries.grants_of(admin.id) != ()
    assert "自己的账号" in read(client.get(f"/staff/{admin.id}")).text


@pytest.mark.usefixtures("admin")
def test_a_disabled_person_is_still_listed(client: FlaskClient) -> None:
    disable(make_staff(Role.CASEWORKER, "370102", name="停用的人"))
    assert "停用的人" in client.get("/staff").text


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.LEADER, Role.SEEKER])
def test_no_other_role_opens_the_staff_page(client: FlaskClient, sign_in: SignIn, role: Role) -> None:
    sign_in(client, make_person(role=role))
    assert client.get("/staff").status_code == 403
    assert client.post("/staff/invite").status_code == 403


def test_a_county_offers_only_itself(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_staff(Role.SYSTEM_ADMIN, "370102"))
    options = [node.get("value") for node in read(client.get("/staff/invite")).all("option") if (node.get("value") or "").startswith("37")]
    assert options == ["370102"]


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
@pytest.mark.usefixtures("admin")
def test_an_administrator_does_not_put_another_away(client: FlaskClient, role: Role) -> None:
    other = make_staff(role, "370102", name="吴审计")
    page = read(client.get(f"/staff/{other.id}"))
    assert "互相监督" in page.text
    grant = queries.grant_rows(other.id)[0]
    assert client.post(f"/staff/{other.id}/revoke", data={"grant": str(grant.id)}).status_code == 404
    assert client.post(f"/staff/{other.id}/disable", data={"reason": "离职"}).status_code == 404
    end_reading()
    assert [found.role for found in queries.grants_of(other.id)] == [role]
    assert session().get_one(Person, other.id).disabled_at is None
