"""Employers about themselves, and their reviewers, through the pages."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.accounts import make_person, make_phone, make_staff
from tests.factories.employers import employer_values, make_employer, make_member, make_uscc, owner_of
from tests.factories.employers import reviewer as another_reviewer
from tests.factories.files import PNG, WORKBOOK, as_upload
from tests.webapp.conftest import SignIn
from tests.webapp.pages import Page, read
from webapp import files
from webapp.access import Actor, Role
from webapp.db import end_reading, session, today, transaction
from webapp.employers import operations, queries
from webapp.employers.models import Employer, EmployerState
from webapp.files import FileKind
from webapp.ledger import Entry


def fresh(employer: Employer) -> Employer:
    end_reading()
    return session().get_one(Employer, employer.id)


@pytest.fixture
def registering(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, make_person(name="赵老板"))
    return client


def test_an_employer_is_registered_and_its_owner_sees_it_waiting(registering: FlaskClient) -> None:
    values = employer_values(name="济南甲乙机械有限公司")
    assert registering.post("/employer/register", data=values).location.endswith("/papers")
    page = read(registering.get("/employer"))
    assert "济南甲乙机械有限公司" in page.text
    assert "待核验" in page.text
    end_reading()
    employer = queries.by_code(values["uscc"])
    assert employer is not None
    assert (employer.state, employer.region, employer.contact_phone) == (EmployerState.PENDING, "370102", "13800138000")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"uscc": "91350100M000100Y44"}, "对不上"),
        ({"uscc": "9135010OM000100Y43"}, "没有字母 O"),
        ({"uscc": "9" * 100_000}, "太长"),
        ({"name": ""}, "请填写单位名称"),
        ({"name": "名" * 121}, "最多 120 个字"),
        ({"about": "文" * 2001}, "最多 2000 个字"),
        ({"address": "路" * 201}, "最多 200 个字"),
        ({"region": ""}, "请选择所在区县"),
        ({"region": "440100"}, "所在区县"),
        ({"industry": ""}, "请选择行业"),
        ({"contact_phone": "0531-88888888"}, "手机号应"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_stays(registering: FlaskClient, typed: dict[str, str], says: str) -> None:
    values = employer_values() | typed
    answer = registering.post("/employer/register", data=values)
    page = read(answer)
    assert answer.status_code == 200
    assert any(says in error for error in page.errors), page.errors
    kept = {name: value for name, value in values.items() if name not in {"region", "industry"} or value in {"370102", "C"}}
    assert {name: page.fields[name] for name in kept} == kept
    assert session().scalars(select(Employer)).all() == []


def test_the_contact_is_whoever_registers_until_they_say_otherwise(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person(name="赵老板", phone="13812340000"))
    fields = read(client.get("/employer/register")).fields
    assert (fields["contact_name"], fields["contact_phone"]) == ("赵老板", "13812340000")
    again = read(client.post("/employer/register", data=employer_values(contact_name="", contact_phone="13900001111", name=""))).fields
    assert (again["contact_name"], again["contact_phone"]) == ("", "13900001111")


def test_a_code_that_is_registered_says_what_to_do(registering: FlaskClient) -> None:
    taken = make_employer()
    page = read(registering.post("/employer/register", data=employer_values(uscc=taken.uscc)))
    assert "已经登记过" in page.errors[0]
    assert page.fields["uscc"] == taken.uscc


def test_staff_register_no_employer(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_staff(Role.REVIEWER))
    assert client.get("/employer/register").status_code == 403


def test_a_refused_employer_sees_why_corrects_and_waits_again(client: FlaskClient, sign_in: SignIn) -> None:
    employer = make_employer(state=EmployerState.REFUSED, reason="营业执照看不清")
    sign_in(client, owner_of(employer))
    page = read(client.get("/employer"))
    assert "营业执照看不清" in page.text
    form = read(client.get(page.links["改正并重新提交"]))
    assert form.fields["uscc"] == employer.uscc
    assert form.fields["region"] == employer.region
    answer = client.post(f"/employer/{employer.id}/edit", data=form.fields | {"name": "改正后的有限公司"})
    assert answer.location == "/employer"
    assert fresh(employer).state is EmployerState.PENDING
    assert fresh(employer).name == "改正后的有限公司"


def test_another_employer_is_not_found_by_any_address(client: FlaskClient, sign_in: SignIn) -> None:
    other = make_employer(name="别人的有限公司")
    stranger = make_member(other)
    sign_in(client, owner_of(make_employer(name="自己的有限公司")))
    assert "别人的有限公司" not in client.get("/employer").text
    for path in (f"/employer/{other.id}/edit", f"/employer/{other.id}/members"):
        assert client.get(path).status_code == 404
    posts = {
        f"/employer/{other.id}/edit": employer_values(),
        f"/employer/{other.id}/members": {"phone": make_phone()},
        f"/employer/{other.id}/members/{stranger.id}/remove": {},
        f"/employer/{other.id}/members/{stranger.id}/owner": {},
    }
    for path, data in posts.items():
        assert client.post(path, data=data).status_code == 404, path
    assert fresh(other).name == "别人的有限公司"
    assert len(queries.members(other.id)) == 2


def test_a_member_reads_but_does_not_manage(client: FlaskClient, sign_in: SignIn) -> None:
    employer = make_employer()
    sign_in(client, make_member(employer))
    assert client.get("/employer").status_code == 200
    page = read(client.get(f"/employer/{employer.id}/members"))
    assert page.fields.keys() & {"phone"} == set()
    assert client.get(f"/employer/{employer.id}/edit").status_code == 403
    assert client.post(f"/employer/{employer.id}/members", data={"phone": make_phone()}).status_code == 403


def test_an_owner_here_is_a_mere_member_there(client: FlaskClient, sign_in: SignIn) -> None:
    there, here = make_employer(), make_employer()
    sign_in(client, make_member(there, owner_of(here)))
    assert client.get(f"/employer/{there.id}/members").status_code == 200
    assert client.get(f"/employer/{there.id}/edit").status_code == 404
    assert client.get(f"/employer/{here.id}/edit").status_code == 200


def test_a_member_is_added_and_removed_and_phones_are_masked(client: FlaskClient, sign_in: SignIn) -> None:
    employer = make_employer()
    sign_in(client, owner_of(employer))
    other = make_person(name="孙同事", phone="13812345678")
    client.post(f"/employer/{employer.id}/members", data={"phone": "+86 138 1234 5678"})
    text = client.get(f"/employer/{employer.id}/members").text
    assert "孙同事" in text
    assert "138****5678" in text
    assert "13812345678" not in text
    client.post(f"/employer/{employer.id}/members/{other.id}/remove")
    assert "孙同事" not in client.get(f"/employer/{employer.id}/members").text


def test_a_removed_member_is_out_with_the_next_request(client: FlaskClient, sign_in: SignIn) -> None:
    employer = make_employer()
    member = make_member(employer)
    sign_in(client, owner_of(employer))
    client.post(f"/employer/{employer.id}/members/{member.id}/remove")
    sign_in(client, member)
    assert client.get(f"/employer/{employer.id}/members").status_code == 403


def test_the_last_owner_stays_and_is_told_why(client: FlaskClient, sign_in: SignIn) -> None:
    employer = make_employer()
    owner = owner_of(employer)
    sign_in(client, owner)
    answer = client.post(f"/employer/{employer.id}/members/{owner.id}/remove", follow_redirects=True)
    assert "最后一位管理员" in answer.text
    assert len(queries.members(employer.id)) == 1


def test_adding_is_no_way_to_find_out_who_is_registered(client: FlaskClient, sign_in: SignIn) -> None:
    employer = make_employer()
    sign_in(client, owner_of(employer))
    path = f"/employer/{employer.id}/members"
    answers = [client.post(path, data={"phone": make_phone()}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "还没有注册" in read(answers[0]).errors[0]
    assert client.post(path, data={"phone": make_person().phone}).status_code == 429


def test_a_phone_that_is_known_takes_no_failed_try_back(client: FlaskClient, sign_in: SignIn) -> None:
    employer, known = make_employer(), make_person()
    sign_in(client, owner_of(employer))
    path = f"/employer/{employer.id}/members"
    answers = [client.post(path, data={"phone": phone}) for _ in range(3) for phone in (make_phone(), make_phone(), known.phone)]
    assert [answer.status_code for answer in answers] == [200, 200, 303, 200, 200, 303, 200, 429, 429]


# reviewers


@pytest.fixture
def reviewer(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    """A browser signed in as a reviewer of 济南."""
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    return client


def test_a_reviewer_sees_who_waits_in_their_region(reviewer: FlaskClient) -> None:
    make_employer(state=EmployerState.PENDING, name="济南的有限公司", region="370102")
    make_employer(state=EmployerState.PENDING, name="青岛的有限公司", region="370202")
    make_employer(state=EmployerState.VERIFIED, name="核验过的有限公司", region="370102")
    page = read(reviewer.get("/verify"))
    assert "济南的有限公司" in page.text
    assert "青岛的有限公司" not in page.text
    assert "核验过的有限公司" not in page.text
    assert "核验过的有限公司" in reviewer.get("/verify?state=verified").text


def test_an_employer_of_another_region_is_not_found(reviewer: FlaskClient) -> None:
    far = make_employer(state=EmployerState.PENDING, region="370202")
    assert reviewer.get(f"/verify/{far.id}").status_code == 404
    assert reviewer.post(f"/verify/{far.id}", data={"decision": "verify"}).status_code == 404
    assert reviewer.post(f"/verify/{far.id}/contact").status_code == 404
    assert fresh(far).state is EmployerState.PENDING


def test_two_reviewers_verify(reviewer: FlaskClient, sign_in: SignIn) -> None:
    employer = make_employer(state=EmployerState.PENDING)
    page = read(reviewer.get(f"/verify/{employer.id}"))
    assert "您是初核" in page.text
    decision = {"seen": page.fields["seen"], "decision": "verify", "papers_seen": "y"}
    assert reviewer.post(f"/verify/{employer.id}", data=decision).location == "/verify"
    assert fresh(employer).state is EmployerState.PENDING
    assert "初核通过，待复核" in read(reviewer.get("/verify")).text
    assert "decision" not in [
        node.get("name") for node in read(reviewer.get(f"/verify/{employer.id}")).all("button") if node.get("value") == "verify"
    ]
    assert "另一位审核员复核" in reviewer.post(f"/verify/{employer.id}", data=decision, follow_redirects=True).text
    sign_in(reviewer, make_staff(Role.REVIEWER, "370100"))
    assert "您是复核" in read(reviewer.get(f"/verify/{employer.id}")).text
    reviewer.post(f"/verify/{employer.id}", data=decision)
    assert fresh(employer).state is EmployerState.VERIFIED


def test_a_reviewer_says_that_the_papers_were_seen_where_none_were_uploaded(reviewer: FlaskClient) -> None:
    employer = make_employer(state=EmployerState.PENDING)
    seen = read(reviewer.get(f"/verify/{employer.id}")).fields["seen"]
    page = read(reviewer.post(f"/verify/{employer.id}", data={"seen": seen, "decision": "verify"}))
    assert "已经核对过营业执照" in page.errors[0]
    assert fresh(employer).endorsed_by is None


def test_an_uploaded_licence_is_seen_by_its_owner_and_on_the_record_by_a_reviewer(client: FlaskClient, sign_in: SignIn) -> None:
    employer = make_employer(state=EmployerState.PENDING)
    sign_in(client, owner_of(employer))
    assert "还没有上传营业执照" in read(client.get(f"/employer/{employer.id}/papers")).text
    sent = {"kind": "licence", "paper": as_upload(PNG, "营业执照.png")}
    assert client.post(f"/employer/{employer.id}/papers", data=sent).status_code == 303
    (row,) = queries.papers(employer.id).values()
    answer = client.get(f"/employer/{employer.id}/papers/{row.id}")
    assert (answer.data, answer.mimetype, answer.headers["Cache-Control"]) == (PNG, "image/png", "no-store")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert client.get(f"/employer/{employer.id}/papers/{row.id}").status_code == 403
    assert session().scalars(select(Entry).where(Entry.event == "EmployerPaperShown")).all() == []
    end_reading()
    assert client.post(f"/verify/{employer.id}/papers/{row.id}").data == PNG
    assert session().scalars(select(Entry).where(Entry.event == "EmployerPaperShown")).one().subject == str(employer.id)


def test_papers_of_another_employer_or_place_are_not_found(client: FlaskClient, sign_in: SignIn) -> None:
    employer, other = make_employer(region="370202"), make_employer()
    with transaction():
        row = operations.add_paper(employer, files.lay_down(PNG, "照.png", files.DOCUMENTS), FileKind.LICENCE, by=Actor.SYSTEM)
    sign_in(client, owner_of(other))
    assert client.get(f"/employer/{employer.id}/papers").status_code == 404
    assert client.get(f"/employer/{employer.id}/papers/{row.id}").status_code == 404
    assert client.get(f"/employer/{other.id}/papers/{row.id}").status_code == 404
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert client.post(f"/verify/{employer.id}/papers/{row.id}").status_code == 404
    assert client.post(f"/verify/{other.id}/papers/{row.id}").status_code == 404


@pytest.mark.parametrize(("name", "content"), [("执照.png", b""), ("执照.png", b"GIF89a"), ("执照.pdf", b"<html>"), ("表.xlsx", WORKBOOK)])
def test_a_file_that_is_no_picture_is_refused_with_what_to_do(client: FlaskClient, sign_in: SignIn, name: str, content: bytes) -> None:
    employer = make_employer()
    sign_in(client, owner_of(employer))
    page = read(client.post(f"/employer/{employer.id}/papers", data={"kind": "licence", "paper": as_upload(content, name)}))
    assert page.errors and queries.papers(employer.id) == {}


@pytest.mark.parametrize("shown", [True, False])
def test_another_name_than_the_reviewer_read_is_not_verified(reviewer: FlaskClient, *, shown: bool) -> None:
    employer = make_employer(state=EmployerState.PENDING)
    form = read(reviewer.get(f"/verify/{employer.id}")).fields
    with transaction():
        row = session().get_one(Employer, employer.id)
        kept = {field: getattr(row, field) for field in employer_values()}
        operations.change_employer(row, kept | {"name": "另一家有限公司"}, by=Actor.SYSTEM)
    page = read(reviewer.post(f"/verify/{employer.id}", data={"seen": form["seen"] if shown else "", "decision": "verify", "papers_seen": "y"}))
    assert "改过名称或代码" in page.errors[0]
    assert page.h1 == "另一家有限公司"
    assert fresh(employer).state is EmployerState.PENDING
    reviewer.post(f"/verify/{employer.id}", data={"seen": page.fields["seen"], "decision": "verify", "papers_seen": "y"})
    assert fresh(employer).endorsed_by is not None


def test_a_verification_that_has_run_out_waits_for_a_reviewer_again(reviewer: FlaskClient) -> None:
    employer = make_employer(name="去年核验的有限公司")
    with transaction():
        session().get_one(Employer, employer.id).verify_again_on = today()
    assert "去年核验的有限公司" not in reviewer.get("/verify").text
    with transaction():
        session().get_one(Employer, employer.id).verify_again_on = today() - timedelta(days=1)
    assert "核验到期，待复核" in read(reviewer.get("/verify")).text
    with transaction():
        operations.verify_employer(session().get_one(Employer, employer.id), by=another_reviewer())
    shown = read(reviewer.get(f"/verify/{employer.id}")).fields
    reviewer.post(f"/verify/{employer.id}", data={"seen": shown["seen"], "decision": "verify", "papers_seen": "y"})
    again = fresh(employer).verify_again_on
    assert again is not None
    assert again > today()
    assert "去年核验的有限公司" not in reviewer.get("/verify").text


def test_a_refusal_without_reason_is_asked_for_it(reviewer: FlaskClient) -> None:
    employer = make_employer(state=EmployerState.PENDING)
    assert "请写明不通过的原因" in read(reviewer.post(f"/verify/{employer.id}", data={"decision": "refuse"})).errors[0]
    assert "最多 500 个字" in read(reviewer.post(f"/verify/{employer.id}", data={"decision": "refuse", "reason": "因" * 501})).errors[0]
    assert fresh(employer).state is EmployerState.PENDING
    reviewer.post(f"/verify/{employer.id}", data={"decision": "refuse", "reason": "名称与执照不符"})
    assert fresh(employer).decision_reason == "名称与执照不符"


def test_neither_button_is_a_refusal_not_an_approval(reviewer: FlaskClient) -> None:
    employer = make_employer(state=EmployerState.PENDING)
    reviewer.post(f"/verify/{employer.id}", data={})
    assert fresh(employer).state is EmployerState.PENDING


def test_a_second_reviewer_learns_that_it_is_decided(reviewer: FlaskClient) -> None:
    employer = make_employer(state=EmployerState.VERIFIED)
    answer = reviewer.post(f"/verify/{employer.id}", data={"decision": "refuse", "reason": "x"}, follow_redirects=True)
    assert "已经有了结论" in answer.text
    assert fresh(employer).state is EmployerState.VERIFIED


def test_a_reviewer_who_is_a_member_is_offered_no_decision(client: FlaskClient, sign_in: SignIn) -> None:
    employer = make_employer(state=EmployerState.PENDING)
    sign_in(client, make_member(employer, make_staff(Role.REVIEWER, "370100")))
    page = read(client.get(f"/verify/{employer.id}"))
    assert "decision" not in page.fields
    assert "初核通过" not in page.text
    answer = client.post(f"/verify/{employer.id}", data={"decision": "verify", "papers_seen": "y"}, follow_redirects=True)
    assert "另一位审核员" in answer.text
    assert fresh(employer).state is EmployerState.PENDING


def test_the_contacts_phone_is_shown_only_on_the_record(reviewer: FlaskClient) -> None:
    employer = make_employer(state=EmployerState.PENDING, contact_phone="13812345678")
    assert "13812345678" not in reviewer.get(f"/verify/{employer.id}").text
    assert session().scalars(select(Entry).where(Entry.event == "EmployerContactShown")).all() == []
    assert "13812345678" in reviewer.post(f"/verify/{employer.id}/contact").text
    end_reading()
    assert session().scalars(select(Entry).where(Entry.event == "EmployerContactShown")).one().subject == str(employer.id)


@pytest.mark.parametrize("role", [Role.SEEKER, Role.CASEWORKER, Role.LEADER, Role.SYSTEM_ADMIN])
def test_no_other_role_verifies(client: FlaskClient, sign_in: SignIn, role: Role) -> None:
    employer = make_employer(state=EmployerState.PENDING)
    sign_in(client, make_person(role=role))
    assert client.get("/verify").status_code == 403
    assert client.post(f"/verify/{employer.id}", data={"decision": "verify"}).status_code == 403


def test_the_queue_goes_on_over_pages(reviewer: FlaskClient) -> None:
    for _ in range(21):
        make_employer(state=EmployerState.PENDING)
    first, second = read(reviewer.get("/verify")), read(reviewer.get("/verify?page=2"))
    assert "共 21 家单位" in first.text
    assert len(rows(first)) == 20
    assert len(rows(second)) == 1
    assert rows(first).isdisjoint(rows(second))


def rows(page: Page) -> set[str]:
    return {path for node in page.all("a") if (path := node.get("href") or "").startswith("/verify/")}


def test_a_code_change_through_the_form_is_verified_anew(client: FlaskClient, sign_in: SignIn) -> None:
    employer = make_employer()
    sign_in(client, owner_of(employer))
    form = read(client.get(f"/employer/{employer.id}/edit"))
    client.post(f"/employer/{employer.id}/edit", data=form.fields | {"address": "另一条路3号"})
    assert fresh(employer).state is EmployerState.VERIFIED
    client.post(f"/employer/{employer.id}/edit", data=form.fields | {"uscc": make_uscc()})
    assert fresh(employer).state is EmployerState.PENDING
