"""Which destinations a year knows, what proves them, and what may not be said: small tables, asked where they are needed."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from webapp.db import session
from webapp.reference.destination_models import ComparisonPurpose, DestinationCode, DestinationGroup, EvidenceKind, PressurePhrase
from webapp.reference.models import PlaceKind, PlaceName

UNDATED = 0
GROUPS = {group.value: group.label for group in DestinationGroup}


def table_year(cohort: int | None) -> int:
    """The year whose dictionary answers for this year of graduation: its own, else the one whose year is not known."""
    known = session().scalar(select(DestinationCode.year).where(DestinationCode.year == (cohort or UNDATED)).limit(1))
    return UNDATED if known is None else known


def codes_of(year: int) -> Sequence[DestinationCode]:
    return session().scalars(select(DestinationCode).where(DestinationCode.year == year).order_by(DestinationCode.code)).all()


def years() -> Sequence[int]:
    """The latest first."""
    return session().scalars(select(DestinationCode.year).distinct().order_by(DestinationCode.year.desc())).all()


def evidence_kinds() -> Sequence[EvidenceKind]:
    """Refused ones too: who holds such a paper has to read why it does not count."""
    return session().scalars(select(EvidenceKind).order_by(EvidenceKind.weight, EvidenceKind.code)).all()


def evidence_kind(code: str) -> EvidenceKind | None:
    return session().get(EvidenceKind, code)


def pressure_phrases() -> Sequence[PressurePhrase]:
    return session().scalars(select(PressurePhrase).order_by(PressurePhrase.code)).all()


def purposes() -> Sequence[ComparisonPurpose]:
    return session().scalars(select(ComparisonPurpose).order_by(ComparisonPurpose.code)).all()


def purpose(code: str) -> ComparisonPurpose | None:
    return session().get(ComparisonPurpose, code)


def labels() -> dict[tuple[int, str], str]:
    """(year of the table, code) -> its label."""
    return {(row.year, row.code): row.label for row in session().scalars(select(DestinationCode))}


def street_names(codes: Iterable[str]) -> dict[str, str]:
    """Nine digits -> the name of the street or town, as far as it is known."""
    wanted = select(PlaceName.street, PlaceName.name).where(
        PlaceName.street.in_({code for code in codes if code}), PlaceName.kind == PlaceKind.STREET
    )
    return {str(code): str(name) for code, name in session().execute(wanted)}
