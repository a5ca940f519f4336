"""The three rules and the rate: counted beside by hand, and opened."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.factories.casework import make_case, make_caseworker
from tests.factories.destinations import CONTRACT, WAITING, ask, confirm, make_destination, make_traineeship
from webapp.access import Actor, Grant, Level, Role
from webapp.casework.destinations import confirming, figures, queries
from webapp.casework.destinations.figures import Clear
from webapp.casework.destinations.models import PlacementMember, ToldBy
from webapp.casework.models import Case, Client, Willingness
from webapp.db import session, today, transaction
from webapp.reference.destination_models import DestinationCode

pytestmark = pytest.mark.usefixtures("both")
LIXIA = (Grant(Role.CASEWORKER, Level.COUNTY, "370102"),)
JINAN = (Grant(Role.LEADER, Level.CITY, "370100"),)
STREET = "370102001"


def total(grants=LIXIA, **narrowed):
    with transaction():
        return figures.total(figures.groups(figures.on_list(grants, 2026, **narrowed), by_street=True))


def opened(condition, grants=LIXIA, *, holds=True):
    with transaction():
        return {row.id for row in session().scalars(figures.people(figures.on_list(grants, 2026), condition, holds=holds))}


def known(**columns):
    """A case that fulfils 底数清."""
    case = make_case(caseworker=make_caseworker(), street=STREET, **columns)
    with transaction():
        session().get_one(Client, case.client_id).household_region = "370102"
    return case


def test_the_three_rules_are_independent_and_open_exactly_their_people():
    complete, spoken, placed, nothing = known(), make_case(), make_case(), make_case()
    with transaction():
        row = session().get_one(Case, spoken.id)
        row.willingness, row.contacted_on = Willingness.UNWILLING, today()
    make_destination(placed)
    assert total().met == {Clear.BASE: 1, Clear.NEEDS: 1, Clear.WENT: 0}, "not confirmed by the person yet"
    confirm(placed)
    assert (total().people, total().met) == (4, {Clear.BASE: 1, Clear.NEEDS: 1, Clear.WENT: 1})
    assert [opened(figures.met(rule)) for rule in Clear] == [{complete.id}, {spoken.id}, {placed.id}]
    assert opened(figures.met(Clear.WENT), holds=False) == {complete.id, spoken.id, nothing.id}


def test_who_wants_work_and_has_found_none_needs_a_plan():
    case = make_case(willingness=Willingness.WILLING, contacted_on=today())
    assert total().met[Clear.NEEDS] == 0
    with transaction():
        session().get_one(Case, case.id).has_plan = True
    assert total().met[Clear.NEEDS] == 1


def test_streets_add_up_to_their_county_and_counties_to_the_city():
    for street in (STREET, STREET, "370102002", ""):
        make_case(street=street)
    make_case(region="370103")
    make_case(region="370202")
    make_case(cohort=2025)
    with transaction():
        streets = figures.groups(figures.on_list(LIXIA, 2026), by_street=True)
        counties = figures.groups(figures.on_list(JINAN, 2026), by_street=False)
    assert [(row.street, row.people) for row in streets] == [("", 1), (STREET, 2), ("370102002", 1)]
    assert [(row.region, row.street, row.people) for row in counties] == [("370102", None, 4), ("370103", None, 1)]
    assert total(street=STREET).people == 2


def test_the_rate_counts_what_is_proven_and_undisputed_and_what_the_codes_of_the_year_say():
    proven, hint, waiting, disputed = (make_case() for _ in range(4))
    make_destination(proven)
    make_destination(hint, replace(CONTRACT, evidence="told"))
    make_destination(waiting, WAITING)
    make_destination(disputed)
    token = ask(disputed)
    with transaction():
        confirming.dispute(queries.link_by_token(token), "没有这回事", on=today())
    assert (total().placed, total().people) == (1, 4)
    assert opened(figures.is_placed()) == {proven.id}


def test_a_traineeship_is_no_employment():
    make_traineeship()
    assert (total().placed, total().people) == (0, 1)


def test_a_kept_figure_names_its_codes_and_opens_its_people_when_the_rows_have_moved_on():
    placed, other = make_case(), make_case()
    make_case(region="370202")
    make_destination(placed, replace(CONTRACT, told_by=ToldBy.DEPARTMENT))
    with transaction():
        figure = figures.keep(LIXIA, "370102", 2026, by=Actor.SYSTEM, on=today())
    make_destination(placed, WAITING)
    make_destination(other)
    with transaction():
        session().query(DestinationCode).delete()
    assert (figure.numerator, figure.denominator, figure.formula, figure.table_year) == (1, 2, "placement-rate/1", 0)
    assert figure.codes == ["10", "11", "12", "27", "46", "50", "51", "75", "76", "80", "85"]
    with transaction():
        assert {row.id for row in session().scalars(figures.people_of(figure.id, LIXIA, counted=True))} == {placed.id}
        assert len(session().scalars(select(PlacementMember)).all()) == 2


def test_a_kept_figure_of_a_wider_place_never_reaches_beyond_the_grants():
    make_case()
    make_case(region="370103")
    with transaction():
        mine = figures.keep(LIXIA, "370102", 2026, by=Actor.SYSTEM, on=today())
        beyond = figures.keep(LIXIA, "370100", 2026, by=Actor.SYSTEM, on=today())
        whole = figures.keep(JINAN, "370100", 2026, by=Actor.SYSTEM, on=today())
    assert (mine.denominator, beyond.denominator, whole.denominator) == (1, 0, 2)
