"""Questions about campaigns, checks and reports; each says whose rows it answers. What is outside the scope does not exist."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import defer

from webapp import sealing
from webapp.access import Grant
from webapp.accounts.models import Person
from webapp.db import now, session
from webapp.inspection.models import (
    Call,
    Campaign,
    CampaignState,
    Check,
    PublicReport,
    ReportState,
    Stratum,
    Transfer,
)
from webapp.postings.models import Posting
from webapp.reach import reached
from webapp.reference.models import PhoneEntry

_LONG = (defer(PublicReport.evidence), defer(PublicReport.text_sealed), defer(PublicReport.note_sealed))
"""What a list of reports does not show and need not read."""


# staff


def names(people: Iterable[UUID | None]) -> dict[UUID, str]:
    """Of colleagues, for a page of their own house."""
    keys = {key for key in people if key is not None}
    return {person.id: person.name or "未填姓名" for person in session().scalars(select(Person).where(Person.id.in_(keys)))}


# campaigns


def campaigns(grants: Iterable[Grant]) -> Select[Campaign]:
    """Those whose whole region lies in the planner's reach, the latest first."""
    return select(Campaign).where(reached(Campaign.region, grants)).order_by(Campaign.id.desc())


def campaign(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Campaign | None:
    wanted = select(Campaign).where(Campaign.id == key, reached(Campaign.region, grants))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def published() -> Select[Campaign]:
    return select(Campaign).where(Campaign.state == CampaignState.PUBLISHED).order_by(Campaign.published_at.desc(), Campaign.id.desc())


def published_campaign(key: UUID) -> Campaign | None:
    return session().scalar(select(Campaign).where(Campaign.id == key, Campaign.state == CampaignState.PUBLISHED))


def last_campaign(region: str, since: datetime) -> Campaign | None:
    """The latest of exactly this region that was begun since then and not given up."""
    wanted = select(Campaign).where(Campaign.region == region, Campaign.created_at >= since, Campaign.state != CampaignState.CANCELLED)
    return session().scalar(wanted.order_by(Campaign.id.desc()).limit(1))


def strata(campaign: Campaign) -> Sequence[Stratum]:
    """Of a campaign the caller has already found in its own scope, in the order of the draw: by the characters' codes, as no database sorts."""
    found = session().scalars(select(Stratum).where(Stratum.campaign_id == campaign.id))
    return sorted(found, key=lambda stratum: (stratum.county, stratum.source))


def checks_of(campaign: Campaign) -> Select[Check]:
    return select(Check).where(Check.campaign_id == campaign.id).order_by(Check.number)


def check_in(campaign: Campaign, key: UUID, *, for_change: bool = False) -> Check | None:
    wanted = select(Check).where(Check.id == key, Check.campaign_id == campaign.id)
    return session().scalar(wanted.with_for_update() if for_change else wanted)


@dataclass(frozen=True, slots=True)
class Progress:
    """One inspector's share of a campaign."""

    inspector_id: UUID
    checks: int
    done: int


def progress(campaign: Campaign) -> list[Progress]:
    counted = (
        select(Check.inspector_id, func.count(), func.count(Check.verdict))
        .where(Check.campaign_id == campaign.id)
        .group_by(Check.inspector_id)
        .order_by(Check.inspector_id)
    )
    return [Progress(inspector, checks, done) for inspector, checks, done in session().execute(counted)]


# an inspector's own


def own_checks(person_id: UUID, grants: Iterable[Grant], *, done: bool = False) -> Select[Check]:
    """The checks this inspector has in campaigns that run; only where their reach still covers them. What is due first comes first."""
    state = Check.verdict.is_not(None) if done else Check.verdict.is_(None)
    order = (Check.judged_at.desc(), Check.number) if done else (Campaign.due_on, Campaign.id, Check.number)
    return _own(person_id, grants).where(state).order_by(*order)


def own_check(key: UUID, person_id: UUID, grants: Iterable[Grant]) -> Check | None:
    """Whatever became of its campaign."""
    return session().scalar(select(Check).where(Check.id == key, Check.inspector_id == person_id, reached(Check.region, grants)))


def drawable_check(key: UUID, person_id: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Check | None:
    """One this inspector could have been drawn for, whatever its state and whoever has it now: what is written about it is refused with a
    reason and not with a page that is not found."""
    wanted = select(Check).where(Check.id == key, reached(Check.region, grants))
    check = session().scalar(wanted.with_for_update() if for_change else wanted)
    if check is None:
        return None
    roster = session().get_one(Campaign, check.campaign_id).roster
    return check if str(person_id) in {roster[place] for place in check.eligible} else None


def _own(person_id: UUID, grants: Iterable[Grant]) -> Select[Check]:
    running = and_(Campaign.id == Check.campaign_id, Campaign.state == CampaignState.RUNNING)
    return select(Check).join(Campaign, running).where(Check.inspector_id == person_id, reached(Check.region, grants))


def calls_of(checks: Iterable[Check]) -> dict[UUID, list[Call]]:
    """Check -> its attempts, the first one first."""
    keys = [check.id for check in checks]
    found: dict[UUID, list[Call]] = {key: [] for key in keys}
    for call in session().scalars(select(Call).where(Call.check_id.in_(keys)).order_by(Call.at, Call.id)):
        found[call.check_id].append(call)
    return found


def campaigns_of(checks: Iterable[Check]) -> dict[UUID, Campaign]:
    keys = {check.campaign_id for check in checks}
    return {row.id: row for row in session().scalars(select(Campaign).where(Campaign.id.in_(keys)))}


def postings_of(rows: Iterable[Check | PublicReport]) -> dict[UUID, Posting]:
    """As they are now."""
    keys = {row.posting_id for row in rows}
    return {row.id: row for row in session().scalars(select(Posting).where(Posting.id.in_(keys)))}


# reports


def reports(grants: Iterable[Grant]) -> Select[PublicReport]:
    """Of the handler's area; what is due first comes first."""
    return select(PublicReport).where(reached(PublicReport.region, grants)).options(*_LONG).order_by(PublicReport.due_at, PublicReport.id)


QUEUES: Mapping[str, str] = {
    "waiting": "待受理",
    "mine": "我办理的",
    "offered": "请我接手",
    "in_hand": "全部办理中",
    "late": "已超期",
    "decided": "已办结",
}
"""The tabs of the desk."""


def queue(name: str, person_id: UUID, grants: Iterable[Grant]) -> Select[PublicReport]:
    wanted = reports(grants).where(_in_queue(name, person_id))
    if name == "decided":
        return wanted.order_by(None).order_by(PublicReport.decided_at.desc(), PublicReport.id)
    return wanted


def queue_counts(person_id: UUID, grants: Sequence[Grant]) -> dict[str, int]:
    counted = select(*(func.count().filter(_in_queue(name, person_id)) for name in QUEUES)).where(reached(PublicReport.region, grants))
    return dict(zip(QUEUES, session().execute(counted).one(), strict=True))


def _in_queue(name: str, person_id: UUID) -> ColumnElement[bool]:
    state = PublicReport.state
    return {
        "waiting": state == ReportState.RECEIVED,
        "mine": and_(state == ReportState.IN_HAND, PublicReport.handler_id == person_id),
        "offered": and_(state == ReportState.IN_HAND, PublicReport.offered_id == person_id),
        "in_hand": state == ReportState.IN_HAND,
        "late": and_(state != ReportState.DECIDED, PublicReport.due_at < now()),
        "decided": state == ReportState.DECIDED,
    }[name]


def report(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> PublicReport | None:
    wanted = select(PublicReport).where(PublicReport.id == key, reached(PublicReport.region, grants))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def about_same(report: PublicReport, grants: Iterable[Grant]) -> Sequence[PublicReport]:
    """The other reports of the same posting, inside the handler's area."""
    return session().scalars(reports(grants).where(PublicReport.posting_id == report.posting_id, PublicReport.id != report.id)).all()


def reports_by(person_id: UUID) -> Select[PublicReport]:
    """What a signed-in person reported and wanted to be told of, the latest first."""
    return select(PublicReport).where(PublicReport.reporter_id == person_id).options(*_LONG).order_by(PublicReport.id.desc())


def code_index(number: str, code: str) -> bytes:
    return sealing.blind("report_code", f"{number}:{code}")


def report_by_code(number: str, code: str) -> PublicReport | None:
    """The number alone opens nothing."""
    return session().scalar(select(PublicReport).where(PublicReport.number == number, PublicReport.code_index == code_index(number, code)))


def report_once(once: UUID) -> PublicReport | None:
    return session().scalar(select(PublicReport).where(PublicReport.once == once))


def number_is_taken(number: str) -> bool:
    return bool(session().scalar(select(exists().where(PublicReport.number == number))))


def transfers_of(report: PublicReport) -> Sequence[Transfer]:
    return session().scalars(select(Transfer).where(Transfer.report_id == report.id).order_by(Transfer.at, Transfer.id)).all()


def open_reports(posting_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Posting -> how many reports of it are not decided."""
    counted = select(PublicReport.posting_id, func.count()).where(
        PublicReport.posting_id.in_(list(posting_ids)), PublicReport.state != ReportState.DECIDED
    )
    return dict(session().execute(counted.group_by(PublicReport.posting_id)).all())


# the phone book


def phone_book(grants: Iterable[Grant]) -> Select[PhoneEntry]:
    """The lines of the keeper's area."""
    wanted = select(PhoneEntry).where(reached(PhoneEntry.region, grants))
    return wanted.order_by(PhoneEntry.region, PhoneEntry.purpose, PhoneEntry.number)


def phone_entry(key: UUID, grants: Iterable[Grant]) -> PhoneEntry | None:
    return session().scalar(select(PhoneEntry).where(PhoneEntry.id == key, reached(PhoneEntry.region, grants)))
