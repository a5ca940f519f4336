"""Every periodic job of the house, in one list, and when it is due.

The relay asks several times a minute. A job is planned by inserting (name, minute) and recording the fact in one transaction, so two
relays plan it once; after an outage the last missed minute is planned, and only that one. The work itself is a delivery like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.exc import IntegrityError

from webapp import ledger
from webapp.access import Actor
from webapp.casework.destinations import comparing
from webapp.db import LOCAL_ZONE, reading, today, transaction
from webapp.demand import reminding
from webapp.employers import operations as employers
from webapp.events import Event, IndexCheckDue, UpkeepDue
from webapp.inspection.operations import campaigns, forgetting
from webapp.ledger import ScheduleRun
from webapp.outlets import planning, tending
from webapp.outlets import queries as outlets
from webapp.postings import operations as postings
from webapp.postings.applying import clock as applying
from webapp.postings.life import operations as life
from webapp.sources import duplicates, pulling, storing
from workers import retention, serving

Renew = Callable[[], None]
Work = Callable[[Renew], object]


@dataclass(frozen=True, slots=True)
class Daily:
    """At one time of the wall calendar (Asia/Shanghai has no summer time)."""

    at: time

    def last_due(self, moment: datetime) -> datetime:
        local = moment.astimezone(LOCAL_ZONE)
        due = datetime.combine(local.date(), self.at, LOCAL_ZONE)
        return due if due <= local else due - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Every:
    """Each `span`, counted from the epoch, so every process means the same minutes; `offset` keeps jobs apart."""

    span: timedelta
    offset: timedelta = timedelta()

    def last_due(self, moment: datetime) -> datetime:
        start = datetime.fromtimestamp(0, UTC) + self.offset
        return start + (moment - start) // self.span * self.span


@dataclass(frozen=True, slots=True)
class Job:
    """`work` runs in the batch queue; a job without one is announced by `event` to whoever listens.

    `needed` says whether there is anything to do: one that is due each minute is planned, and written into the audit, only then.
    """

    name: str
    plan: Daily | Every
    work: Work | None = None
    event: Callable[[str], Event] | None = None
    needed: Callable[[], bool] | None = None

    def announce(self, due: datetime) -> Event:
        minute = due.astimezone(UTC).isoformat(timespec="minutes")
        return self.event(minute) if self.event is not None else UpkeepDue(self.name, minute)


def _expire_postings(renew: Renew) -> None:
    postings.expire(today(), by=Actor.SYSTEM)


def _group_postings(renew: Renew) -> None:
    duplicates.group_all(by=Actor.SYSTEM, renew=renew)


def _forget_files(renew: Renew) -> None:
    storing.forget_old()


def _remind_of_recheck(renew: Renew) -> None:
    with transaction():
        employers.remind_of_recheck(today(), by=Actor.SYSTEM)


def _remind_officers(renew: Renew) -> None:
    reminding.remind_officers(renew, on=today())


def _watch_inspection(renew: Renew) -> None:
    """Reminds inspectors of what is due, and planners of a month without a campaign."""
    with transaction():
        campaigns.remind(on=today(), by=Actor.SYSTEM)
    renew()
    with transaction():
        campaigns.propose(on=today(), by=Actor.SYSTEM)


def _forget_inspection(renew: Renew) -> None:
    while True:
        with transaction():
            touched = forgetting.forget(on=today(), by=Actor.SYSTEM)
        if not touched:
            return
        renew()


def _remind_of_ends(renew: Renew) -> None:
    life.remind(today(), renew)
    life.close_stale(today(), renew, by=Actor.SYSTEM)


def _forget_comparisons(renew: Renew) -> None:
    comparing.forget_old(renew)


SCHEDULE: tuple[Job, ...] = (
    Job("expire_postings", Daily(time(0, 5)), work=_expire_postings),
    Job("pull_sources", Every(timedelta(minutes=1)), work=pulling.pull_due, needed=pulling.is_due),
    Job("forget_comparisons", Daily(time(3, 50)), work=_forget_comparisons),
    Job("group_postings", Daily(time(2, 30)), work=_group_postings),
    Job("forget_files", Daily(time(3, 40)), work=_forget_files),
    Job("remind_of_ends", Daily(time(8, 20)), work=_remind_of_ends),
    Job("remind_of_recheck", Daily(time(8, 40)), work=_remind_of_recheck),
    Job("remind_officers", Daily(time(7, 30)), work=_remind_officers),
    Job("count_services", Daily(time(1, 10)), work=serving.count_services),
    Job("evaluate_programmes", Daily(time(1, 40)), work=serving.evaluate_programmes),
    Job("ask_again", Daily(time(6, 50)), work=serving.ask_again),
    Job("purge", Daily(time(3, 30)), work=retention.purge),
    Job("purge_files", Daily(time(4, 10)), work=retention.purge_files),
    Job("lapse_applications", Daily(time(0, 40)), work=applying.lapse),
    Job("remind_to_answer", Daily(time(8, 30)), work=applying.remind_to_answer),
    Job("remind_of_registrations", Daily(time(8, 40)), work=applying.remind_of_registrations),
    Job("remind_of_interviews", Every(timedelta(minutes=30), timedelta(minutes=5)), work=applying.remind_of_interviews),
    Job("forget_inspection", Daily(time(3, 40)), work=_forget_inspection),
    Job("watch_inspection", Daily(time(8, 0)), work=_watch_inspection),
    Job("forget_processes", Every(timedelta(hours=1), timedelta(minutes=50)), work=retention.forget_processes),
    Job("check_index", Every(timedelta(hours=1), timedelta(minutes=20)), event=IndexCheckDue),
    Job("publish_due", Every(timedelta(minutes=1)), work=tending.publish_due, needed=planning.is_publication_due),
    Job("serve_outlets", Every(timedelta(minutes=1)), work=tending.serve, needed=outlets.is_service_due),
)
_WORK = {job.name: job.work for job in SCHEDULE if job.work is not None}


def plan(moment: datetime) -> list[str]:
    """Plans what is due and was not planned yet; answers its names. A second call for the same minute plans nothing."""
    return [job.name for job in SCHEDULE if _plan_one(job, job.plan.last_due(moment))]


def _plan_one(job: Job, due: datetime) -> bool:
    minute = int(due.timestamp()) // 60
    with reading() as session:
        if session.get(ScheduleRun, (job.name, minute)) is not None:
            return False
        if job.needed is not None and not job.needed():
            return False
    try:
        with transaction() as writing:
            writing.add(ScheduleRun(name=job.name, minute=minute))
            writing.flush()
            ledger.record(job.announce(due), by=Actor.SYSTEM)
    except IntegrityError:  # another relay planned it between our look and our insert
        return False
    return True


def run(event: UpkeepDue, renew: Renew) -> None:
    """Carries out a planned job. A job that this version no longer knows is done."""
    work = _WORK.get(event.job)
    if work is not None:
        work(renew)
