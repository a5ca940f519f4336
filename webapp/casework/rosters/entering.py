"""How a row and what is known of a person become one: what differs is taken over, what the row leaves out stays, every origin is kept.

A person whose case lies outside the area of whoever sends the list is treated in the answer like one nobody knows; of the case itself the
list changes nothing but that it adds where else the person stands.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from webapp import sealing
from webapp.access import Actor, Grant
from webapp.casework import operations, queries
from webapp.casework.models import Case, Client, Graduation, Origin, OriginKind, Sex, Stage, StepKind, TagKind
from webapp.casework.rosters.counties import Counties
from webapp.casework.rosters.known import Known
from webapp.casework.rosters.values import BadRow, Outcome, RowRefused, Told
from webapp.db import new_key, session

FIRST_CONTACT = "首次联系"
ANEW = frozenset({OriginKind.RETURNED, OriginKind.RESIDENT, OriginKind.SELF, OriginKind.STAFF})
"""Whoever left and comes this way is looked after again; a school's list of the same year only repeats what was known."""


@dataclass(frozen=True, slots=True)
class List:
    """Where rows come from: their programme, what kind of list, whose, and in which area it may be entered; on which day they enter."""

    programme: str
    kind: OriginKind
    on: date
    source: str = ""
    batch_id: UUID | None = None
    grants: tuple[Grant, ...] | None = None
    """None: the person's own word, which no area limits."""
    _counties: list[Counties] = field(default_factory=list, repr=False, compare=False)

    @property
    def counties(self) -> Counties:
        if not self._counties:
            self._counties.append(Counties(self.on))
        return self._counties[0]

    def named(self, told: Told) -> str:
        return (self.source or (told.school if self.kind is OriginKind.SCHOOL else "") or self.kind.label)[:80]

    def reaches(self, region: str | None) -> bool:
        return self.grants is None or any(grant.covers(region) for grant in self.grants)


@dataclass(slots=True)
class Differences:
    """What a row says beyond what is known; `outcome` is what a preview counts."""

    outcome: Outcome
    digest: str
    is_same: bool = False
    """The same list said the same before."""
    hidden: bool = False
    """The case is looked after where whoever sends the list cannot see it."""
    moves: bool = False
    """The case had ended elsewhere: whoever lists the person now looks after them."""
    client: dict[str, str] = field(default_factory=dict)
    """Field of the client -> what it is to be."""
    origin: Origin | None = None
    is_new_origin: bool = False
    graduation: Graduation | None = None
    is_new_graduation: bool = False
    tags: tuple[TagKind, ...] = ()

    @property
    def changes_something(self) -> bool:
        return bool(self.client or self.is_new_origin or self.is_new_graduation or self.graduation or self.tags)


def digest_of(told: Told) -> str:
    """The same for the same row, and nothing that could be guessed back: keyed, as an ID number is found by trying."""
    said = "\x1f".join(str(getattr(told, name)) for name in _SAID)
    return sealing.blind("roster_row", said).hex()


_SAID = tuple(name for name in Told.__dataclass_fields__ if name != "unmatched")
_LABELS = {
    "sex": "性别",
    "phone": "手机号",
    "other_phone": "其他电话",
    "address": "地址",
    "household_region": "户籍地",
    "living_region": "常住地",
    "street": "街道",
}


def differences(told: Told, known: Known, of: List) -> Differences:
    """Raises RowRefused for what only the database knows: nobody's area, another name."""
    case = known.case if known.case is not None and of.reaches(known.case.region) else None
    county = of.counties.serving(told.household, told.living)
    if case is None:
        _require_place(told, county, of)
    if known.client is not None and known.client.name_index != queries.name_index(told.name):
        raise RowRefused(BadRow.NAME_DIFFERS)
    unseen = Outcome.NEW if of.reaches(county) else Outcome.ELSEWHERE
    digest, source = digest_of(told), of.named(told)
    origin = next((row for row in known.origins if (row.kind, row.source, row.year) == (of.kind, source, told.year)), None)
    if origin is not None and origin.digest == digest:
        return Differences(unseen if unseen is Outcome.ELSEWHERE and case is None else Outcome.UNCHANGED, digest, is_same=True)
    found = Differences(unseen, digest, origin=origin, is_new_origin=origin is None)
    found.hidden = known.case is not None and case is None and known.case.stage is Stage.OPEN
    found.moves = known.case is not None and case is None and not found.hidden
    found.graduation, found.is_new_graduation = _graduation(told, known)
    if not found.hidden:
        found.client = _of_client(told, known, county if found.moves else None)
        found.tags = tuple(kind for kind in told.hardship if kind not in known.tags)
    if case is not None:
        found.outcome = Outcome.CHANGED if found.changes_something else Outcome.UNCHANGED
    return found


def _require_place(told: Told, county: str, of: List) -> None:
    if not county:
        raise RowRefused(BadRow.NO_PLACE)
    if not (of.reaches(told.household) or of.reaches(told.living)):
        raise RowRefused(BadRow.OUTSIDE)


def _of_client(told: Told, known: Known, moving_to: str | None) -> dict[str, str]:
    """Only what the row says, and only where it is another than what is stored."""
    client, case = known.client, known.case
    said = {
        "sex": told.sex.value if told.sex else "",
        "phone": told.phone,
        "other_phone": told.other_phone,
        "address": told.address,
        "household_region": told.household,
        "living_region": told.living,
        "street": told.street,
    }
    if client is None:
        return {}
    stored = {
        "sex": client.sex.value if client.sex else "",
        "household_region": client.household_region or "",
        "living_region": client.living_region or "",
        "street": case.street if case else "",
    }
    stored |= {name: getattr(client, name) or "" for name in ("phone", "other_phone", "address") if said[name]}
    if case is None or not told.street.startswith(moving_to or case.region):
        said["street"] = ""  # a street of another county is none of this case
    if said["other_phone"] and said["other_phone"] == stored.get("phone", client.phone):
        said["other_phone"] = ""
    return {name: value for name, value in said.items() if value and value != stored[name]}


def _graduation(told: Told, known: Known) -> tuple[Graduation | None, bool]:
    """The row of this year and school to be corrected, if anything of it differs, and whether a new one is needed."""
    of_year = [row for row in known.graduations if row.year == told.year]
    row = next((one for one in of_year if one.school == told.school), None)
    row = row or next((one for one in of_year if not one.school or not told.school), None)
    if row is None:
        return None, True
    return (row, False) if _study_of(told, row) else (None, False)


def _study_of(told: Told, row: Graduation) -> dict[str, object]:
    said: dict[str, object] = {
        "school": told.school,
        "school_code": told.school_code,
        "major": told.major,
        "major_code": told.major_code if told.major else None,
        "education": told.education,
        "graduated_on": told.graduated_on,
    }
    return {name: value for name, value in said.items() if value and value != getattr(row, name)}


def apply(told: Told, known: Known, found: Differences, of: List, *, by: Actor) -> Case:
    """Carries out what `differences` found, in the open transaction. Answers the person's case."""
    client = known.client = known.client or _new_client(told, known.person_id)
    is_first = known.case is None
    case = known.case = known.case or _open(told, client, of, by=by)
    returns = found.moves or _comes_anew(told, case, found, of)
    if client.person_id is None:
        client.person_id = known.person_id
    words, before = _change_client(client, case, found)
    words += _keep_graduation(told, known, client, case, found)
    if found.is_new_origin:
        words.append(f"新来源：{of.kind.label}")
    _keep_origin(told, known, case, found, of)
    if returns:
        _return(told, case, found, of, by=by)
    if is_first or returns:
        _begin_clock(case, of)
    if words and not is_first:
        operations.step(case, StepKind.CHANGED, "、".join(words), by=by, on=of.on, note=before, data={"origin": of.kind.value})
    for kind in found.tags:
        operations.tag(case, kind, source=of.named(told), since=of.on, by=by, on=of.on)
        known.tags.add(kind)
    return case


def _open(told: Told, client: Client, of: List, *, by: Actor) -> Case:
    county = of.counties.serving(told.household or client.household_region or "", told.living or client.living_region or "")
    street = told.street if told.street.startswith(county) else ""
    return operations.open_case(client, of.programme, region=county, cohort=told.year, street=street, by=by, on=of.on)


def _comes_anew(told: Told, case: Case, found: Differences, of: List) -> bool:
    is_new = of.kind in ANEW or (case.cohort is not None and told.year > case.cohort)
    return case.stage is Stage.CLOSED and not found.hidden and found.is_new_origin and is_new


def _return(told: Told, case: Case, found: Differences, of: List, *, by: Actor) -> None:
    """It waits to be assigned, where the person is looked after now."""
    operations.return_case(case, by=by, on=of.on)
    if found.moves:
        case.region = of.counties.serving(told.household, told.living)
        case.street = told.street if told.street.startswith(case.region) else ""


def _begin_clock(case: Case, of: List) -> None:
    """From the hand-over to the first contact there are so many days (row 52 of the plan: 离校前后衔接)."""
    case.next_on, case.next_what = of.on + timedelta(days=of.counties.first_contact_days(case.region)), FIRST_CONTACT


def _change_client(client: Client, case: Case, found: Differences) -> tuple[list[str], str]:
    """What was changed, as words without anything of the person, and what stood there before, for the sealed note."""
    before = []
    for name, value in found.client.items():
        row = case if name == "street" else client
        old = getattr(row, name)
        if old:
            before.append(f"{_LABELS[name]}原为 {old.label if isinstance(old, Sex) else old}")
        setattr(row, name, next(sex for sex in Sex if sex.value == value) if name == "sex" else value)
        if name == "phone":
            client.phone_index = queries.phone_index(value)
    return [_LABELS[name] for name in found.client], "；".join(before)


def _keep_graduation(told: Told, known: Known, client: Client, case: Case, found: Differences) -> list[str]:
    if not found.hidden and case.cohort is not None and told.year > case.cohort:
        case.cohort = told.year
    if found.is_new_graduation:
        row = Graduation(id=new_key(), client_id=client.id, year=told.year, school=told.school, education=told.education)
        row.school_code, row.major, row.major_code, row.graduated_on = told.school_code, told.major, told.major_code, told.graduated_on
        session().add(row)
        known.graduations.append(row)
        return [f"{told.year} 年毕业"]
    if found.graduation is not None:
        for name, value in _study_of(told, found.graduation).items():
            setattr(found.graduation, name, value)
        return ["毕业信息"]
    return []


def _keep_origin(told: Told, known: Known, case: Case, found: Differences, of: List) -> None:
    if found.origin is not None:
        found.origin.digest = found.digest
        return
    row = Origin(
        id=new_key(), case_id=case.id, kind=of.kind, source=of.named(told), year=told.year, batch_id=of.batch_id, digest=found.digest, on=of.on
    )
    session().add(row)
    known.origins.append(row)


def _new_client(told: Told, person_id: UUID | None) -> Client:
    client = Client(id=new_key(), id_number_index=queries.id_number_index(told.id_number), name_index=queries.name_index(told.name))
    client.id_number, client.name, client.born_year, client.sex = told.id_number, told.name, told.born_year, told.sex
    if told.phone:
        client.phone, client.phone_index = told.phone, queries.phone_index(told.phone)
    if told.other_phone:
        client.other_phone = told.other_phone
    if told.address:
        client.address = told.address
    client.household_region, client.living_region, client.person_id = told.household or None, told.living or None, person_id
    session().add(client)
    return client
