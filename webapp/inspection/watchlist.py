"""Who was found wanting again and again: employers and sources with what was reported and checked of them, and how long it took.

Counted are reports of the area that came in, and checks of it that ended, within the days of the parameter `watchlist_days`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Select, select

from webapp.access import Grant
from webapp.db import now, session
from webapp.inspection.models import STALE, UPHELD, Check, Decision, PublicReport, Verdict
from webapp.inspection.queries import reports
from webapp.reach import reached
from webapp.reference import queries as reference


@dataclass(slots=True)
class Entry:
    """`spans`: from receipt to decision, of what was decided."""

    name: str
    reports: int = 0
    open: int = 0
    upheld: int = 0
    false: int = 0
    stale: int = 0
    spans: list[timedelta] = field(default_factory=list)

    @property
    def findings(self) -> int:
        return self.upheld + self.false + self.stale

    @property
    def usual_span(self) -> timedelta | None:
        """The median."""
        return timedelta(seconds=median(span.total_seconds() for span in self.spans)) if self.spans else None


@dataclass(frozen=True, slots=True)
class Watchlist:
    employers: list[Entry]
    sources: list[Entry]
    handled: Entry
    """All reports of the area together."""


def since() -> datetime:
    return now() - timedelta(days=reference.whole("watchlist_days"))


def watchlist(grants: Sequence[Grant]) -> Watchlist:
    """Employers with at least `watchlist_least` findings, and every source; the most findings first."""
    employers: dict[str, Entry] = {}
    sources: dict[str, Entry] = {}
    everything = Entry("全部举报")
    for employer, source, decision, received_at, decided_at in session().execute(_reports(grants)):
        for entry in (employers.setdefault(employer, Entry(employer)), sources.setdefault(source, Entry(source)), everything):
            _add_report(entry, decision, received_at, decided_at)
    for employer, source, verdict in session().execute(_checks(grants)):
        for entry in (employers.setdefault(employer, Entry(employer)), sources.setdefault(source, Entry(source))):
            entry.false += verdict is Verdict.FALSE
            entry.stale += verdict in STALE
    least = reference.whole("watchlist_least")
    return Watchlist(_ordered(one for one in employers.values() if one.findings >= least), _ordered(sources.values()), everything)


def _add_report(entry: Entry, decision: Decision | None, received_at: datetime, decided_at: datetime | None) -> None:
    entry.reports += 1
    entry.upheld += decision in UPHELD
    if decided_at is None:
        entry.open += 1
    else:
        entry.spans.append(decided_at - received_at)


def _ordered(entries: Iterable[Entry]) -> list[Entry]:
    return sorted((one for one in entries if one.findings or one.reports), key=lambda one: (-one.findings, -one.reports, one.name))


def _reports(grants: Iterable[Grant]) -> Select[str, str, Decision | None, datetime, datetime | None]:
    columns = (PublicReport.employer_name, PublicReport.source, PublicReport.decision, PublicReport.received_at, PublicReport.decided_at)
    return select(*columns).where(reached(PublicReport.region, grants), PublicReport.received_at >= since())


def _checks(grants: Iterable[Grant]) -> Select[str, str, Verdict | None]:
    found = [Verdict.FALSE, *STALE]
    columns = select(Check.employer_name, Check.source, Check.verdict)
    return columns.where(reached(Check.region, grants), Check.verdict.in_(found), Check.judged_at >= since())


FIGURES = {"reports": "收到的举报", "open": "没有办结的举报", "upheld": "属实的举报", "false": "抽查虚假", "stale": "抽查失效"}
"""The figures of an entry."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows a figure counts: of an employer, of a source, or of everybody; `figure` names it, "" all of them."""

    employer: str = ""
    source: str = ""
    figure: str = ""

    @property
    def has_reports(self) -> bool:
        return self.figure in {"", "reports", "open", "upheld"}

    @property
    def has_checks(self) -> bool:
        return self.figure in {"", "false", "stale"}


def reports_about(wanted: Wanted, grants: Iterable[Grant]) -> Select[PublicReport]:
    """The latest first."""
    rows = reports(grants).where(PublicReport.received_at >= since()).order_by(None).order_by(PublicReport.id.desc())
    if wanted.employer:
        rows = rows.where(PublicReport.employer_name == wanted.employer)
    if wanted.source:
        rows = rows.where(PublicReport.source == wanted.source)
    if wanted.figure == "open":
        return rows.where(PublicReport.decided_at.is_(None))
    return rows.where(PublicReport.decision.in_(list(UPHELD))) if wanted.figure == "upheld" else rows


def checks_about(wanted: Wanted, grants: Iterable[Grant]) -> Select[Check]:
    """The latest first."""
    verdicts = {"false": [Verdict.FALSE], "stale": list(STALE)}.get(wanted.figure, [Verdict.FALSE, *STALE])
    rows = select(Check).where(reached(Check.region, grants), Check.verdict.in_(verdicts), Check.judged_at >= since())
    if wanted.employer:
        rows = rows.where(Check.employer_name == wanted.employer)
    if wanted.source:
        rows = rows.where(Check.source == wanted.source)
    return rows.order_by(Check.judged_at.desc(), Check.id)
