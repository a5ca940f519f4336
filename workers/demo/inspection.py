"""The shown city's spot checks, one finished and published and one under way, and reports of the public in every state.

Everything is done by the room's own operations, as of the days it is said to have happened; only what they do to postings is dated by hand.
Postings that anybody applied to, and those of the shown employer, are found in order, so that what is shown of them elsewhere stays true.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import cycle
from uuid import UUID

from sqlalchemy import exists, select

from webapp.access import Actor, Role
from webapp.accounts import queries as people
from webapp.accounts.models import Person
from webapp.db import new_key, session, transaction
from webapp.inspection import population
from webapp.inspection.models import CallOutcome, Campaign, Check, Decision, Effect, Office, PublicReport, ReportKind, Verdict
from webapp.inspection.operations import campaigns, checks, reports
from webapp.inspection.population import Definition
from webapp.notices.models import Notice, NoticeKind
from webapp.postings.applying.models import Application
from webapp.postings.models import Posting, PostingReview, PostingState
from workers.demo import seekers
from workers.demo.calendar import DAY, Calendar, dice
from workers.demo.employers import Plan, name_of, plans
from workers.demo.staff import SHOWN_CITY

_TAKEN, _PUBLISHED = -12 * DAY + 9 * 60, -DAY + 16 * 60
"""Of the finished campaign; its calls lie between."""
_OPEN_DAYS = 15
"""What the finished campaign draws from was open before it began."""
_FOUND = (Verdict.FALSE, Verdict.FILLED, Verdict.UNREACHABLE, Verdict.STOPPED)
_VERDICTS = tuple(verdict for found in _FOUND for verdict in (Verdict.VALID, found)) + (Verdict.VALID,) * 12
"""In turn, of those that may be found wanting."""
_REASONS = {Verdict.FALSE: "按登记的地址和电话核实，单位表示没有设这个岗位"}
_REMARKS = ("人事接的电话，说还在招。", "前台转人事，情况与岗位写的一致。", "")
_REPORTS: tuple[tuple[ReportKind, str, int], ...] = (
    (ReportKind.FEE, "面试完让先交三百元服装费，说转正以后退。", -2),
    (ReportKind.FEE, "我也去面试了，同样要交服装费，没有收据。", -1),
    (ReportKind.FALSE, "写的是包住，到了才说宿舍还没有盖好。", -3),
    (ReportKind.DISCRIMINATION, "电话里说只要本地户口的，别的不考虑。", -9),
    (ReportKind.FALSE, "打了三天电话都说已经招满了，网上还挂着。", -5),
    (ReportKind.OTHER, "工资写的是每月，去了说要扣掉一部分作押金。", -6),
)
"""Kind, words, day of receipt; the first two are about one posting."""


def inspect(calendar: Calendar) -> None:
    """All or nothing, and once: a load that was ended finds it done or not begun."""
    with transaction():
        if session().scalar(select(Campaign.id).limit(1)) is not None:
            return
        inspector, citys, provinces = (_staff(f"{sign_in}@example.com") for sign_in in ("inspector", "reviewer.linyi", "reviewer"))
        _finished(calendar, inspector, provinces)  # the city's let the direct postings through, and checks none of them
        _running(calendar, inspector, citys)
        _reported(calendar, inspector)


def _staff(email: str) -> Person:
    person = people.person_by_email(email)
    assert person is not None, f"{email} is no sign-in of the demo"
    return person


def _by(person: Person, role: Role = Role.INSPECTOR) -> Actor:
    return Actor(person.id, role.value, "web")


def _prepare(title: str, calendar: Calendar, inspector: Person, *, minute: int, rate: int, due: int, **definition: str) -> Campaign:
    defined = Definition.of({"region": SHOWN_CITY, **definition})
    assert defined is not None
    taken = replace(population.take(defined), taken_at=calendar.instant(minute))
    campaign = campaigns.prepare(title, taken, rate=rate, due_on=calendar.day(due), by=_by(inspector))
    session().flush()
    return campaign


def _drawn(campaign: Campaign, typed: str, inspector: Person, other: Person, *, at: datetime) -> list[Check]:
    roster = [inspector.id, other.id]
    campaigns.fix_seed(campaign, typed, roster, by=_by(inspector))
    drawn = campaigns.draw(campaign, campaigns.sample(campaign), roster, by=_by(inspector), at=at)
    session().flush()
    return drawn


def _finished(calendar: Calendar, inspector: Person, other: Person) -> None:
    campaign = _prepare("上月岗位抽查", calendar, inspector, minute=_TAKEN, rate=2500, due=-DAY, origin="direct", open_days=f"{_OPEN_DAYS}")
    drawn = _drawn(campaign, f"{calendar.today:%Y%m}5713", inspector, other, at=calendar.instant(_TAKEN + 40))
    verdicts = cycle(_VERDICTS)
    for place, check in enumerate(drawn):
        spared = _is_spared(session().get_one(Posting, check.posting_id))
        _work_off(calendar, check, place, Verdict.VALID if spared else next(verdicts))
    campaigns.finish(campaign, by=_by(inspector), at=calendar.instant(_PUBLISHED - 30))
    campaigns.publish(campaign, by=_by(inspector), at=calendar.instant(_PUBLISHED))
    for notice in session().scalars(select(Notice).where(Notice.subject == f"{campaign.id}:drawn")):
        notice.read_at = calendar.instant(_TAKEN + 90)


def _work_off(calendar: Calendar, check: Check, place: int, verdict: Verdict) -> None:
    chance = dice(f"check:{place}")
    by, day = Actor(check.inspector_id, Role.INSPECTOR.value, "web"), chance.randint(-11, -5)
    minute = day * DAY + chance.randint(9 * 60, 17 * 60)
    if verdict is Verdict.UNREACHABLE:
        for days in range(2):
            checks.log(check, CallOutcome.NO_ANSWER, by=by, at=calendar.instant(minute + days * DAY))
        checks.log(check, CallOutcome.NO_ANSWER, verdict, by=by, at=calendar.instant(minute + 2 * DAY))
    else:
        remark = chance.choice(_REMARKS) if verdict is Verdict.VALID else ""
        checks.log(check, CallOutcome.REACHED, verdict, reason=_REASONS.get(verdict, ""), remark=remark, by=by, at=calendar.instant(minute))
    if check.effect in {Effect.STOPPED, Effect.TAKEN_DOWN} and check.judged_at is not None:
        _date(check.posting_id, check.judged_at)


def _is_spared(posting: Posting) -> bool:
    applied = session().scalar(select(exists().where(Application.posting_id == posting.id)))
    return bool(applied) or posting.employer_name == name_of(_shown_plan())


def _shown_plan() -> Plan:
    return next(plan for plan in plans() if plan.is_shown)


def _date(posting_id: UUID, at: datetime) -> None:
    """A posting that was closed as of an earlier day, with the decision about it."""
    session().flush()
    session().get_one(Posting, posting_id).closed_at = at
    last = select(PostingReview).where(PostingReview.posting_id == posting_id).order_by(PostingReview.id.desc()).limit(1)
    session().scalars(last).one().at = at


def _running(calendar: Calendar, inspector: Person, other: Person) -> None:
    """Drawn yesterday; some calls of yesterday are written down, most are still to be made."""
    begun = -DAY + 17 * 60
    campaign = _prepare("本月岗位抽查", calendar, inspector, minute=begun, rate=500, due=9 * DAY)
    drawn = _drawn(campaign, f"{calendar.today:%Y%m}2086", inspector, other, at=calendar.instant(begun + 20))
    for place, check in enumerate(drawn[: len(drawn) // 3]):
        by, at = Actor(check.inspector_id, Role.INSPECTOR.value, "web"), calendar.instant(begun + 25 + 4 * place)
        if place % 3:
            checks.log(check, CallOutcome.REACHED, Verdict.VALID, remark=_REMARKS[place % 3], by=by, at=at)
        else:
            checks.log(check, CallOutcome.NO_ANSWER, by=by, at=at)


def _reported(calendar: Calendar, inspector: Person) -> None:
    """Waiting, one of them overdue; in hand; mended; unfounded; handed on."""
    postings = _free_postings(calendar.today)
    received = list(_received(calendar, [next(postings), *(next(postings) for _ in _REPORTS[2:])]))
    for report in received[2:]:
        if report.kind is not ReportKind.DISCRIMINATION:
            reports.take(report, by=_by(inspector))
    session().flush()
    _, _, mended, _, unfounded, handed_on = received
    reports.decide([unfounded], Decision.UNFOUNDED, "单位还在招人，电话当天占线。", note="现场看过招聘台账。", by=_by(inspector))
    reports.decide(
        [handed_on],
        Decision.TRANSFER,
        "涉及克扣工资，已移送劳动保障监察。",
        office=Office.LABOUR,
        office_name="劳动保障监察支队（演示）",
        by=_by(inspector),
    )
    reports.decide([mended], Decision.MEND, "宿舍下月才能入住，已要求改正岗位内容。", by=_by(inspector))
    again, _ = reports.receive(
        session().get_one(Posting, mended.posting_id),
        ReportKind.FALSE,
        "我也遇到了，宿舍没有盖好。",
        once=new_key(),
        origin=_origin(99),
        by=_stranger(),
    )
    session().flush()
    reports.take(again, by=_by(inspector))
    for notice in session().scalars(select(Notice).where(Notice.kind == NoticeKind.REPORT, Notice.person_id == inspector.id)):
        notice.read_at = calendar.instant(-60)


def _received(calendar: Calendar, postings: Sequence[Posting]) -> Iterator[PublicReport]:
    shown = people.person_by_phone(seekers.shown_phone())
    for place, (kind, text, day) in enumerate(_REPORTS):
        posting = postings[max(0, place - 1)]
        at = calendar.instant(day * DAY + 10 * 60 + 37 * place)
        reporter = {"reporter_id": shown.id} if shown and place == len(_REPORTS) - 2 else {}
        report, _ = reports.receive(posting, kind, text, once=new_key(), origin=_origin(place), by=_stranger(), at=at, **reporter)
        yield report


def _stranger() -> Actor:
    return Actor(None, "visitor", "web")


def _origin(number: int) -> bytes:
    """Of a network nobody is in."""
    return sha256(f"demo:{number}".encode()).digest()


def _free_postings(on: date) -> Iterator[Posting]:
    """Open postings of the shown city that nobody applied to or checks, opened before any of the reports."""
    applied = select(Application.posting_id)
    checked = select(Check.posting_id)
    wanted = select(Posting).where(Posting.state == PostingState.OPEN, Posting.region.startswith(SHOWN_CITY[:4]), Posting.source_id.is_(None))
    wanted = wanted.where(Posting.id.not_in(applied), Posting.id.not_in(checked), Posting.employer_name != name_of(_shown_plan()))
    yield from session().scalars(wanted.where(Posting.valid_from <= on - timedelta(days=_OPEN_DAYS)).order_by(Posting.seq.desc())).all()
