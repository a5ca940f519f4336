"""What is done to visits and needs. The caller has read the need for change (locked); every change leaves a step that says what it was before."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update

from webapp.access import Actor
from webapp.db import LOCAL_ZONE, new_key, session
from webapp.demand import queries, telling
from webapp.demand.models import LIVE, NEXT, Care, Need, NeedPosting, NeedSource, NeedState, NeedStep, StepKind, Visit, VisitWay
from webapp.demand.refusals import (
    AlreadyPosted,
    Corrected,
    Ended,
    IllegalMove,
    NoReason,
    NoRemark,
    NotEnded,
    NotLinkable,
    NotOwnNeed,
    NotYet,
    TooEarly,
    TooManyHired,
)
from webapp.demand.values import NAMES, NeedValues, differences, posting_of, values_of
from webapp.employers.models import Employer
from webapp.events import (
    NeedAnnounced,
    NeedChanged,
    NeedClosed,
    NeedOpened,
    NeedPosted,
    NeedReopened,
    NeedReturned,
    NeedsExported,
    VisitCorrected,
    VisitLogged,
    VisitNotesShown,
)
from webapp.ledger import record
from webapp.postings import operations as postings
from webapp.postings.models import Posting

_S = NeedState


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitValues:
    """What an officer writes down of one contact; `met` and `summary` may name people and are kept encrypted."""

    on: date
    way: VisitWay
    met: str = ""
    summary: str = ""
    next_on: date | None = None


# visits


def log_visit(care: Care, values: VisitValues, *, confirmed: Iterable[Need] = (), by: Actor, on: date) -> Visit:
    """Writes a contact down and sets when the next one is due. `confirmed`: needs the employer said still stand, which are touched by it.

    Raises NotYet for a day to come, TooEarly for a next contact before this one.
    """
    session().refresh(care, with_for_update=True)
    visit = _write_visit(care.employer_id, values, by=by, on=on)
    _follow_contact(care, values)
    for need in confirmed:
        confirm_need(need, by=by, on=on)
    record(VisitLogged(str(visit.id), str(care.employer_id)), by=by)
    return visit


def correct_visit(visit: Visit, care: Care, values: VisitValues, *, by: Actor, on: date) -> Visit:
    """The wrong row stays and is shown no more; the new one stands in its place. Raises Corrected, NotYet, TooEarly."""
    session().refresh(care, with_for_update=True)
    if queries.is_corrected(visit):
        raise Corrected
    corrected = _write_visit(visit.employer_id, values, by=by, on=on, corrects=visit.id)
    session().flush()
    newest = queries.visits_of(session().get_one(Employer, visit.employer_id))[0]
    care.contacted_on, care.next_on = newest.on, newest.next_on
    record(VisitCorrected(str(corrected.id), str(visit.employer_id)), by=by)
    return corrected


def _write_visit(employer_id: UUID, values: VisitValues, *, by: Actor, on: date, corrects: UUID | None = None) -> Visit:
    if values.on > on:
        raise NotYet
    if values.next_on is not None and values.next_on < values.on:
        raise TooEarly
    visit = Visit(id=new_key(), employer_id=employer_id, officer_id=by.person_id, on=values.on, way=values.way, next_on=values.next_on)
    visit.corrects_id = corrects
    visit.met, visit.summary = values.met.strip() or None, values.summary.strip() or None
    session().add(visit)
    return visit


def _follow_contact(care: Care, values: VisitValues) -> None:
    """An older contact written down later moves neither date."""
    if care.contacted_on is None or values.on >= care.contacted_on:
        care.contacted_on, care.next_on = values.on, values.next_on


def show_notes(employer: Employer, *, by: Actor) -> None:
    """Whoever reads what was said on visits, and by whom, is on the ledger before they read it."""
    record(VisitNotesShown(str(employer.id)), by=by)


# needs


def open_need(
    employer: Employer, values: NeedValues, *, source: NeedSource = NeedSource.VISIT, visit: Visit | None = None, by: Actor, on: date
) -> Need:
    """A new row of the ledger. Raises nothing: what was typed was checked by its form, what was imported by its reader."""
    need = Need(id=new_key(), employer_id=employer.id, state=_S.OPEN, source=source, hired=0, opened_on=on, touched_on=on, told={})
    need.visit_id = visit.id if visit else None
    _write(need, values)
    session().add(need)
    _step(need, StepKind.OPENED, f"{source.label}，{need.headcount} 人", by=by, on=on)
    record(NeedOpened(str(need.id)), by=by)
    return need


def announce_need(employer: Employer, values: NeedValues, *, by: Actor, on: date) -> Need:
    """The employer's own people say what they need; their officer hears of it."""
    need = open_need(employer, values, source=NeedSource.EMPLOYER, by=by, on=on)
    session().flush()
    record(NeedAnnounced(str(need.id)), by=by)
    telling.tell_announced(need)
    return need


def change_need(need: Need, values: NeedValues, *, by: Actor, on: date) -> bool:
    """Only while it is live; what free texts said before is kept with the step. False where nothing is different. Raises Ended, TooManyHired."""
    _require_live(need)
    if values.headcount < need.hired:
        raise TooManyHired
    said, before = differences(values_of(need), values)
    if not said:
        return False
    if values.headcount != need.headcount:  # what was asked on the spot takes the place of what the systems said
        need.told = {name: one | {"count": values.headcount} for name, one in need.told.items()}
    _write(need, values)
    _touch(need, on)
    _step(need, StepKind.CHANGED, said, note=before, by=by, on=on)
    record(NeedChanged(str(need.id)), by=by)
    return True


def confirm_need(need: Need, *, by: Actor, on: date) -> None:
    """The employer was asked and still needs them. Raises Ended."""
    _require_live(need)
    _touch(need, on)
    _step(need, StepKind.CONFIRMED, "", by=by, on=on)
    record(NeedChanged(str(need.id)), by=by)


def merge_need(need: Need, values: NeedValues, *, source: NeedSource, digest: str, by: Actor, on: date) -> None:
    """Another system reports the same need: the largest figure of all who spoke holds, and what nobody had said yet is filled in."""
    told = dict(need.told) or {"ledger": {"count": need.headcount, "digest": ""}}
    told[source.value] = {"count": values.headcount, "digest": digest}
    before, largest = values_of(need), max(need.hired, *(one["count"] for one in told.values()))
    filled = {name: getattr(values, name) for name in NAMES if getattr(before, name) in (None, "") and getattr(values, name) not in (None, "")}
    after = replace(before, **filled, headcount=largest)
    _write(need, after)
    need.told = told
    _touch(need, on)
    said = differences(before, after)[0]
    _step(need, StepKind.MERGED, f"{source.label}报告 {values.headcount} 人" + (f"；{said}" if said else ""), by=by, on=on)
    record(NeedChanged(str(need.id)), by=by)


def record_hired(need: Need, hired: int, *, by: Actor, on: date) -> None:
    """How many of them were hired so far, in all. Raises Ended, TooManyHired."""
    _require_live(need)
    if not 0 <= hired <= need.headcount:
        raise TooManyHired
    said = f"已录用 {need.hired} → {hired} 人"
    need.hired = hired
    _touch(need, on)
    _step(need, StepKind.HIRED, said, hired=hired, by=by, on=on)
    record(NeedChanged(str(need.id)), by=by)


def close_need(need: Need, state: NeedState, *, remark: str, by: Actor, on: date) -> None:
    """For good: 已招满, 已撤销 or 转培训, by a person and with a remark. Raises NoRemark, IllegalMove."""
    if not remark.strip():
        raise NoRemark
    move(need, state)
    need.closed_on = on
    _touch(need, on)
    _step(need, StepKind.CLOSED, state.label, note=remark.strip(), by=by, on=on)
    record(NeedClosed(str(need.id), state.value), by=by)


def withdraw_announced(need: Need, *, remark: str, by: Actor, on: date) -> None:
    """An employer takes back what it announced itself; the officer hears of it. Raises NotOwnNeed, NoRemark, IllegalMove."""
    if need.source is not NeedSource.EMPLOYER:
        raise NotOwnNeed
    close_need(need, _S.WITHDRAWN, remark=remark, by=by, on=on)
    telling.tell_withdrawn(need)


def reopen_need(need: Need, *, reason: str, by: Actor, on: date) -> Need:
    """A wrong ending is corrected: the closed row stays as it is and is counted no more, a new one goes on with its content, what was hired
    and its postings. Raises NotEnded, NoReason."""
    if need.is_live or need.superseded_on is not None:
        raise NotEnded
    if not reason.strip():
        raise NoReason
    followed = Need(id=new_key(), employer_id=need.employer_id, state=_S.OPEN, source=need.source, visit_id=need.visit_id, hired=need.hired)
    followed.opened_on, followed.touched_on, followed.supersedes_id, followed.told = need.opened_on, on, need.id, dict(need.told)
    _write(followed, values_of(need))
    need.superseded_on = on
    session().add(followed)
    session().flush()
    session().execute(update(NeedPosting).where(NeedPosting.need_id == need.id).values(need_id=followed.id))
    _step(followed, StepKind.SUPERSEDED, f"更正“{need.state.label}”", note=reason.strip(), by=by, on=on)
    session().flush()
    _settle(followed)
    record(NeedReopened(str(followed.id)), by=by)
    return followed


# the postings of a need


def draft_posting(need: Need, *, by: Actor, on: date) -> Posting:
    """One click: a draft of the employer that says what the need says. The employer completes it and hands it in; nobody else does.

    Raises Ended, AlreadyPosted while a posting of it is under way.
    """
    _require_live(need)
    if any(state in queries.UNDER_WAY for state in queries.states_of_postings(need)):
        raise AlreadyPosted
    employer = session().get_one(Employer, need.employer_id)
    posting = postings.draft(employer, posting_of(need, employer.address), by=by)
    _link(need, posting, StepKind.POSTED, by=by, on=on)
    telling.tell_drafted(need, posting)
    return posting


def link_posting(need: Need, posting_id: UUID, *, by: Actor, on: date) -> Posting:
    """A posting the employer handed in by itself is the answer to this need. Raises Ended, NotLinkable."""
    _require_live(need)
    posting = next((one for one in queries.linkable(need) if one.id == posting_id), None)
    if posting is None:
        raise NotLinkable
    _link(need, posting, StepKind.LINKED, by=by, on=on)
    return posting


def _link(need: Need, posting: Posting, kind: StepKind, *, by: Actor, on: date) -> None:
    session().add(NeedPosting(posting_id=posting.id, need_id=need.id, by_id=by.person_id))
    if need.state is _S.OPEN:
        move(need, _S.POSTED)
    _touch(need, on)
    _step(need, kind, f"岗位“{posting.title}”", by=by, on=on)
    record(NeedPosted(str(need.id), str(posting.id)), by=by)
    session().flush()
    _count_hired(need, need.hired, by=by, on=on)


def follow_posting(posting_id: UUID, *, by: Actor, on: date) -> None:
    """What became of a posting is written to its need, and its officer hears of it; a filled one only proposes to close the need. Nobody asked the
    employer, so it is not touched."""
    need, posting = queries.need_of_posting(posting_id), session().get(Posting, posting_id)
    if need is None or posting is None or not need.is_live:
        return
    _step(need, StepKind.POSTING, f"岗位“{posting.title}”：{posting.state.label}", by=by, on=on)
    if _settle(need):
        _step(need, StepKind.RETURNED, "没有在办的岗位", by=by, on=on)
        record(NeedReturned(str(need.id)), by=by)
    telling.tell_moved(need, posting)


def follow_expired(at: datetime, *, by: Actor) -> int:
    """The same for all postings that expired as one fact; answers how many needs had one among them."""
    wanted = select(NeedPosting.posting_id).join(Posting, Posting.id == NeedPosting.posting_id).where(Posting.closed_at == at)
    keys = session().scalars(wanted.order_by(NeedPosting.posting_id)).all()
    for key in keys:
        follow_posting(key, by=by, on=at.astimezone(LOCAL_ZONE).date())
    return len(keys)


def count_hire(posting_id: UUID, change: int, *, by: Actor, on: date) -> None:
    """Somebody was hired for a posting here (`change` 1), or did not come (-1): its need counts it with those its officer knows of.

    Never fewer than were hired here for all its postings, never more than it wants; nobody asked the employer, so it is not touched.
    """
    need = queries.need_of_posting(posting_id)
    if need is None or not need.is_live:
        return
    _count_hired(need, need.hired + change, by=by, on=on)


def count_no_show(hire_id: UUID, *, by: Actor, on: date) -> None:
    """Whoever was hired here did not come: the place is free again."""
    count_hire(queries.posting_of_hire(hire_id), -1, by=by, on=on)


def _count_hired(need: Need, hired: int, *, by: Actor, on: date) -> None:
    counted = min(need.headcount, max(0, hired, queries.hired_here(need)))
    if counted == need.hired:
        return
    _step(need, StepKind.HIRED, f"本平台录用，已录用 {need.hired} → {counted} 人", hired=counted, by=by, on=on)
    need.hired = counted
    record(NeedChanged(str(need.id)), by=by)
    if not need.left:
        telling.tell_all_hired(need)


def _settle(need: Need) -> bool:
    """OPEN or POSTED by what its postings are now; True where it waits for a posting again."""
    held = any(state in queries.HOLDING for state in queries.states_of_postings(need))
    wanted = _S.POSTED if held else _S.OPEN
    if need.state is wanted:
        return False
    move(need, wanted)
    return wanted is _S.OPEN


def note_export(queue: str, count: int, *, by: Actor) -> None:
    """Who took rows of the ledger away as a file is on the ledger before they have it."""
    record(NeedsExported(queue, count), by=by)


# what they share


def move(need: Need, state: NeedState) -> None:
    """The only change of state of a need. Raises IllegalMove for what the table does not allow."""
    if state not in NEXT[need.state]:
        raise IllegalMove(need.state, state)
    need.state = state


def hired_before(need_ids: Iterable[UUID], day: date) -> dict[UUID, int]:
    """Need -> how many were hired in all by the evening before `day`; what it took the place of is its past."""
    stands_for = queries.chains_of(need_ids)
    wanted = select(NeedStep.need_id, NeedStep.hired).where(NeedStep.need_id.in_(stands_for), NeedStep.kind == StepKind.HIRED, NeedStep.on < day)
    return {stands_for[key]: int(hired or 0) for key, hired in session().execute(wanted.order_by(NeedStep.at, NeedStep.id))}


def _require_live(need: Need) -> None:
    if need.state not in LIVE or need.superseded_on is not None:
        raise Ended


def _touch(need: Need, on: date) -> None:
    need.touched_on = max(need.touched_on, on)


def _write(need: Need, values: NeedValues) -> None:
    for name in NAMES:
        setattr(need, name, getattr(values, name))


def _step(need: Need, kind: StepKind, said: str, *, note: str = "", hired: int | None = None, by: Actor, on: date) -> None:
    step = NeedStep(id=new_key(), need_id=need.id, kind=kind, on=on, by_id=by.person_id, said=said[:300], hired=hired)
    step.note = note or None
    session().add(step)
