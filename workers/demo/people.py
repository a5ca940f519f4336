"""Made-up people: common names, phones of a block that nobody holds, addresses at example.com, no ID numbers."""

from functools import cache

from webapp.access import STAFF, Actor, Level, Role
from webapp.accounts import privacy
from webapp.accounts.models import Consent, Person, RoleGrant
from webapp.accounts.queries import email_index, phone_index
from webapp.db import Base
from webapp.events import PersonRegistered, RoleGranted
from workers.demo.calendar import Calendar, dice, key

VISITOR = Actor(None, "visitor", "web")
_SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜")
_GIVEN = tuple(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅鹏飞宁浩宇轩欣怡雨晨佳琪文博志远建国振东晓燕海燕立新春花冬梅永生家兴德胜长河青松"
    "云帆子涵梓睿思源若溪雪莹俊凯"
)


def phone(number: int) -> str:
    """199 0000 xxxx."""
    return f"1990000{number:04d}"


def full_name(name: str) -> str:
    chance = dice(f"name:{name}")
    given = chance.sample(_GIVEN, 2) if chance.random() < 0.8 else [chance.choice(_GIVEN)]
    return chance.choice(_SURNAMES) + "".join(given)


def make_person(
    calendar: Calendar, number: int, *, minute: int, name: str | None = None, email: str | None = None, password_hash: str | None = None
) -> Person:
    sign_in = phone(number)
    at = calendar.instant(minute)
    person = Person(id=key(f"person:{sign_in}", minute), created_at=at)
    person.name = name or full_name(sign_in)
    person.phone, person.phone_index = sign_in, phone_index(sign_in)
    if email is not None:
        person.email, person.email_index = email, email_index(email)
        person.email_confirmed_at = at
    if password_hash is not None:
        person.password_hash, person.password_changed_at = password_hash, at
    return person


def registered(calendar: Calendar, person: Person, *, minute: int) -> list[Base]:
    """What is left of somebody who registered as a seeker, which everybody from outside the offices begins as."""
    consent = Consent(
        id=key(f"consent:{person.id}", minute),
        person_id=person.id,
        purpose=privacy.PURPOSE,
        version=privacy.VERSION,
        text_hash=_notice_hash(),
        given_at=person.created_at,
    )
    told = calendar.entry(PersonRegistered(str(person.id), Role.SEEKER.value), by=VISITOR, minute=minute)
    return [person, told, *granted(calendar, person, Role.SEEKER, minute=minute, by=VISITOR), consent]


@cache
def _notice_hash() -> bytes:
    return privacy.text_hash()


def granted(
    calendar: Calendar,
    person: Person,
    role: Role,
    *,
    minute: int,
    by: Actor,
    region: str | None = None,
    level: Level | None = None,
    employer: Base | None = None,
) -> list[Base]:
    employer_id = getattr(employer, "id", None)
    grant = RoleGrant(
        id=key(f"grant:{person.id}:{role.value}:{region}:{employer_id}", minute),
        person_id=person.id,
        role=role,
        level=level,
        region=region,
        employer_id=employer_id,
        granted_at=calendar.instant(minute),
    )
    assert role not in STAFF or region is not None, "a staff role without a region reaches nothing"
    return [grant, calendar.entry(RoleGranted(str(person.id), role.value, region or ""), by=by, minute=minute)]
