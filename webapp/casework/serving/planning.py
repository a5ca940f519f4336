"""帮扶计划: one version holds, the earlier ones stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from webapp.access import Actor
from webapp.casework import operations as cases
from webapp.casework.models import Case, StepKind
from webapp.casework.refusals import NoOperator, NoSteps, NothingSaid
from webapp.casework.serving import queries
from webapp.casework.serving.models import Doer, Plan, PlanStep
from webapp.db import new_key, now, session
from webapp.events import PlanMade, PlanStepDone
from webapp.ledger import record


@dataclass(frozen=True, slots=True)
class StepValues:
    what: str
    who: Doer = Doer.OFFICE
    due_on: date | None = None
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlanValues:
    goal: str
    steps: tuple[StepValues, ...]
    agreed_on: date | None = None


def make_plan(case: Case, values: PlanValues, *, by: Actor, on: date) -> Plan:
    """The plan that holds from now on; the one before it stays readable. Raises Left, NoOperator, NothingSaid, NoSteps.

    The earliest open step becomes the next date of the case, where that has none or a later one.
    """
    cases.require_open(case)
    if by.person_id is None:
        raise NoOperator
    if not values.goal.strip():
        raise NothingSaid
    if not values.steps:
        raise NoSteps
    before = queries.plan_of(case)
    if before is not None:
        before.superseded_at = now()
        session().flush()  # the unique index over the current plan sees the end before the beginning
    plan = Plan(
        id=new_key(),
        case_id=case.id,
        number=before.number + 1 if before else 1,
        agreed_on=values.agreed_on,
        by_id=by.person_id,
        role=by.role,
    )
    plan.goal = values.goal.strip()
    session().add(plan)
    _write_steps(plan, values.steps)
    case.has_plan = True
    _look_ahead(case, values.steps)
    cases.step(case, StepKind.PLANNED, f"第 {plan.number} 版，{len(values.steps)} 个步骤", by=by, on=on, about=plan.id)
    record(PlanMade(str(plan.id), str(case.id), plan.number), by=by)
    return plan


def finish_step(plan: Plan, step: PlanStep, case: Case, *, by: Actor, on: date) -> None:
    """A second time it changes nothing."""
    if step.done_on is not None:
        return
    step.done_on = on
    cases.step(case, StepKind.PLANNED, f"完成第 {step.position} 步", by=by, on=on, about=plan.id)
    record(PlanStepDone(str(plan.id), str(case.id)), by=by)


def _write_steps(plan: Plan, steps: Sequence[StepValues]) -> None:
    for position, values in enumerate(steps, 1):
        row = PlanStep(id=new_key(), plan_id=plan.id, position=position, who=values.who, due_on=values.due_on, done_on=values.done_on)
        row.what = values.what.strip()
        session().add(row)


def _look_ahead(case: Case, steps: Sequence[StepValues]) -> None:
    ahead = min((step.due_on for step in steps if step.due_on is not None and step.done_on is None), default=None)
    if ahead is not None and (case.next_on is None or ahead < case.next_on):
        case.next_on, case.next_what = ahead, "帮扶计划的步骤"
