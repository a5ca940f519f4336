import pytest

from webapp.access import ADMINISTRATORS, PERMISSIONS, STAFF, Grant, Permission, Role, region_prefix


@pytest.mark.parametrize(
    ("region", "covered", "not_covered"),
    [("370000", "371302", "320100"), ("370100", "370102", "370202"), ("370102", "370102", "370103")],
)
def test_a_grant_reaches_what_its_code_covers(region: str, covered: str, not_covered: str) -> None:
    grant = Grant(Role.REVIEWER, region=region)
    assert grant.covers(covered)
    assert not grant.covers(not_covered)


def test_a_grant_without_a_region_reaches_nothing() -> None:
    assert not Grant(Role.REVIEWER).covers("370102")
    assert not Grant(Role.REVIEWER, region="370000").covers(None)


def test_prefixes_follow_the_pairs_of_the_code() -> None:
    assert [region_prefix(code) for code in ("370000", "370100", "370102")] == ["37", "3701", "370102"]


def test_every_role_has_its_line_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role)


def test_every_permission_is_somebodys() -> None:
    assert set().union(*PERMISSIONS.values()) == set(Permission)


def test_an_administrator_reads_no_business_rows() -> None:
    business = {Permission.POSTING_REVIEW, Permission.EMPLOYER_VERIFY, Permission.APPLICATION_READ, Permission.FIGURES_READ}
    for role in ADMINISTRATORS:
        assert not PERMISSIONS[role] & business
    assert ADMINISTRATORS <= STAFF
