"""Which county, and which street, a text of a roster means: a code, a name, or an address that begins with names from the widest on.

What several counties are called is decided by the wider names before it, else by the city of whoever imports; where neither helps it
stays unknown.
"""

from dataclasses import dataclass

from webapp.access import region_prefix
from webapp.reference import queries as reference
from webapp.reference.models import PlaceKind, RegionLevel
from webapp.reference.places import NamedPlace

_LONGEST = 12
_FAR_ENOUGH = 40
"""Characters into an address behind which only houses are named."""


@dataclass(frozen=True, slots=True)
class Found:
    county: str = ""
    """Outside the home province, of which alone every county is loaded, it may be a city or a province: enough to know that it is elsewhere."""
    street: str = ""
    """Nine digits."""


class Places:
    """Answers are kept: a roster names the same places again and again."""

    def __init__(self, home: str = "") -> None:
        """`home`: a city or county whose names are meant where a name is not unique."""
        self._names, self._regions = reference.place_names(), reference.regions()
        self._home = f"{home[:4]}00" if home and not home.endswith("0000") else ""
        self._known: dict[tuple[str, str], Found] = {}

    def find(self, text: str, *, within: str = "") -> Found:
        """`within`: a county already known, in which a street is looked for."""
        key = (text, within)
        if key not in self._known:
            self._known[key] = self._find(text, within)
        return self._known[key]

    def street_in(self, address: str, county: str) -> str:
        """Nine digits of the street that an address names; not kept, because everybody has an address of their own."""
        return self._walk("".join(address.split()), county).street

    def _find(self, text: str, within: str) -> Found:
        plain = "".join(text.split())
        digits = plain[:12]
        if len(plain) in {6, 9, 12} and digits.isascii() and digits.isdigit():
            return self._of_code(digits)
        found = self._walk(plain, within)
        if not found.county and self._home and not within:
            found = self._walk(plain, self._home)
        return found

    def _of_code(self, digits: str) -> Found:
        row = self._regions.get(digits[:6])
        if row is None or row.level is not RegionLevel.COUNTY:
            return Found(digits[:6]) if self._regions.is_known(digits[:6]) and self._regions.is_outside(digits[:6]) else Found()
        return Found(row.code, digits[:9] if len(digits) >= 9 and digits[6:9] != "000" else "")

    def _walk(self, text: str, within: str) -> Found:
        at, county, street = 0, within if self._is_county(within) else "", ""
        while at < min(len(text), _FAR_ENOUGH) and not street:
            place, length = self._next(text[at : at + _LONGEST], within)
            if place is None:
                at += 1
                continue
            at += length
            within = place.code
            if self._is_county(place.code) or self._regions.is_outside(place.code):
                county, street = place.code, place.street
        return Found(county, street)

    def _is_county(self, code: str) -> bool:
        return bool(code) and len(region_prefix(code)) == 6

    def _next(self, text: str, within: str) -> tuple[NamedPlace | None, int]:
        """The longest name that the text begins with and that lies inside what was named before."""
        for length in range(len(text), 1, -1):
            if text[:length] in self._names:
                place = self._names.meant(text[:length], within=within)
                if place is not None and (place.code != within or place.street):
                    if place.kind is PlaceKind.STREET and place.short and length < len(text):
                        continue  # 和平 in 和平里小区 is no street
                    return place, length
        return None, 0
