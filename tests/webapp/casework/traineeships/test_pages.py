"""Posts and people of 就业见习 on their pages."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.accounts import make_staff
from tests.factories.casework import make_case, make_caseworker, make_client, stored
from tests.factories.destinations import make_trainee_post, make_traineeship
from tests.factories.employers import make_employer
from tests.factories.reference import set_parameter
from tests.webapp.conftest import SignIn
from tests.webapp.pages import read
from webapp.access import Role
from webapp.accounts.models import Person
from webapp.casework.models import Standing
from webapp.casework.traineeships.models import TraineePost, Traineeship
from webapp.db import session, today, transaction


@pytest.fixture
def caseworker(client: FlaskClient, sign_in: SignIn) -> Person:
    """Signed in, of 历下区."""
    person = make_caseworker("370102")
    sign_in(client, person)
    return person


def test_a_post_is_opened_flagged_filed_and_closed(client, caseworker):
    set_parameter("minimum_wage_monthly", "2400")
    employer = make_employer()
    first = today().replace(day=1)
    data = {
        "employer": str(employer.id), "title": "软件测试见习", "places": "2", "region": "370102", "allowance": "1800",
        "from_on": f"{first}", "to_on": f"{first + timedelta(days=20)}",
    }  # fmt: skip
    at = "/casework/traineeships/posts/new"
    page = read(client.post(at, data=data))
    assert any("3–12 个月" in error for error in page.errors) and page.fields["title"] == "软件测试见习"
    assert client.post(at, data=data | {"region": "370202"}).status_code == 200, "a place of another city is not offered"
    answer = client.post(at, data=data | {"to_on": f"{first + timedelta(days=180)}"})
    page = read(client.get(answer.location))
    assert "低于当地最低工资 2400 元/月（未核实）" in page.text and "未备案" in page.text
    assert "低于最低工资" in read(client.get("/casework/traineeships")).text
    client.post(f"{answer.location}/file")
    client.post(f"{answer.location}/close")
    post = session().scalars(select(TraineePost)).one()
    assert (post.filed_on, post.closed_on) == (today(), today())
    assert "软件测试见习" in read(client.get("/casework/traineeships?closed=1")).text


def test_somebody_is_trained_paid_and_kept_and_is_still_no_employed(client, caseworker):
    case, post = make_case(caseworker=caseworker), make_trainee_post()
    at = f"/casework/cases/{case.id}/traineeship"
    assert "符合见习条件" in read(client.get(at)).text
    span = {"post": str(post.id), "from_on": f"{post.from_on}", "to_on": f"{post.to_on}"}
    late = read(client.post(at, data=span | {"to_on": f"{post.to_on + timedelta(days=40)}"}))
    assert any("起止日期之内" in error for error in late.errors)
    answer = client.post(at, data=span)
    where = answer.location
    wrong = read(client.post(f"{where}/allowances", data={"pay-month": "十一月", "pay-paid": "2000", "pay-paid_on": f"{today()}"}))
    assert any("2026-11" in error for error in wrong.errors)
    month = f"{today():%Y-%m}"
    assert client.post(f"{where}/allowances", data={"pay-month": month, "pay-paid": "2000", "pay-paid_on": f"{today()}"}).status_code == 303
    assert "少发 600.00 元" in read(client.get(where)).text
    early = read(client.post(f"{where}/end", data={"ended_on": f"{today()}", "ending": "quit", "retained": "y"}))
    assert any("不能算留用" in error for error in early.errors)
    assert client.post(f"{where}/end", data={"ended_on": f"{today()}", "ending": "early", "retained": "y"}).status_code == 303
    assert "100.0%" in read(client.get("/casework/traineeships")).text
    assert stored(case.id).standing is Standing.UNKNOWN


def test_nobody_sees_trainees_or_posts_of_elsewhere(client, sign_in):
    row = make_traineeship(make_case(client=make_client(name="吴某")), make_trainee_post())
    post = session().scalars(select(TraineePost)).one()
    sign_in(client, make_caseworker("370105"))
    for path in (f"/casework/traineeships/{row.id}", f"/casework/traineeships/posts/{post.id}"):
        assert client.get(path).status_code == 404
    for path in (f"{row.id}/end", f"{row.id}/allowances", f"posts/{post.id}/file", f"posts/{post.id}/close"):
        assert client.post(f"/casework/traineeships/{path}").status_code == 404
    for which in ("all", "going_on", "finished", "retained", "broken_off", "nonsense"):
        page = read(client.get(f"/casework/traineeships/people?which={which}"))
        assert "吴" not in page.text and "共 0 人" in page.text
    assert "软件测试" not in read(client.get("/casework/traineeships")).text
    case = make_case(region="370105", caseworker=make_caseworker("370105"))
    span = {"post": str(post.id), "from_on": f"{post.from_on}", "to_on": f"{post.to_on}"}
    assert any("请在列表中选择" in error for error in read(client.post(f"/casework/cases/{case.id}/traineeship", data=span)).errors)


def test_a_leader_reads_and_changes_nothing(client, sign_in):
    row = make_traineeship()
    sign_in(client, make_staff(Role.LEADER, "370100"))
    assert client.get(f"/casework/traineeships/{row.id}").status_code == 200
    assert client.post(f"/casework/traineeships/{row.id}/end").status_code == 403
    with transaction():
        assert session().get_one(Traineeship, row.id).ended_on is None
