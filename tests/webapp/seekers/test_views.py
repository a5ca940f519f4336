import pytest

from tests.factories.accounts import make_person, make_staff
from tests.webapp.pages import read
from webapp.access import Role
from webapp.db import reading
from webapp.seekers import queries

TYPED = {"region": "370102", "education": "50", "experience_years": "3", "wanted": "会计", "skills": "用友、Excel，SQL Server", "about": "细心"}


def profile_of(person):
    with reading():
        return queries.profile_of(person.id)


def test_a_profile_is_kept_and_shown_again(client, sign_in):
    person = make_person()
    sign_in(client, person)
    assert read(client.get("/profile")).fields["wanted"] == ""
    answer = client.post("/profile", data=TYPED)
    assert (answer.status_code, answer.location) == (303, "/profile")
    profile = profile_of(person)
    assert (profile.region, profile.education, profile.experience_years, profile.skills) == ("370102", 50, 3, ["用友", "Excel", "SQL Server"])
    page = read(client.get("/profile"))
    assert page.fields | TYPED | {"skills": "用友、Excel、SQL Server"} == page.fields


def test_an_empty_profile_may_be_saved(client, sign_in):
    person = make_person()
    sign_in(client, person)
    assert client.post("/profile", data={"education": "0"}).status_code == 303
    assert profile_of(person).region is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"experience_years": "七"}, "工作年限"),
        ({"experience_years": "-1"}, "0 到 60"),
        ({"about": "长" * 1001}, "最多 1000 个字"),
        ({"wanted": "长" * 201}, "最多 200 个字"),
        ({"skills": "、".join(f"技能{number}" for number in range(31))}, "最多 30 项，现在有 31 项"),
        ({"skills": "长" * 41}, "每一项最多 40 个字"),
        ({"region": "999999"}, "常住地"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_typed_is_lost(client, sign_in, changes, says):
    person = make_person()
    sign_in(client, person)
    page = read(client.post("/profile", data=TYPED | changes))
    assert any(says in error for error in page.errors), page.errors
    kept = {name: value for name, value in (TYPED | changes).items() if name != "region" or value != "999999"}
    assert page.fields | kept == page.fields
    assert profile_of(person) is None


def test_a_profile_is_its_owners_alone(client, sign_in):
    owner, other = make_person(), make_person()
    sign_in(client, owner)
    client.post("/profile", data=TYPED)
    sign_in(client, other)
    assert read(client.get("/profile")).fields["wanted"] == ""
    client.post("/profile", data=TYPED | {"wanted": "司机"})
    assert profile_of(owner).wanted == "会计"


def test_nobody_else_has_the_page(client, sign_in):
    assert client.get("/profile").status_code == 303
    sign_in(client, make_staff(Role.REVIEWER))
    assert client.get("/profile").status_code == 403
