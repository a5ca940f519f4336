"""What is done with posts and people in training. Nothing here is an employment: no verb of this module touches a destination or a standing.

Whoever calls has read case and post inside its scope, and locked what it changes.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from webapp.access import Actor
from webapp.casework import operations as casework
from webapp.casework import queries as cases
from webapp.casework.models import Case, StepKind
from webapp.casework.refusals import NotYet
from webapp.casework.traineeships import queries, rules
from webapp.casework.traineeships.models import FINISHED, Ending, TraineeAllowance, TraineePost, Traineeship
from webapp.casework.traineeships.refusals import (
    AlreadyTraining,
    BadLength,
    BeforeItBegan,
    Ended,
    NoPlaceLeft,
    NotEligible,
    NotThatMonth,
    OutOfTurn,
    OutsideAgreement,
    PostClosed,
)
from webapp.db import new_key, now, session
from webapp.employers.models import Employer
from webapp.events import TraineeAllowancePaid, TraineePostClosed, TraineePostFiled, TraineePostOpened, TraineeshipBegun, TraineeshipEnded
from webapp.ledger import record


@dataclass(frozen=True, slots=True, kw_only=True)
class PostValues:
    title: str
    places: int
    region: str
    allowance: Decimal
    from_on: date
    to_on: date


def open_post(employer: Employer, values: PostValues, *, by: Actor, on: date) -> TraineePost:
    """Raises BadLength. An allowance below the minimum wage is taken and flagged: the office has to see it to mend it."""
    trouble = rules.length_trouble(values.from_on, values.to_on, region=values.region, on=on)
    if trouble:
        raise BadLength(trouble)
    post = TraineePost(
        id=new_key(), employer_id=employer.id, title=values.title, places=values.places, region=values.region, allowance=values.allowance,
        from_on=values.from_on, to_on=values.to_on, by_id=by.person_id,
    )  # fmt: skip
    session().add(post)
    record(TraineePostOpened(str(post.id), post.region), by=by)
    return post


def file_post(post: TraineePost, *, by: Actor, on: date) -> None:
    """备案. Raises NotYet."""
    if post.filed_on is None:
        post.filed_on = on
        record(TraineePostFiled(str(post.id)), by=by)


def close_post(post: TraineePost, *, by: Actor, on: date) -> None:
    """Takes nobody any more; who is there goes on."""
    if post.closed_on is None:
        post.closed_on = on
        record(TraineePostClosed(str(post.id)), by=by)


def begin(case: Case, post: TraineePost, *, from_on: date, to_on: date, by: Actor, on: date) -> Traineeship:
    """Raises Left, AlreadyTraining, PostClosed, NoPlaceLeft, OutsideAgreement, BadLength, NotEligible."""
    casework.require_open(case)
    if queries.going_on(case.id) is not None:
        raise AlreadyTraining
    if post.closed_on is not None:
        raise PostClosed
    if queries.taken(post.id) >= post.places:
        raise NoPlaceLeft
    if not post.from_on <= from_on <= to_on <= post.to_on:
        raise OutsideAgreement
    trouble = rules.length_trouble(from_on, to_on, region=post.region, on=on)
    if trouble:
        raise BadLength(trouble)
    client = cases.client_of(case)
    found = rules.eligibility(case, client.id_number or "", cases.graduations_of(client.id), on=from_on)
    if found.ground is None:
        raise NotEligible(found.reasons)
    row = Traineeship(id=new_key(), post_id=post.id, case_id=case.id, ground=found.ground, from_on=from_on, to_on=to_on, by_id=by.person_id)
    session().add(row)
    casework.step(case, StepKind.TRAINEESHIP, "开始见习，不计入就业", by=by, on=on, data={"ground": found.ground.value}, about=row.id)
    record(TraineeshipBegun(str(row.id), str(case.id)), by=by)
    return row


def end(case: Case, row: Traineeship, ending: Ending, *, ended_on: date, retained: bool, by: Actor, on: date) -> None:
    """`retained`: the employer keeps the person on. Their employment is registered as a destination, with a contract, by whoever has it.

    Raises Ended, NotYet, BeforeItBegan, OutOfTurn.
    """
    if row.ended_on is not None:
        raise Ended
    if ended_on > on:
        raise NotYet
    if ended_on < row.from_on:
        raise BeforeItBegan
    if (retained and ending not in FINISHED) or (ending is Ending.EARLY and not retained):
        raise OutOfTurn
    row.ended_on, row.ending, row.retained = ended_on, ending, retained
    said = f"见习结束：{ending.label}，{'留用' if retained else '没有留用'}"
    casework.step(case, StepKind.TRAINEESHIP, said, by=by, on=on, data={"ending": ending.value, "retained": retained}, about=row.id)
    record(TraineeshipEnded(str(row.id), ending.value), by=by)


def pay(row: Traineeship, post: TraineePost, month: date, paid: Decimal, *, paid_on: date, by: Actor, on: date) -> TraineeAllowance:
    """A line of the ledger; said again for the same month, the later one holds. Raises NotYet, NotThatMonth."""
    if paid_on > on:
        raise NotYet
    first = month.replace(day=1)
    if not row.from_on.replace(day=1) <= first <= (row.ended_on or row.to_on):
        raise NotThatMonth
    before = queries.allowance_of(row.id, first)
    if before is not None:
        before.superseded_at = now()
        session().flush()  # the unique index over what holds sees the end before the beginning
    line = TraineeAllowance(id=new_key(), traineeship_id=row.id, month=first, due=post.allowance, paid=paid, paid_on=paid_on, by_id=by.person_id)
    session().add(line)
    record(TraineeAllowancePaid(str(row.id)), by=by)
    return line
