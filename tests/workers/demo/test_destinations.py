"""The demo's district has something in every queue of destinations, comparison and traineeships, and invents everybody."""

import pytest
from sqlalchemy import func, select

from webapp.access import Grant, Level, Role
from webapp.casework.destinations import figures, queries
from webapp.casework.destinations.comparison_models import Comparison, Conflict
from webapp.casework.destinations.figures import Clear
from webapp.casework.destinations.models import CheckKind, PlacementFigure
from webapp.casework.models import Client
from webapp.casework.traineeships import queries as training
from webapp.casework.traineeships.queries import Which
from webapp.db import session, today
from workers.demo import destinations

GRANTS = (Grant(Role.CASEWORKER, Level.COUNTY, destinations.DISTRICT),)


@pytest.mark.usefixtures("house")
def test_the_district_has_something_to_do_in_every_queue() -> None:
    total = figures.total(figures.groups(figures.on_list(GRANTS, today().year), by_street=True))
    assert total.people >= destinations.PEOPLE and 0 < total.placed < total.people, "other parts of the demo look after people there too"
    assert all(0 < total.met[rule] < total.people for rule in Clear)
    counts = queries.check_counts(GRANTS)
    assert counts[CheckKind.DISPUTE] == 1 and counts[CheckKind.SAME_UNIT] >= 1
    comparison = session().scalars(select(Comparison)).one()
    assert comparison.differing > 3 and session().scalar(select(func.count()).select_from(Conflict)) == comparison.differing
    counted = training.figures(GRANTS).counts
    assert (counted[Which.GOING_ON], counted[Which.RETAINED]) == (2, 1)
    assert session().scalars(select(PlacementFigure)).one().denominator >= destinations.PEOPLE


@pytest.mark.usefixtures("house")
def test_everybody_is_invented() -> None:
    numbers = [row.id_number or "" for row in session().scalars(select(Client))]
    assert all(number.startswith("370199") for number in numbers) and len(set(numbers)) == len(numbers)


@pytest.mark.usefixtures("house")
def test_a_second_load_changes_nothing() -> None:
    destinations.lay(today())
    assert session().scalar(select(func.count()).select_from(Comparison)) == 1
