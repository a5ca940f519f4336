"""Made-up employers of every county: names nobody bears, codes that pass the check and are given to nobody, and how each came to be here."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import Base
from webapp.employers.codes import check_character
from webapp.employers.forms import SIZES
from webapp.employers.models import Employer, EmployerState, Membership
from webapp.employers.operations import months_after
from webapp.events import EmployerRefused, EmployerRegistered, EmployerVerified, MemberAdded
from webapp.reference import queries as reference
from workers.demo import content
from workers.demo.calendar import DAY, Calendar, dice, key, working_minute
from workers.demo.content import Kind
from workers.demo.people import granted, make_person, phone, registered
from workers.demo.staff import Offices

FIRST_OWNER, FIRST_MEMBER = 1000, 2000
SHOWN_COUNTY, SHOWN_KIND = "371312", "metal"
"""The employer whose owner and member may be tried: a maker of steel parts in the shown city's county."""
_EVERYWHERE = ("decoration", "garage", "elder", "home", "guarding")
"""Kinds that every city's first county has besides its own."""
_IN_TURN = ("market", "home", "restaurant", "express", "property", "school")
"""One of these is in every county, whatever it is known for."""
_STAFF = ((6, 9), (15, 48), (55, 95), (120, 460), (520, 900))


@dataclass(frozen=True, slots=True)
class Plan:
    """One employer to be: its number, its place and its kind."""

    number: int
    county: str
    kind: Kind

    @property
    def is_shown(self) -> bool:
        return (self.county, self.kind.key) == (SHOWN_COUNTY, SHOWN_KIND)

    @property
    def state(self) -> EmployerState:
        if self.is_shown:
            return EmployerState.VERIFIED
        if self.number % 27 == 7:
            return EmployerState.PENDING
        return EmployerState.REFUSED if self.number % 43 == 11 else EmployerState.VERIFIED


@dataclass(frozen=True, slots=True)
class Settled:
    """An employer with its people, and the minute from which it could submit postings (None: it never could)."""

    plan: Plan
    employer: Employer
    owner: Person
    members: tuple[Person, ...]
    verified: int | None

    @property
    def authors(self) -> tuple[tuple[Person, Role], ...]:
        return (self.owner, Role.EMPLOYER_OWNER), *((member, Role.EMPLOYER_MEMBER) for member in self.members)


@cache
def plans() -> tuple[Plan, ...]:
    """The shown one is the first, so that its phone is easy to type."""
    places = sorted(_places(), key=lambda place: place != (SHOWN_COUNTY, SHOWN_KIND))
    return tuple(Plan(number, county, content.kinds()[kind]) for number, (county, kind) in enumerate(places))


def _places() -> Iterator[tuple[str, str]]:
    cities: set[str] = set()
    for place, (county, kinds) in enumerate(content.counties().items()):
        more = () if county[:4] in cities else _EVERYWHERE
        cities.add(county[:4])
        yield from ((county, kind) for kind in dict.fromkeys((*kinds, *more, _IN_TURN[place % len(_IN_TURN)])))


def pending_owner() -> str:
    """The phone of the first owner whose employer waits for its verification."""
    return owner_phone(next(plan for plan in plans() if plan.state is EmployerState.PENDING))


def owner_phone(plan: Plan) -> str:
    return phone(FIRST_OWNER + plan.number)


def shown_phones() -> tuple[str, str]:
    """Of the shown employer: its owner's and its member's."""
    plan = next(plan for plan in plans() if plan.is_shown)
    return owner_phone(plan), phone(FIRST_MEMBER + plan.number)


@cache
def _brands() -> tuple[str, ...]:
    words = content.wording()
    brands = [begin + end for begin in words.brand_begins for end in words.brand_ends]
    dice("brands").shuffle(brands)
    return tuple(brands)


def name_of(plan: Plan) -> str:
    regions = reference.regions()
    place = regions.short(plan.county)
    if plan.county[4:6] < "20":  # a district is known by its city
        place = regions.short(f"{plan.county[:4]}00")
    word = dice(f"word:{plan.number}").choice(plan.kind.words)
    return f"{place}{_brands()[plan.number]}{word}{'有限公司' if plan.kind.form == 'company' else ''}"


def code_of(plan: Plan) -> str:
    """A 统一社会信用代码: right in every check, its body number (0000...., from 1) given to no organisation."""
    body = f"0000{plan.number + 1:04d}"
    weighed = sum(int(digit) * weight for digit, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    first = f"{'91' if plan.kind.form == 'company' else '52'}{plan.county}{body}{'0123456789X0'[11 - weighed % 11]}"
    return first + check_character(first)


def settle(calendar: Calendar, plan: Plan, offices: Offices, password_hash: str | None) -> tuple[Settled, list[Base]]:
    """The employer, its people and everything the registration and its decision left behind."""
    chance = dice(f"employer:{plan.number}")
    begun = working_minute(chance, chance.randint(1, 3) if plan.state is EmployerState.PENDING else chance.randint(26, 150))
    owner = make_person(calendar, FIRST_OWNER + plan.number, minute=begun - 15, password_hash=password_hash)
    employer = _employer(calendar, plan, owner, begun)
    rows = [*registered(calendar, owner, minute=begun - 15), employer]
    rows.append(calendar.entry(EmployerRegistered(str(employer.id)), by=Actor(owner.id, Role.SEEKER.value, "web"), minute=begun))
    rows += _join(calendar, employer, owner, minute=begun, by=Actor(owner.id, Role.SEEKER.value, "web"), owns=True)
    members = [make_person(calendar, FIRST_MEMBER + plan.number, minute=begun + DAY, password_hash=password_hash)] if _has_member(plan) else []
    for member in members:
        rows += registered(calendar, member, minute=begun + DAY)
        rows += _join(calendar, employer, member, minute=begun + DAY + 30, by=Actor(owner.id, Role.EMPLOYER_OWNER.value, "web"), owns=False)
    decided = working_minute(chance, -(begun // DAY) - 1) if plan.state is not EmployerState.PENDING else None
    rows += _decide(calendar, employer, plan.state, offices.reviewer(plan.county), decided)
    verified = decided if plan.state is EmployerState.VERIFIED else None
    return Settled(plan, employer, owner, tuple(members), verified), rows


def _has_member(plan: Plan) -> bool:
    return plan.is_shown or (plan.state is EmployerState.VERIFIED and plan.number % 8 == 3)


def _employer(calendar: Calendar, plan: Plan, owner: Person, minute: int) -> Employer:
    band, staff = staff_of(plan)
    employer = Employer(
        id=key(f"employer:{plan.number}", minute),
        uscc=code_of(plan),
        name=name_of(plan),
        region=plan.county,
        address=address(f"employer:{plan.number}", plan.kind),
        industry=_section(plan.kind.industry),
        size=SIZES[band],
        about=_about(calendar, plan, staff, band),
        state=plan.state,
        registered_at=calendar.instant(minute),
        submitted_at=calendar.instant(minute),
        decision_reason="",
    )
    employer.contact_name, employer.contact_phone = owner.name, owner.phone
    return employer


def staff_of(plan: Plan) -> tuple[int, int]:
    """(which of SIZES, how many people); the last size of all, over a thousand, nobody has."""
    chance = dice(f"about:{plan.number}")
    band = chance.randrange(len(_STAFF)) if plan.kind.general == "factory" else chance.randrange(3)
    return band, chance.randint(*_STAFF[band])


def _section(industry: str) -> str:
    """The 门类 of a 大类: what the employer's form asks for."""
    row = reference.industries().get(industry)
    assert row is not None, f"industry {industry} is not in the table"
    return row.parent or row.code


def _about(calendar: Calendar, plan: Plan, staff: int, band: int) -> str:
    chance, words = dice(f"story:{plan.number}"), content.wording()
    begun = calendar.today.year - chance.randint(3, 24)
    size_word = "中小" if band < 3 else "规模以上"
    where = reference.regions().name(plan.county)
    first = chance.choice(words.about).format(year=begun, place=where, business=chance.choice(plan.kind.business), size_word=size_word)
    made = f"主要做{'、'.join(products(plan))}。"
    return first + made + chance.choice(words.about_staff).format(staff=staff) + "".join(chance.sample(words.about_facility, 2))


def products(plan: Plan) -> tuple[str, ...]:
    """The two or three things of its kind this employer makes or serves."""
    chance = dice(f"products:{plan.number}")
    return tuple(chance.sample(plan.kind.products, min(len(plan.kind.products), chance.randint(2, 3))))


def address(name: str, kind: Kind) -> str:
    chance, words = dice(f"address:{name}"), content.wording()
    spot = chance.choice(words.spots[kind.general]).format(n=chance.randint(2, 18))
    return f"{chance.choice(words.roads)}{chance.randint(2, 398)}号{spot}"


def _join(calendar: Calendar, employer: Employer, person: Person, *, minute: int, by: Actor, owns: bool) -> list[Base]:
    membership = Membership(
        id=key(f"membership:{employer.id}:{person.id}", minute),
        employer_id=employer.id,
        person_id=person.id,
        owner=owns,
        added_at=calendar.instant(minute),
    )
    role = Role.EMPLOYER_OWNER if owns else Role.EMPLOYER_MEMBER
    told = calendar.entry(MemberAdded(str(employer.id), str(person.id)), by=by, minute=minute)
    return [membership, *granted(calendar, person, role, minute=minute, by=by, employer=employer), told]


def _decide(calendar: Calendar, employer: Employer, state: EmployerState, by: Actor, minute: int | None) -> list[Base]:
    if minute is None:
        return []
    employer.decided_at, employer.decided_by = calendar.instant(minute), by.person_id
    if state is EmployerState.REFUSED:
        employer.decision_reason = dice(f"refused:{employer.uscc}").choice(content.wording().refuse_reasons)
        return [calendar.entry(EmployerRefused(str(employer.id)), by=by, minute=minute)]
    day = calendar.day(minute)
    employer.verify_again_on = months_after(day, reference.whole("employer_reverify_months", on=day))
    return [calendar.entry(EmployerVerified(str(employer.id)), by=by, minute=minute)]
