"""Campaigns, checks and reports, by the operations the house itself uses."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from tests.factories.accounts import make_staff
from tests.factories.postings import actor_of
from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import in_transaction, new_key, session, today, transaction
from webapp.inspection import population, queries
from webapp.inspection.models import CallOutcome, Campaign, Check, Decision, PublicReport, ReportKind, Verdict
from webapp.inspection.operations import campaigns, checks, reports
from webapp.inspection.population import Definition
from webapp.postings.models import Posting

SEED = "20261128"


def make_inspector(region: str = "370100", *, name: str = "周监察") -> Person:
    return make_staff(Role.INSPECTOR, region, name=name)


def inspecting(person: Person) -> Actor:
    return actor_of(person, Role.INSPECTOR)


def make_campaign(planner: Person, *, region: str = "370100", rate: int = 10_000, due_on: date | None = None, **definition: str) -> Campaign:
    """Its population is frozen, nothing is drawn."""
    with _ensured():
        defined = Definition.of({"region": region, **definition})
        assert defined is not None
        taken = population.take(defined)
        return campaigns.prepare("十一月岗位抽查", taken, rate=rate, due_on=due_on or today() + timedelta(days=10), by=inspecting(planner))


def make_draw(planner: Person, roster: Sequence[Person] = (), *, seed: str = SEED, **options: Any) -> tuple[Campaign, list[Check]]:
    """A campaign with its checks, everything drawn unless a rate is asked for; the planner checks where nobody else is named."""
    with _ensured():
        made = make_campaign(planner, **options)
        session().flush()
        return made, draw(made, roster or (planner,), seed=seed, by=inspecting(planner))


def draw(campaign: Campaign, roster: Sequence[Person], *, seed: str = SEED, by: Actor) -> list[Check]:
    """Beside a single one of a city stands a colleague of a county where nothing is drawn: alone nobody can be chosen from."""
    people = roster if len(roster) > 1 else (*roster, make_inspector(f"{campaign.region[:4]}81", name="邻县监察"))
    keys = [one.id for one in people]
    campaigns.fix_seed(campaign, seed, keys, by=by)
    return campaigns.draw(campaign, campaigns.sample(campaign), keys, by=by)


def judge(
    check: Check, verdict: Verdict, *, reason: str = "单位说没有这个岗位", remark: str = "", outcome: CallOutcome = CallOutcome.REACHED
) -> None:
    """By whoever has it."""
    with _ensured():
        kept = session().get_one(Check, check.id)
        by = Actor(kept.inspector_id, Role.INSPECTOR.value, "web")
        checks.log(kept, outcome, verdict, reason=reason, remark=remark, by=by)


def make_report(
    posting: Posting,
    *,
    kind: ReportKind = ReportKind.FEE,
    text: str = "面试时要交三百元服装费。",
    origin: bytes = b"o" * 32,
    once: UUID | None = None,
    **who: Any,
) -> tuple[PublicReport, str]:
    """The report and its secret code."""
    with _ensured():
        kept = session().get_one(Posting, posting.id)
        visitor = Actor(who.get("reporter_id"), "visitor", "web")
        return reports.receive(kept, kind, text, once=once or new_key(), origin=origin, by=visitor, **who)


def make_taken(report: PublicReport, handler: Person) -> PublicReport:
    """In the hands of this handler."""
    with _ensured():
        kept = session().get_one(PublicReport, report.id)
        reports.take(kept, by=inspecting(handler))
        return kept


def decide(report: PublicReport, decision: Decision, *, handler: Person, outcome: str = "已联系单位核实。", **options: Any) -> None:
    with _ensured():
        kept = session().get_one(PublicReport, report.id)
        reports.decide([kept], decision, outcome, by=inspecting(handler), **options)


def checks_in(campaign: Campaign) -> list[Check]:
    with _ensured():
        return list(session().scalars(queries.checks_of(campaign)))


def stored(kind: Any, key: UUID) -> Any:
    """The row as it is now."""
    with transaction():
        return session().scalar(select(kind).where(kind.id == key))


def _ensured() -> AbstractContextManager[Any]:
    return nullcontext() if in_transaction() else transaction()
