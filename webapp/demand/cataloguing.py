"""The life of a catalogue: asked for, computed in the batch queue, read, published, superseded; and computed again to prove it.

Inputs and rows are written once and never change: a later day that knows better makes another version. Recomputing takes the frozen
inputs and the frozen parameters and nothing else, so a past period gives the same numbers whatever happened since.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select

from webapp.access import Actor
from webapp.accounts import limits
from webapp.db import new_key, now, reading, session, transaction
from webapp.demand.catalogue_models import (
    CATALOGUE_NEXT,
    Catalogue,
    CatalogueInput,
    CatalogueRow,
    CatalogueState,
    OccupationLevel,
)
from webapp.demand.collecting import Counted, Scope, collect
from webapp.demand.formula import FORMULA, Entry, Line, Weights, compute, digest
from webapp.demand.periods import Period
from webapp.demand.refusals import NoReason, NotBegun, NotReady, StillComputing
from webapp.events import CatalogueAsked, CatalogueComputed, CataloguePublished, CatalogueRecheckAsked
from webapp.ledger import record
from webapp.reference import queries as reference

PARAMETERS = (
    "catalogue_weight_gap",
    "catalogue_weight_counties",
    "catalogue_least_demand",
    "catalogue_least_reporters",
    "catalogue_rows_max",
    "catalogue_unstated_headcount",
    "catalogue_counts_forwarded",
    "catalogue_wishes_max",
    "seeker_valid_days",
)
INPUTS_AT_ONCE = 1000
Renew = Callable[[], None]
_C = CatalogueState


def ask(region: str, period: Period, *, by: Actor, on: date) -> Catalogue:
    """A new version waits for the batch queue. Raises NotBegun for a period to come, StillComputing while the version before is."""
    if period.start > on:
        raise NotBegun
    _take_turns(region, period.code)
    versions = select(Catalogue).where(Catalogue.region == region, Catalogue.period == period.code).order_by(Catalogue.version.desc())
    latest = session().scalars(versions.limit(1)).first()
    if latest is not None and latest.state in {_C.WAITING, _C.COMPUTING}:
        raise StillComputing
    catalogue = Catalogue(
        id=new_key(),
        region=region,
        period=period.code,
        version=latest.version + 1 if latest else 1,
        formula=FORMULA,
        parameters=_parameters(region, min(on, period.end)),
        asked_by=by.person_id,
        asked_at=now(),
    )
    session().add(catalogue)
    session().flush()
    record(CatalogueAsked(str(catalogue.id)), by=by)
    return catalogue


def _parameters(region: str, on: date) -> dict[str, dict[str, str]]:
    """As they hold for the place on the last day that is counted, each with its basis."""
    found = {}
    for key in PARAMETERS:
        row = reference.parameter(key, region=region, on=on)
        value = reference.number(key, region=region, on=on)
        found[key] = {"value": str(value), "basis": row.basis if row else ""}
    return found


def _take_turns(region: str, period: str) -> None:
    """Of a place and period one version at a time is asked for or published."""
    limits.take_turns(hashlib.sha256(f"{region}{period}".encode()).digest()[:8])


def move(catalogue: Catalogue, state: CatalogueState) -> None:
    """The only change of state. Raises NotReady for what the table does not allow."""
    if state not in CATALOGUE_NEXT[catalogue.state]:
        raise NotReady
    catalogue.state = state


# computing


def compute_catalogue(catalogue_id: UUID, renew: Renew, *, by: Actor) -> None:
    """Counts, freezes what was counted, ranks. A second time nothing happens; after a kill in the middle it begins anew."""
    catalogue = _begin(catalogue_id)
    if catalogue is None:
        return
    progress = _Progress(catalogue_id, renew)
    counted = collect(_scope(catalogue), progress.read)
    progress.say("固定计算依据", len(counted))
    for start in range(0, len(counted), INPUTS_AT_ONCE):
        some = counted[start : start + INPUTS_AT_ONCE]
        with transaction():
            session().execute(insert(CatalogueInput), [_input(catalogue_id, one) for one in some])
        progress.did(len(some))
    lines = [one.line for one in counted]
    progress.say("排序", 1)
    ranked = compute(lines, weights_of(catalogue), _ranks_of(catalogue.previous_id), catalogue.formula)
    with transaction():
        _finish(session().get_one(Catalogue, catalogue_id), counted, ranked, by=by)


def _begin(catalogue_id: UUID) -> Catalogue | None:
    """None: it was computed before. What an ended attempt left is taken away in short transactions."""
    with transaction():
        catalogue = session().get_one(Catalogue, catalogue_id, with_for_update=True)
        if catalogue.state is _C.WAITING:
            move(catalogue, _C.COMPUTING)
        elif catalogue.state is not _C.COMPUTING:
            return None
        period = period_of(catalogue)
        catalogue.as_of = min(now(), period.ends)
        catalogue.previous_id = published_id(catalogue.region, period.before.code)
        catalogue.stage, catalogue.done, catalogue.total = "读取岗位、需求和求职者", 0, 0
    while _forget_some(catalogue_id):
        pass
    return catalogue


def period_of(catalogue: Catalogue) -> Period:
    period = Period.of(catalogue.period)
    assert period is not None, "a catalogue names its period"
    return period


def _forget_some(catalogue_id: UUID) -> int:
    with transaction():
        keys = session().scalars(select(CatalogueInput.id).where(CatalogueInput.catalogue_id == catalogue_id).limit(INPUTS_AT_ONCE)).all()
        if keys:
            session().execute(delete(CatalogueInput).where(CatalogueInput.id.in_(keys)))
    return len(keys)


class _Progress:
    """What the page of somebody who waits is told, and the lease that is kept meanwhile."""

    def __init__(self, catalogue_id: UUID, renew: Renew) -> None:
        self._catalogue_id, self._renew = catalogue_id, renew

    def read(self, rows: int) -> None:
        self._write(lambda catalogue: catalogue.done + rows)

    def say(self, stage: str, total: int) -> None:
        def begin(catalogue: Catalogue) -> int:
            catalogue.stage, catalogue.total = stage, total
            return 0

        self._write(begin)

    def did(self, count: int) -> None:
        self._write(lambda catalogue: catalogue.done + count)

    def _write(self, done: Callable[[Catalogue], int]) -> None:
        with transaction():
            catalogue = session().get_one(Catalogue, self._catalogue_id)
            catalogue.done = done(catalogue)
        self._renew()


def _scope(catalogue: Catalogue) -> Scope:
    assert catalogue.as_of is not None, "a catalogue that is computed has its moment"
    return Scope(
        region=catalogue.region,
        period=period_of(catalogue),
        as_of=catalogue.as_of,
        unstated_headcount=_whole(catalogue, "catalogue_unstated_headcount"),
        forwarded=_whole(catalogue, "catalogue_counts_forwarded") == 1,
        wishes_max=_whole(catalogue, "catalogue_wishes_max"),
        seeker_days=_whole(catalogue, "seeker_valid_days"),
    )


def weights_of(catalogue: Catalogue) -> Weights:
    return Weights(
        gap=_number(catalogue, "catalogue_weight_gap"),
        counties=_number(catalogue, "catalogue_weight_counties"),
        least_demand=_whole(catalogue, "catalogue_least_demand"),
        least_reporters=_whole(catalogue, "catalogue_least_reporters"),
        rows_max=_whole(catalogue, "catalogue_rows_max"),
    )


def _number(catalogue: Catalogue, key: str) -> Decimal:
    return Decimal(catalogue.parameters[key]["value"])


def _whole(catalogue: Catalogue, key: str) -> int:
    return int(_number(catalogue, key))


def _input(catalogue_id: UUID, one: Counted) -> dict[str, Any]:
    line = one.line
    return {
        "catalogue_id": catalogue_id,
        "kind": line.kind,
        "subject_id": one.subject,
        "occupation": line.occupation,
        "county": line.county,
        "reporter": line.reporter,
        "count": line.count,
        "carried": line.carried,
        "urgent": line.urgent,
        "stated": one.stated,
    }


def _finish(catalogue: Catalogue, counted: list[Counted], ranked: dict[OccupationLevel, list[Entry]], *, by: Actor) -> None:
    entries = [entry for level in OccupationLevel for entry in ranked[level]]
    if entries:
        session().execute(insert(CatalogueRow), [_row(catalogue.id, entry) for entry in entries])
    catalogue.totals = _totals(counted)
    catalogue.inputs_digest, catalogue.rows_digest = digest(one.line for one in counted), digest(entries)
    catalogue.computed_at, catalogue.stage = now(), ""
    move(catalogue, _C.READY)
    record(CatalogueComputed(str(catalogue.id), len(entries)), by=by)


def _row(catalogue_id: UUID, entry: Entry) -> dict[str, Any]:
    return {"id": new_key(), "catalogue_id": catalogue_id, "name": reference.occupations().name(entry.occupation)} | asdict(entry)


def _totals(counted: Iterable[Counted]) -> dict[str, int]:
    """Sums over everything, for the head of the page: persons, and how many rows they come from."""
    totals: dict[str, int] = defaultdict(int)
    for one in counted:
        kind, count = one.line.kind.value, one.line.count
        totals[kind] += count
        totals[f"{kind}_rows"] += 1
        totals[f"{kind}_carried"] += count if one.line.carried else 0
        totals[f"{kind}_uncoded"] += 0 if one.line.occupation else count
        totals["unstated_rows"] += 0 if one.stated else 1
        totals["forwarded_rows"] += 1 if one.forwarded else 0
    return dict(sorted(totals.items()))


def _ranks_of(previous_id: UUID | None) -> dict[OccupationLevel, dict[str, int]] | None:
    if previous_id is None:
        return None
    wanted = select(CatalogueRow.level, CatalogueRow.occupation, CatalogueRow.rank)
    ranks: dict[OccupationLevel, dict[str, int]] = {level: {} for level in OccupationLevel}
    with reading():
        for level, occupation, rank in session().execute(wanted.where(CatalogueRow.catalogue_id == previous_id)):
            if rank is not None:
                ranks[level][occupation] = rank
    return ranks


def published_id(region: str, period: str) -> UUID | None:
    wanted = select(Catalogue.id).where(Catalogue.region == region, Catalogue.period == period, Catalogue.state == _C.PUBLISHED)
    return session().scalar(wanted)


# publishing and proving


def publish(catalogue: Catalogue, *, reason: str = "", by: Actor) -> None:
    """Everybody sees it from now on, and no other version of its period. Raises NotReady, NoReason where it replaces a published one."""
    _take_turns(catalogue.region, catalogue.period)
    session().refresh(catalogue, with_for_update=True)
    replaced_id = published_id(catalogue.region, catalogue.period)
    move(catalogue, _C.PUBLISHED)
    if replaced_id is not None:
        if not reason.strip():
            raise NoReason
        move(session().get_one(Catalogue, replaced_id, with_for_update=True), _C.SUPERSEDED)
    catalogue.published_at, catalogue.published_by, catalogue.reason = now(), by.person_id, reason.strip()[:200]
    record(CataloguePublished(str(catalogue.id)), by=by)


def ask_recheck(catalogue: Catalogue, *, by: Actor) -> None:
    """To compute it again from its frozen inputs and compare. Raises NotReady while there is nothing to compare with."""
    if catalogue.computed_at is None:
        raise NotReady
    catalogue.rechecked_at, catalogue.recheck_same = None, None
    record(CatalogueRecheckAsked(str(catalogue.id)), by=by)


def recheck(catalogue_id: UUID, renew: Renew) -> bool:
    """Whether inputs, parameters and formula give the very rows that were frozen; the page says so."""
    with reading():
        catalogue = session().get_one(Catalogue, catalogue_id)
        lines = frozen_lines(catalogue_id)
        kept = {(row.level, row.occupation): {name: getattr(row, name) for name in _FIELDS} for row in rows_of(catalogue_id)}
    renew()
    ranked = compute(lines, weights_of(catalogue), _ranks_of(catalogue.previous_id), catalogue.formula)
    again = {(entry.level, entry.occupation): asdict(entry) for level in OccupationLevel for entry in ranked[level]}
    same = again == kept and digest(lines) == catalogue.inputs_digest
    with transaction():
        catalogue = session().get_one(Catalogue, catalogue_id)
        catalogue.rechecked_at, catalogue.recheck_same = now(), same
    return same


_FIELDS = tuple(field.name for field in fields(Entry))


def rows_of(catalogue_id: UUID, *levels: OccupationLevel) -> list[CatalogueRow]:
    """By rank, then what left; of these levels only, where any is named."""
    wanted = select(CatalogueRow).where(CatalogueRow.catalogue_id == catalogue_id)
    if levels:
        wanted = wanted.where(CatalogueRow.level.in_(levels))
    return list(session().scalars(wanted.order_by(CatalogueRow.level, CatalogueRow.rank.nulls_last(), CatalogueRow.previous_rank)))


def frozen_lines(catalogue_id: UUID) -> list[Line]:
    """What was counted, in the order it was counted in."""
    columns = (CatalogueInput.kind, CatalogueInput.occupation, CatalogueInput.county, CatalogueInput.reporter, CatalogueInput.count)
    wanted = select(*columns, CatalogueInput.carried, CatalogueInput.urgent).where(CatalogueInput.catalogue_id == catalogue_id)
    return [Line(*row) for row in session().execute(wanted.order_by(CatalogueInput.id))]
