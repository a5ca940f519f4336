"""The phone book of an area. Asked of the database each time: a wrong number that was mended must not be shown a minute longer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from webapp.db import session
from webapp.reference import queries as reference
from webapp.reference.models import PhoneEntry, PhonePurpose

HOTLINE = "hotline_hrss"
"""The parameter with the national line (12333), which stands at the end of every list."""


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """A number as a page shows it. `area` names whose it is; `checked_on` None is 未核实. The national line is `is_national`."""

    purpose: str
    number: str
    office: str = ""
    hours: str = ""
    area: str = ""
    checked_on: date | None = None
    is_national: bool = False

    @property
    def dialled(self) -> str:
        """For a link: the digits, up to an extension."""
        return "".join(sign for sign in self.number.partition("转")[0] if sign.isdigit() or sign == "+")


def lines_for(region: str | None, purposes: Iterable[PhonePurpose] = PhonePurpose) -> list[PhoneLine]:
    """The numbers for each purpose of the nearest area that has some (county, city, province), then the national line."""
    areas = _around(region)
    wanted = select(PhoneEntry).where(PhoneEntry.region.in_(areas)).order_by(PhoneEntry.changed_at.desc(), PhoneEntry.id)
    held: dict[tuple[PhonePurpose, str], list[PhoneEntry]] = {}
    for row in session().scalars(wanted) if areas else ():
        held.setdefault((row.purpose, row.region), []).append(row)
    lines = [_line(row) for purpose in purposes for row in _nearest(purpose, areas, held)]
    return lines + national(region)


def national(region: str | None = None) -> list[PhoneLine]:
    """Empty where the parameter says nothing."""
    hotline = reference.parameter(HOTLINE, region=region or reference.NATION)
    return [PhoneLine("人社服务热线", hotline.value, is_national=True)] if hotline and hotline.value else []


def _around(region: str | None) -> list[str]:
    if not region:
        return []
    place = reference.regions().place(region)
    return list(dict.fromkeys((place.code, place.city_code, place.province_code)))


def _nearest(purpose: PhonePurpose, areas: Sequence[str], held: Mapping[tuple[PhonePurpose, str], list[PhoneEntry]]) -> list[PhoneEntry]:
    return next((held[purpose, area] for area in areas if (purpose, area) in held), [])


def _line(row: PhoneEntry) -> PhoneLine:
    return PhoneLine(row.purpose.label, row.number, row.office, row.hours, reference.regions().name(row.region), row.checked_on)
