from datetime import timedelta

import pytest

from tests.factories.accounts import make_person
from tests.factories.inspection import decide, judge, make_draw, make_inspector, make_report, make_taken
from tests.factories.postings import make_forwarded
from tests.factories.reference import set_parameter
from webapp.accounts import queries as people
from webapp.accounts.models import Person
from webapp.db import now, session, transaction
from webapp.inspection import watchlist
from webapp.inspection.models import Decision, PublicReport, Verdict
from webapp.inspection.watchlist import Wanted

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def handler() -> Person:
    return make_inspector("370100")


def seen_by(person: Person) -> watchlist.Watchlist:
    with transaction():
        return watchlist.watchlist(people.grants_of(person.id))


def told(entries: list[watchlist.Entry]) -> list[tuple[str, int, int, int, int, int]]:
    return [(one.name, one.reports, one.open, one.upheld, one.false, one.stale) for one in entries]


def report(handler: Person, decision: Decision | None, *, name: str = "甲公司", region: str = "370102", number: str = "") -> PublicReport:
    made, _ = make_report(make_forwarded(source_key=f"{name}{number}", employer_name=name, region=region, source_title="某台"))
    if decision is not None:
        make_taken(made, handler)
        decide(made, decision, handler=handler)
    return made


def test_it_counts_upheld_reports_and_findings_of_checks_by_employer_and_by_source(handler):
    report(handler, Decision.TAKE_DOWN)
    report(handler, Decision.UNFOUNDED, number="2")
    report(handler, None, number="3")
    for number, verdict in enumerate((Verdict.FALSE, Verdict.FILLED, Verdict.VALID)):
        make_forwarded(source_key=f"c{number}", employer_name="甲公司" if verdict is not Verdict.VALID else "乙公司", source_title="另一台")
    _, checks = make_draw(handler, source="另一台")
    for check, verdict in zip(
        sorted(checks, key=lambda one: one.evidence["source_key"]), (Verdict.FALSE, Verdict.FILLED, Verdict.VALID), strict=True
    ):
        judge(check, verdict)
    found = seen_by(handler)
    assert told(found.employers) == [("甲公司", 3, 1, 1, 1, 1)]
    assert told(found.sources) == [("另一台", 0, 0, 0, 1, 1), ("某台", 3, 1, 1, 0, 0)]
    with transaction():
        grants = people.grants_of(handler.id)
        assert len(session().scalars(watchlist.reports_about(Wanted(employer="甲公司"), grants)).all()) == 3
        assert {row.verdict for row in session().scalars(watchlist.checks_about(Wanted(employer="甲公司"), grants))} == {
            Verdict.FALSE,
            Verdict.FILLED,
        }
        assert len(session().scalars(watchlist.checks_about(Wanted(source="另一台"), grants)).all()) == 2
        counts = {
            figure: len(session().scalars(watchlist.reports_about(Wanted("甲公司", figure=figure), grants)).all())
            for figure in ("reports", "open", "upheld")
        }
        assert counts == {"reports": 3, "open": 1, "upheld": 1}
        assert [len(session().scalars(watchlist.checks_about(Wanted("甲公司", figure=figure), grants)).all()) for figure in ("false", "stale")] == [
            1,
            1,
        ]


def test_an_employer_is_listed_from_the_number_of_findings_that_the_parameter_says(handler):
    report(handler, Decision.MEND)
    assert told(seen_by(handler).employers) == []
    set_parameter("watchlist_least", "1")
    assert told(seen_by(handler).employers) == [("甲公司", 1, 0, 1, 0, 0)]


def test_the_usual_time_is_the_median_of_what_was_decided(handler):
    for number, hours in enumerate((1, 10, 100)):
        made = report(handler, Decision.UNFOUNDED, number=f"{number}")
        with transaction():
            row = session().get_one(PublicReport, made.id)
            row.decided_at = row.received_at + timedelta(hours=hours)
    assert seen_by(handler).handled.usual_span == timedelta(hours=10)
    assert seen_by(make_inspector("370200")).handled.usual_span is None


def test_what_is_older_than_the_days_of_the_parameter_is_left_out(handler):
    made = report(handler, Decision.TAKE_DOWN)
    with transaction():
        session().get_one(PublicReport, made.id).received_at = now() - timedelta(days=366)
    assert told(seen_by(handler).sources) == []


def test_another_district_sees_nothing_of_it_and_a_county_only_its_own(handler):
    set_parameter("watchlist_least", "1")
    report(handler, Decision.TAKE_DOWN)
    report(handler, Decision.TAKE_DOWN, name="乙公司", region="370103")
    assert {row[0] for row in told(seen_by(handler).employers)} == {"甲公司", "乙公司"}
    assert [row[0] for row in told(seen_by(make_inspector("370103")).employers)] == ["乙公司"]
    for other in (make_inspector("370202"), make_person()):
        found = seen_by(other)
        assert (found.employers, found.sources, found.handled.reports) == ([], [], 0)
    elsewhere = people.grants_of(make_inspector("370202").id)
    with transaction():
        assert session().scalars(watchlist.reports_about(Wanted(employer="甲公司"), elsewhere)).all() == []
        assert session().scalars(watchlist.checks_about(Wanted(source="某台"), elsewhere)).all() == []
