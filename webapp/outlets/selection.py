"""Which open postings are meant, as a small typed value: what an outlet takes, and what a publication chooses of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func

from webapp.postings.models import Posting
from webapp.postings.queries import within
from webapp.reference import queries as reference
from webapp.reference.models import EmploymentType


@dataclass(frozen=True, slots=True)
class Selection:
    """ "" and () leave a condition out. `occupations` are 大类 of the 职业分类大典; what has no code then is not meant."""

    region: str = ""
    occupations: tuple[str, ...] = ()
    employment_types: tuple[str, ...] = ()
    direct_only: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Selection":
        return cls(
            region=str(kept.get("region", "")),
            occupations=tuple(kept.get("occupations", ())),
            employment_types=tuple(kept.get("employment_types", ())),
            direct_only=bool(kept.get("direct_only")),
        )

    def kept(self) -> dict[str, Any]:
        """As it is stored: without what says nothing, in one order."""
        said: dict[str, Any] = {
            "region": self.region,
            "occupations": sorted(self.occupations),
            "employment_types": sorted(self.employment_types),
            "direct_only": self.direct_only,
        }
        return {name: value for name, value in said.items() if value}

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        if self.region:
            yield within(self.region)
        if self.occupations:
            yield func.substr(Posting.occupation, 1, 1).in_(self.occupations)
        if self.employment_types:
            yield Posting.employment_type.in_(self.employment_types)
        if self.direct_only:
            yield Posting.source_id.is_(None)

    def words(self) -> list[str]:
        """What it says, for a page; nothing: every open posting."""
        said = [reference.regions().name(self.region)] if self.region else []
        said += [reference.occupations().name(code) for code in self.occupations]
        said += [label for value, label in EmploymentType.choices() if value in self.employment_types]
        return said + (["只要用人单位直接发布的"] if self.direct_only else [])


EVERYTHING = Selection()
