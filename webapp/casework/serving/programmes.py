"""Who enters a programme and who leaves it, by its rules: evaluated every day, and whenever a rule changed.

Everybody is looked at a chunk at a time. What follows is written as a move with its reason: done at once where the programme says so,
proposed where a person has to confirm it. A proposal that no longer fits is closed with a word; what was refused is not proposed again for
the same reason. Nobody enters or leaves without such a row.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from webapp.access import Actor
from webapp.accounts.identity import born_on
from webapp.accounts.models import Person
from webapp.casework import operations as cases
from webapp.casework import queries as case_queries
from webapp.casework.models import Case, Client, Origin, OriginKind, Stage, Standing, Tag
from webapp.casework.refusals import AlreadyTheirs, Decided, NoReason, NotACaseworker
from webapp.casework.serving import counting
from webapp.casework.serving.hardship import Known, age, first_met, is_of_age, months_between
from webapp.casework.serving.models import MoveKind, MoveState, ProgrammeMove, ProgrammeRun, RunState, Unemployment
from webapp.db import new_key, now, session, transaction
from webapp.events import ProgrammeEvaluated, ProgrammeMoveDecided, ProgrammeRunAsked
from webapp.ledger import record
from webapp.reference import queries as reference
from webapp.reference import serving
from webapp.reference.service_models import CaseProgramme

AT_ONCE = 500
ENTRY, EXIT = "entry", "exit"
NO_RULE = "no_rule"
_CHANGED = "再次评估时条件已经变化"
_PLACED = frozenset({Standing.EMPLOYED, Standing.STUDYING})


@dataclass(slots=True)
class _Somebody:
    """A client with all that the rules ask, read for a chunk at once."""

    client: Client
    cases: list[Case] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    unemployment: Unemployment | None = None
    moves: list[ProgrammeMove] = field(default_factory=list)
    """Of the programme: what waits for a person, and what a person refused."""

    @property
    def open_cases(self) -> list[Case]:
        return [case for case in self.cases if case.stage is Stage.OPEN]

    def inside(self, programme: str) -> Case | None:
        return next((case for case in self.open_cases if case.programme == programme), None)

    @property
    def home(self) -> tuple[str, Case | None]:
        """The county that looks after the person, with the case that says so; else where they live or are registered."""
        case = next(iter(self.open_cases), None)
        return (case.region, case) if case else (self.client.living_region or self.client.household_region or "", None)

    @property
    def is_placed(self) -> bool:
        return any(case.standing in _PLACED for case in self.open_cases)

    def known(self) -> Known:
        since = (
            self.unemployment.since
            if self.unemployment
            else min((c.since for c in self.open_cases if c.standing is Standing.UNEMPLOYED), default=None)
        )
        client = self.client
        return Known(
            sex=client.sex.value if client.sex else "",
            born_year=client.born_year,
            born_on=lambda: born_on(client.id_number) if client.id_number else None,
            tags=frozenset(self.tags),
            without_work_since=since,
            is_registered=bool(self.unemployment and self.unemployment.is_registered),
        )


@dataclass(frozen=True, slots=True)
class _Verdict:
    kind: MoveKind
    reason: str
    why: str


def ask(programme: str, *, by: Actor, on: date) -> ProgrammeRun:
    """Has a programme evaluated by the batch queue; a run that waits already is that run."""
    waiting = session().scalar(select(ProgrammeRun).where(ProgrammeRun.programme == programme, ProgrammeRun.state == RunState.WAITING))
    if waiting is not None:
        return waiting
    run = ProgrammeRun(id=new_key(), programme=programme, on=on, state=RunState.WAITING, by_id=by.person_id)
    session().add(run)
    record(ProgrammeRunAsked(str(run.id)), by=by)
    return run


def ask_all(*, by: Actor, on: date) -> None:
    """Every programme that has a rule of entry or of leaving."""
    for code, programme in serving.programmes().items():
        if programme.entry != "roster" or programme.exits_by_itself:
            ask(code, by=by, on=on)


def evaluate(run_id: UUID, renew: Callable[[], None]) -> None:
    """Carries a run out. What was done before a kill is found done; a second time it does nothing."""
    with transaction():
        run = session().get_one(ProgrammeRun, run_id)
        if run.state is RunState.DONE:
            return
        run.state, run.examined = RunState.RUNNING, 0
        programme, on = serving.programmes().get(run.programme), run.on
    last: UUID | None = None
    while programme is not None:
        with transaction():
            people = _next_people(last, programme.code)
            if not people:
                break
            run = session().get_one(ProgrammeRun, run_id)
            for somebody in people:
                _judge(run, programme, somebody, on)
            run.examined += len(people)
        last = people[-1].client.id
        renew()
    with transaction():
        run = session().get_one(ProgrammeRun, run_id)
        run.state, run.finished_at = RunState.DONE, now()
        record(ProgrammeEvaluated(str(run.id), run.entering, run.leaving), by=Actor.SYSTEM)


def _next_people(after: UUID | None, programme: str) -> list[_Somebody]:
    wanted = select(Client).order_by(Client.id).limit(AT_ONCE)
    clients = session().scalars(wanted if after is None else wanted.where(Client.id > after)).all()
    people = {client.id: _Somebody(client) for client in clients}
    of_case: dict[UUID, _Somebody] = {}
    for case in session().scalars(select(Case).where(Case.client_id.in_(people)).order_by(Case.id)):
        people[case.client_id].cases.append(case)
        of_case[case.id] = people[case.client_id]
    for case_id, kind in session().execute(select(Tag.case_id, Tag.kind).where(Tag.case_id.in_(of_case), Tag.until.is_(None))):
        of_case[case_id].tags.add(kind.value)
    for row in session().scalars(select(Unemployment).where(Unemployment.client_id.in_(people), Unemployment.until.is_(None))):
        people[row.client_id].unemployment = row
    told = or_(ProgrammeMove.state == MoveState.PROPOSED, (ProgrammeMove.state == MoveState.REFUSED) & ProgrammeMove.decided_by.is_not(None))
    for move in session().scalars(select(ProgrammeMove).where(ProgrammeMove.client_id.in_(people), ProgrammeMove.programme == programme, told)):
        people[move.client_id].moves.append(move)
    return list(people.values())


def _judge(run: ProgrammeRun, programme: CaseProgramme, somebody: _Somebody, on: date) -> None:
    inside = somebody.inside(programme.code)
    verdict = _leaving(programme, somebody, inside, on) if inside else _entering(programme, somebody, on)
    _close_others(somebody.moves, verdict)
    region = inside.region if inside else somebody.home[0]
    if programme.entry == "hardship_rules" and region and region not in run.rules:
        run.rules = {**run.rules, region: [rule.code for rule in serving.hardship_rules().of(region, on)]}
    if verdict is None or not region or any((move.kind, move.reason) == (verdict.kind, verdict.reason) for move in somebody.moves):
        return
    move = ProgrammeMove(
        id=new_key(),
        run_id=run.id,
        programme=programme.code,
        client_id=somebody.client.id,
        case_id=inside.id if inside else getattr(somebody.home[1], "id", None),
        region=region,
        kind=verdict.kind,
        reason=verdict.reason,
        why=verdict.why[:200],
        state=MoveState.PROPOSED,
    )
    session().add(move)
    run.entering += verdict.kind is MoveKind.ENTER
    run.leaving += verdict.kind is MoveKind.LEAVE
    if (ENTRY if verdict.kind is MoveKind.ENTER else EXIT) not in programme.confirmed:
        _perform(move, somebody.client, inside, by=Actor.SYSTEM, on=on)
        move.state, move.decided_at = MoveState.DONE, now()


def _entering(programme: CaseProgramme, somebody: _Somebody, on: date) -> _Verdict | None:
    region, known = somebody.home[0], somebody.known()
    if not region or somebody.is_placed:
        return None
    if programme.entry == "hardship_rules":
        rule = first_met(serving.hardship_rules().of(region, on), known, on)
        return _Verdict(MoveKind.ENTER, rule.code, f"符合：{rule.label}（{rule.basis}）") if rule else None
    if programme.entry == "unemployed" and known.without_work_since is not None:
        least, youngest, oldest = (reference.whole(key, region=region, on=on) for key in programme.entry_parameters)
        months = months_between(known.without_work_since, on)
        if months >= least and is_of_age(known, on, youngest, oldest):
            return _Verdict(MoveKind.ENTER, "unemployed", f"连续失业满 {least} 个月，年龄在 {youngest} 到 {oldest} 周岁之间")
    return None


def _leaving(programme: CaseProgramme, somebody: _Somebody, inside: Case, on: date) -> _Verdict | None:
    standings = {case.standing for case in somebody.open_cases}
    code = ""
    if Standing.EMPLOYED in standings:
        code = "employed"
    elif Standing.STUDYING in standings:
        code = "studying"
    elif programme.entry == "unemployed" and _is_over_age(programme, somebody.known(), inside.region, on):
        code = "over_age"
    elif programme.entry == "hardship_rules" and first_met(serving.hardship_rules().of(inside.region, on), somebody.known(), on) is None:
        code = NO_RULE
    if code not in programme.exits_by_itself:
        return None
    return _Verdict(MoveKind.LEAVE, code, programme.exits.get(code, code))


def _is_over_age(programme: CaseProgramme, known: Known, region: str, on: date) -> bool:
    oldest = reference.whole(programme.entry_parameters[2], region=region, on=on)
    years = age(known, on, oldest, oldest + 1)
    return years is not None and years > oldest


def _close_others(moves: Iterable[ProgrammeMove], verdict: _Verdict | None) -> None:
    """Proposals that the rules no longer make."""
    for move in moves:
        if move.state is MoveState.PROPOSED and (verdict is None or (move.kind, move.reason) != (verdict.kind, verdict.reason)):
            move.state, move.decided_at, move.remark = MoveState.REFUSED, now(), _CHANGED
            session().flush()


def _perform(move: ProgrammeMove, client: Client, inside: Case | None, *, by: Actor, on: date) -> None:
    if move.kind is MoveKind.LEAVE:
        if inside is not None:
            cases.leave(inside, move.reason, by=by, on=on)
            counting.count(inside, on=on)
        return
    before = session().get(Case, move.case_id) if move.case_id else None
    case = cases.open_case(client, move.programme, region=move.region, street=before.street if before else "", by=by, on=on)
    keep_origin(case, OriginKind.RULE, move.reason, on=on)
    move.case_id = case.id
    _hold(case, before, by=by, on=on)
    counting.count(case, on=on)


def _hold(case: Case, before: Case | None, *, by: Actor, on: date) -> None:
    """Whoever holds the person already goes on with them, so that nobody waits for an officer."""
    worker = session().get(Person, before.caseworker_id) if before is not None and before.caseworker_id else None
    if worker is None or case.caseworker_id is not None:
        return
    try:
        cases.assign(case, worker, by=by, on=on)
    except (NotACaseworker, AlreadyTheirs):
        return


def keep_origin(case: Case, kind: OriginKind, source: str, *, on: date) -> None:
    """Once for each kind and source."""
    held = select(Origin.id).where(Origin.case_id == case.id, Origin.kind == kind, Origin.source == source[:80], Origin.year == 0)
    if session().scalar(held) is None:
        session().add(Origin(id=new_key(), case_id=case.id, kind=kind, source=source[:80], on=on))


def decide(move: ProgrammeMove, *, do: bool, remark: str = "", by: Actor, on: date) -> None:
    """A person confirms what the rules propose, or says why not. Raises Decided, and NoReason for a no without it."""
    if move.state is not MoveState.PROPOSED:
        raise Decided
    if not do and not remark.strip():
        raise NoReason
    client = session().get_one(Client, move.client_id)
    if do:
        _perform(move, client, _inside(client, move.programme), by=by, on=on)
    move.state, move.decided_by, move.decided_at = MoveState.DONE if do else MoveState.REFUSED, by.person_id, now()
    if remark.strip():
        move.remark = remark.strip()
    record(ProgrammeMoveDecided(str(move.id), do), by=by)


def _inside(client: Client, programme: str) -> Case | None:
    case = case_queries.case_of(client.id, programme)
    return case if case is not None and case.stage is Stage.OPEN else None


def runs_of(codes: Iterable[str]) -> dict[str, Sequence[ProgrammeRun]]:
    """The last ten of each programme, the latest first."""
    wanted = select(ProgrammeRun).order_by(ProgrammeRun.id.desc()).limit(10)
    return {code: session().scalars(wanted.where(ProgrammeRun.programme == code)).all() for code in codes}
