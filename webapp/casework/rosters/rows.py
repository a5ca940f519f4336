"""One row of a list as what it says of a person. What a row leaves out stays empty; what cannot be read is a reason to send it back."""

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from webapp.accounts.identity import age_on, born_on
from webapp.casework.models import Sex, TagKind
from webapp.casework.rosters.cells import checked_year, day_of, id_number_of, name_of, phones_of, text_of, year_of
from webapp.casework.rosters.places import Found, Places
from webapp.casework.rosters.reading import Cells
from webapp.casework.rosters.values import BadRow, Field, RowRefused, Told, Unmatched
from webapp.reference import queries as reference

_JOINED = frozenset({Field.HOUSEHOLD, Field.LIVING})
"""Fields that some lists part over columns: 省, 市, 县."""
_GROUPS = re.compile(r"[、,，;；/|\s]+")
_WITHOUT_SEX = "9"
"""Permits of foreigners number differently."""
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Study:
    school: str
    school_code: str | None
    education: int
    major: str
    major_code: str | None


class RowReader:
    """Reads the rows of one file, or one form. `year`: of rows that say none. `home`: where whoever imports works."""

    def __init__(self, fields: list[Field | None], *, year: int | None, home: str, on: date) -> None:
        self._at: dict[Field, list[int]] = {}
        for number, field in enumerate(fields):
            if field is not None:
                self._at.setdefault(field, []).append(number)
        self._year, self._on = year, on
        self._youngest = reference.whole("minimum_working_age", on=on)
        self._places = Places(home)
        self._schools, self._majors, self._words = reference.schools(), reference.majors(), reference.roster_words()
        self._kept: dict[Hashable, Any] = {}

    def read(self, cells: Cells) -> Told:
        """Raises RowRefused with the first reason that applies."""
        name, number = name_of(self._cell(cells, Field.NAME)), id_number_of(self._cell(cells, Field.ID_NUMBER))
        sex = self._person(cells, number)
        graduated_on = day_of(self._cell(cells, Field.GRADUATED_ON))
        year = self._year_of(cells, graduated_on)
        phone, other = phones_of(self._cell(cells, Field.PHONE), self._cell(cells, Field.OTHER_PHONE))
        household, living, street, lost = self._where(cells)
        texts = tuple(self._text(cells, field) for field in (Field.SCHOOL, Field.SCHOOL_CODE, Field.EDUCATION, Field.MAJOR, Field.MAJOR_CODE))
        study = self._once(("study", *texts), lambda: self._study(*texts))
        groups, unknown = self._groups(self._text(cells, Field.HARDSHIP))
        address = self._text(cells, Field.ADDRESS)
        if Unmatched.STREET in lost:
            address = " ".join(dict.fromkeys(text for text in (self._text(cells, Field.STREET), address) if text))
        return Told(
            id_number=number,
            name=name,
            year=year,
            sex=sex,
            phone=phone,
            other_phone=other,
            household=household,
            living=living,
            street=street,
            address=address[:120],
            school=study.school,
            school_code=study.school_code,
            education=study.education,
            major=study.major,
            major_code=study.major_code,
            graduated_on=graduated_on,
            hardship=groups,
            unmatched=(*lost, *self._unmatched(study), *unknown),
        )

    def _cell(self, cells: Cells, field: Field) -> object:
        """The first column of this field that says anything."""
        for number in self._at.get(field, ()):
            if number < len(cells) and cells[number] not in ("", None):
                return cells[number]
        return None

    def _text(self, cells: Cells, field: Field) -> str:
        if field not in _JOINED:
            return text_of(self._cell(cells, field))
        return " ".join(dict.fromkeys(text for number in self._at.get(field, ()) if number < len(cells) and (text := text_of(cells[number]))))

    def _once(self, key: Hashable, answer: Callable[[], _Answer]) -> _Answer:
        if key not in self._kept:
            self._kept[key] = answer()
        found: _Answer = self._kept[key]
        return found

    def _person(self, cells: Cells, number: str) -> Sex | None:
        """What the ID number says of the person, held against what the row says."""
        born = born_on(number)
        if age_on(born, self._on) < self._youngest:
            raise RowRefused(BadRow.TOO_YOUNG)
        told = day_of(self._cell(cells, Field.BORN_ON))
        if told is not None and (told.year, told.month) != (born.year, born.month):
            raise RowRefused(BadRow.BIRTH_DIFFERS)
        value = self._words.value("sex", self._text(cells, Field.SEX))
        told_sex = next((sex for sex in Sex if sex.value == value), None)
        if number.startswith(_WITHOUT_SEX):
            return told_sex
        sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
        if told_sex is not None and told_sex is not sex:
            raise RowRefused(BadRow.SEX_DIFFERS)
        return sex

    def _year_of(self, cells: Cells, graduated_on: date | None) -> int:
        year = year_of(self._cell(cells, Field.YEAR), self._on)
        if year is None and graduated_on is not None:
            year = checked_year(graduated_on.year, self._on)
        if year is None and self._year is None:
            raise RowRefused(BadRow.NO_YEAR)
        return year if year is not None else checked_year(self._year or 0, self._on)

    def _where(self, cells: Cells) -> tuple[str, str, str, tuple[Unmatched, ...]]:
        texts = tuple(self._text(cells, field) for field in (Field.HOUSEHOLD, Field.LIVING, Field.STREET))
        household, living, street, lost = self._once(("where", *texts), lambda: self._placed(*texts))
        county = living or household
        if not street and not texts[2] and county:
            street = self._places.street_in(self._text(cells, Field.ADDRESS), county)
        return household, living, street, lost

    def _placed(self, household: str, living: str, street: str) -> tuple[str, str, str, tuple[Unmatched, ...]]:
        of_household, of_living = self._place(household), self._place(living)
        if (household or living) and not (of_household.county or of_living.county):
            raise RowRefused(BadRow.BAD_PLACE)
        county = of_living.county or of_household.county
        named = self._places.find(street, within=county).street if street and county else ""
        lost = [Unmatched.STREET] if street and not named else []
        if (household and not of_household.county) or (living and not of_living.county):
            lost.append(Unmatched.PLACE)
        return of_household.county, of_living.county, named or of_living.street or of_household.street, tuple(lost)

    def _place(self, text: str) -> Found:
        return self._places.find(text) if text else Found()

    def _study(self, school: str, school_code: str, education: str, major: str, major_code: str) -> _Study:
        rank = self._words.value("education", education) if education else "0"
        if rank is None:
            raise RowRefused(BadRow.BAD_EDUCATION)
        of_register, of_catalogue = self._schools.meant(school, school_code), self._majors.meant(major, int(rank), major_code)
        return _Study(
            (of_register.name if of_register else school)[:60],
            (of_register.code or None) if of_register else None,
            int(rank),
            (of_catalogue.name if of_catalogue else major)[:60],
            (of_catalogue.code or None) if of_catalogue else None,
        )

    def _unmatched(self, study: _Study) -> tuple[Unmatched, ...]:
        return self._once(("unmatched", study.school, study.major, study.education), lambda: self._not_found(study))

    def _not_found(self, study: _Study) -> tuple[Unmatched, ...]:
        lost = [Unmatched.SCHOOL] if study.school and self._schools.meant(study.school) is None else []
        if study.major and self._majors.meant(study.major, study.education) is None:
            lost.append(Unmatched.MAJOR)
        return tuple(lost)

    def _groups(self, text: str) -> tuple[tuple[TagKind, ...], tuple[Unmatched, ...]]:
        return self._once(("groups", text), lambda: self._grouped(text)) if text else ((), ())

    def _grouped(self, text: str) -> tuple[tuple[TagKind, ...], tuple[Unmatched, ...]]:
        """A word nobody knows still says that somebody is in need: it counts as 其他困难."""
        kinds = {kind.value: kind for kind in TagKind}
        whole = self._words.value("hardship", text)
        words = [text] if whole else [word for word in _GROUPS.split(text) if word]
        values = [word if word in kinds else self._words.value("hardship", word) for word in words]
        found = [kinds.get(value or "other") for value in values if value != "none"]
        lost = (Unmatched.HARDSHIP,) if None in values else ()
        return tuple(dict.fromkeys(kind for kind in found if kind is not None)), lost
