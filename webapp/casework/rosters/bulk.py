"""People nobody knew, a thousand at a time: the same rows that `entering.apply` would have left, written by one statement a table.

A test holds the two against each other, column by column. Two things differ on purpose: the file tells one fact instead of one per
person, and all of a block entered at the same instant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert

from webapp import sealing
from webapp.access import Actor
from webapp.casework.models import (
    Case,
    CaseStep,
    Client,
    Graduation,
    Origin,
    Stage,
    Standing,
    StepKind,
    Tag,
    TagKind,
    Waiting,
    Willingness,
)
from webapp.casework.queries import id_number_index, name_index, phone_index
from webapp.casework.rosters.entering import FIRST_CONTACT, List
from webapp.casework.rosters.values import Told
from webapp.db import new_key, now, session, take_numbers

Row = dict[str, Any]
_TABLES: tuple[Any, ...] = (Client, Graduation, Case, Origin, CaseStep, Tag)


@dataclass(slots=True)
class Sheaf:
    """The rows of a block, by table, in the order in which they refer to each other."""

    of: List
    by: Actor
    at: datetime = field(default_factory=now)
    rows: dict[str, list[Row]] = field(default_factory=lambda: {kind.__tablename__: [] for kind in _TABLES})

    @property
    def on(self) -> date:
        return self.of.on

    def add(self, told: Told, person_id: UUID | None, digest: str, seq: int) -> None:
        client_id, case_id = new_key(), new_key()
        self._put(Client, _client(told, client_id, person_id, self.at))
        self._put(Graduation, _graduation(told, client_id))
        self._put(Case, self._case(told, case_id, client_id, seq))
        self._put(Origin, self._origin(told, case_id, digest))
        self._put(CaseStep, self._step(case_id, StepKind.ENTERED))
        for kind in told.hardship:
            self._put(Tag, self._tag(told, case_id, kind))
            self._put(CaseStep, self._step(case_id, StepKind.TAGGED, kind.label, {"tag": kind.value}))

    def _put(self, kind: Any, row: Row) -> None:
        self.rows[kind.__tablename__].append(row)

    def _case(self, told: Told, key: UUID, client_id: UUID, seq: int) -> Row:
        county = self.of.counties.serving(told.household, told.living)
        return {
            "id": key, "seq": seq, "client_id": client_id, "programme": self.of.programme, "cohort": told.year, "region": county,
            "street": told.street if told.street.startswith(county) else "", "stage": Stage.OPEN, "willingness": Willingness.UNKNOWN,
            "standing": Standing.UNKNOWN, "entered_on": self.on, "left_reason": "", "waiting": Waiting.FOR_US, "next_what": FIRST_CONTACT,
            "next_on": self.on + timedelta(days=self.of.counties.first_contact_days(county)), "tries": 0, "acted_on": self.on,
            "is_hardship": bool(told.hardship), "has_plan": False, "items_done": 0, "items_due": 0, "version": 1, "created_at": self.at,
        }  # fmt: skip

    def _origin(self, told: Told, case_id: UUID, digest: str) -> Row:
        return {
            "id": new_key(), "case_id": case_id, "kind": self.of.kind, "source": self.of.named(told), "year": told.year,
            "batch_id": self.of.batch_id, "digest": digest, "on": self.on, "at": self.at,
        }  # fmt: skip

    def _step(self, case_id: UUID, kind: StepKind, said: str = "", data: Row | None = None) -> Row:
        return {
            "id": new_key(), "case_id": case_id, "kind": kind, "on": self.on, "at": self.at, "by_id": self.by.person_id,
            "role": self.by.role, "said": said, "data": data or {},
        }  # fmt: skip

    def _tag(self, told: Told, case_id: UUID, kind: TagKind) -> Row:
        source = self.of.named(told)
        return {"id": new_key(), "case_id": case_id, "kind": kind, "source": source, "since": self.on, "by_id": self.by.person_id, "at": self.at}


def _client(told: Told, key: UUID, person_id: UUID | None, at: datetime) -> Row:
    return {
        "id": key, "id_number_index": id_number_index(told.id_number), "name_index": name_index(told.name),
        "phone_index": phone_index(told.phone) if told.phone else None, "sex": told.sex, "born_year": told.born_year,
        "household_region": told.household or None, "living_region": told.living or None, "person_id": person_id, "created_at": at,
        "id_number_sealed": _sealed(key, "id_number_sealed", told.id_number), "name_sealed": _sealed(key, "name_sealed", told.name),
        "phone_sealed": _sealed(key, "phone_sealed", told.phone), "other_phone_sealed": _sealed(key, "other_phone_sealed", told.other_phone),
        "address_sealed": _sealed(key, "address_sealed", told.address),
    }  # fmt: skip


def _sealed(key: UUID, column: str, text: str) -> bytes | None:
    return sealing.seal(text, cell=f"{Client.__tablename__}:{key}:{column}") if text else None


def _graduation(told: Told, client_id: UUID) -> Row:
    return {
        "id": new_key(), "client_id": client_id, "year": told.year, "school": told.school, "school_code": told.school_code,
        "major": told.major, "major_code": told.major_code, "education": told.education, "graduated_on": told.graduated_on,
    }  # fmt: skip


def enter_all(people: Sequence[tuple[Told, UUID | None, str]], of: List, *, by: Actor) -> None:
    """What each says, the account that proved the same number, and the digest of the row. In the open transaction; every one of them is
    new, and stands here once."""
    if not people:
        return
    sheaf = Sheaf(of, by)
    numbers = take_numbers("case_seq", Case.__tablename__, "seq", len(people))
    for (told, person_id, digest), seq in zip(people, numbers, strict=True):
        sheaf.add(told, person_id, digest, seq)
    for kind in _TABLES:
        _write(kind.__table__, sheaf.rows[kind.__tablename__])


def _write(table: Table, rows: Iterable[Row]) -> None:
    found = list(rows)
    if found:
        session().execute(insert(table), found)
