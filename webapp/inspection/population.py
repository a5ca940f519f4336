"""What a campaign draws from: the postings that are open at an instant and fulfil what its definition says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, select

from webapp.access import Grant
from webapp.db import now, session, today
from webapp.inspection.drawing import Layer, digest, layers_of
from webapp.postings import figures
from webapp.postings.figures import Slice
from webapp.postings.models import Posting, PostingState
from webapp.postings.queries import open_now, reach

DIRECT = "用人单位直接发布"
NAMELESS = "来源未注明平台"
_SOURCE = case((Posting.source_id.is_(None), DIRECT), (Posting.source_title == "", NAMELESS), else_=Posting.source_title)


@dataclass(frozen=True, slots=True)
class Definition:
    """`rows`: region, origin, platform and class of occupation, as figures name them; `open_days`: shown for at least so many days."""

    rows: Slice
    open_days: int = 0

    @classmethod
    def of(cls, raw: Mapping[str, str]) -> "Definition | None":
        """None where it names something that is none."""
        rows = Slice.of({**raw, "state": PostingState.OPEN.value})
        days = raw.get("open_days", "").strip() or "0"
        if rows is None or not rows.region or not days.isascii() or not days.isdigit() or len(days) > 3:
            return None
        return cls(rows, int(days))

    def arguments(self) -> dict[str, str]:
        return {**self.rows.arguments(), "open_days": str(self.open_days)}

    def words(self) -> list[str]:
        return [*figures.words(self.rows), *([f"发布或收录满 {self.open_days} 天"] if self.open_days else [])]

    def conditions(self, on: date) -> Iterable[ColumnElement[bool]]:
        yield open_now()
        yield Posting.region.is_not(None)
        yield from self.rows.conditions()
        if self.open_days:
            yield Posting.valid_from <= on - timedelta(days=self.open_days)


@dataclass(frozen=True, slots=True)
class Population:
    """Frozen at `taken_at`."""

    definition: Definition
    taken_at: datetime
    layers: tuple[Layer, ...]

    @property
    def count(self) -> int:
        return sum(len(layer.keys) for layer in self.layers)

    @property
    def digest(self) -> str:
        return digest(self.layers)


def take(definition: Definition) -> Population:
    """Reads the keys of the population as it is now."""
    wanted = select(Posting.region, _SOURCE, Posting.id).where(*definition.conditions(today()))
    return Population(definition, now(), layers_of((row[0], row[1], row[2]) for row in session().execute(wanted)))


def source_of(posting: Posting) -> str:
    """The source's name as the strata say it."""
    return " ".join(posting.source_title.split()) or NAMELESS if posting.is_forwarded else DIRECT


def platforms(grants: Iterable[Grant]) -> list[str]:
    """The platforms whose postings are open in this area now, for a choice."""
    wanted = select(Posting.source_title).where(reach(grants), open_now(), Posting.source_title != "").distinct()
    return sorted(session().scalars(wanted))
