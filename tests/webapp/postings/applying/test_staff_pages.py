from datetime import timedelta

import pytest

from tests.factories.accounts import make_person, make_staff
from tests.factories.applying import hire_of, make_application_in
from tests.factories.postings import make_posting
from tests.webapp.pages import read
from webapp.access import Role
from webapp.db import session, today, transaction
from webapp.postings.applying.models import ApplicationState, Hire


def overdue(region: str, **changes) -> Hire:
    hired = hire_of(make_application_in(ApplicationState.HIRED, posting=make_posting(region=region, **changes), person=make_person(name="欧阳共享")))
    with transaction():
        session().get_one(Hire, hired.id).due_on = today() - timedelta(days=3)
    return hired


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.CASEWORKER, Role.INSPECTOR])
def test_staff_see_postings_employers_and_days_of_their_area_and_no_name(client, sign_in, role):
    overdue("370102")
    overdue("370202", title="青岛的焊工")
    sign_in(client, make_staff(role, "370100"))
    answer = client.get("/figures/hires")
    page = read(answer)
    assert "已过期没有登记 1人" in page.text
    assert "电焊工" in page.text
    assert "济南甲乙机械有限公司" in page.text
    assert "青岛的焊工" not in page.text
    assert "欧阳" not in answer.text


def test_a_figure_opens_its_rows_and_a_place_narrows_them(client, sign_in):
    overdue("370102")
    overdue("370103", title="市中的焊工")
    sign_in(client, make_staff(Role.LEADER, "370100"))
    page = read(client.get("/figures/hires"))
    assert "已过期没有登记 2人" in page.text
    narrowed = read(client.get(page.links["济南市市中区"]))
    assert "市中的焊工" in narrowed.text
    assert "已过期没有登记 1人" in narrowed.text
    assert "没有这样的录用" in read(client.get("/figures/hires?show=registered")).text


def test_another_place_is_not_found(client, sign_in):
    overdue("370202")
    sign_in(client, make_staff(Role.LEADER, "370100"))
    for region in ("370202", "370000", "nonsense"):
        assert client.get(f"/figures/hires?region={region}").status_code == 404
