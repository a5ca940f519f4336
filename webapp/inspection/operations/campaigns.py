"""The life of a campaign: its population is frozen, then it is drawn once, worked off, finished and published."""

import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select

from webapp import events
from webapp.access import Actor, Permission
from webapp.accounts.models import RoleGrant
from webapp.accounts.queries import Colleague, colleagues, gives
from webapp.db import LOCAL_ZONE, new_key, now, session, today
from webapp.employers.models import Employer
from webapp.inspection import drawing, evidence, nearness, population, queries, telling
from webapp.inspection.drawing import Layer, NobodyMayCheck
from webapp.inspection.models import NEXT, Campaign, CampaignState, Check, Stratum
from webapp.inspection.operations.refusals import NoReason, Refusal
from webapp.inspection.population import Population
from webapp.ledger import record
from webapp.postings.models import Posting
from webapp.reference import queries as reference

SEED = re.compile(r"[0-9A-Za-z]{6,40}")
_READ_AT_ONCE = 500


class IllegalMove(Refusal):
    def __init__(self, state: CampaignState, wanted: CampaignState) -> None:
        super().__init__(state, wanted)
        self.state, self.wanted = state, wanted

    def __str__(self) -> str:
        return f"抽查任务现在是“{self.state.label}”，不能改为“{self.wanted.label}”。可能别人刚刚处理过，请看最新状态"


class NothingToCheck(Refusal):
    says = "这个范围里没有招聘中的岗位，请放宽范围"


class TooMuch(Refusal):
    """The sample is larger than one campaign may be."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(size, most)
        self.size, self.most = size, most

    def __str__(self) -> str:
        return f"样本有 {self.size} 个，一次抽查最多 {self.most} 个。请降低比例，或者分地区抽查"


class BadSeed(Refusal):
    says = "种子是 6 到 40 位的数字和字母，例如当众摇出的一串号码；不填就只用系统产生的数字"


class RosterTooSmall(Refusal):
    """With fewer there is nobody to choose among."""

    def __init__(self, least: int) -> None:
        super().__init__(least)
        self.least = least

    def __str__(self) -> str:
        return f"请至少选 {self.least} 名检查人员，人太少就谈不上随机分派"


class NobodyFor(Refusal):
    def __init__(self, place: str, title: str) -> None:
        super().__init__(place, title)
        self.place, self.title = place, title

    def __str__(self) -> str:
        return (
            f"{self.place}的“{self.title}”没有可派的检查人员（要管辖当地，没有在该单位任过职，也不是审核通过它的人）。"
            "请把管辖当地的其他检查人员选进名录"
        )


class ChecksLeft(Refusal):
    says = "还有岗位没有查完。到期以后才能带着没查完的岗位结束"


def prepare(title: str, taken: Population, *, rate: int, due_on: date, by: Actor) -> Campaign:
    """Freezes the population: from now on only the seed is open. Raises NothingToCheck, TooMuch."""
    if not taken.count:
        raise NothingToCheck
    size = drawing.size_of(taken.count, len(taken.layers), rate)
    most = reference.whole("spot_check_sample_max", region=taken.definition.rows.region)
    if size > most:
        raise TooMuch(size, most)
    campaign = Campaign(
        id=new_key(),
        title=title,
        region=taken.definition.rows.region,
        definition=taken.definition.arguments(),
        taken_at=taken.taken_at,
        population=taken.count,
        digest=taken.digest,
        rate=rate,
        size=size,
        roster=[],
        due_on=due_on,
        state=CampaignState.PREPARED,
        created_by=by.person_id,
        created_at=taken.taken_at,
    )
    session().add(campaign)
    session().add_all(_strata(campaign, taken.layers))
    record(events.CampaignPrepared(str(campaign.id), taken.count, size), by=by)
    return campaign


def _strata(campaign: Campaign, layers: Sequence[Layer]) -> Iterable[Stratum]:
    sizes = drawing.allocate([len(layer.keys) for layer in layers], campaign.size)
    for layer, size in zip(layers, sizes, strict=True):
        keys = b"".join(key.bytes for key in layer.keys)
        yield Stratum(
            id=new_key(), campaign_id=campaign.id, county=layer.county, source=layer.source, population=len(layer.keys), size=size, keys=keys
        )


def fix_seed(campaign: Campaign, typed: str, roster: Iterable[UUID], *, by: Actor) -> None:
    """Once, before anything is drawn: what was typed, and digits that only now are made by the machine, so that nobody can try seeds beforehand.

    A draw that is refused is made again with the same seed. Raises IllegalMove, RosterTooSmall, BadSeed.
    """
    if campaign.state is not CampaignState.PREPARED:
        raise IllegalMove(campaign.state, CampaignState.RUNNING)
    _people(campaign, roster)
    if campaign.seed is None:
        campaign.seed = "-".join(part for part in (_plain(typed), f"{secrets.randbelow(10**16):016d}") if part)
        record(events.CampaignSeedFixed(str(campaign.id)), by=by)


def sample(campaign: Campaign) -> dict[UUID, UUID]:
    """What its seed draws: posting -> its stratum. A large population takes seconds to put in order, and cannot change any more: call it with
    no transaction open."""
    strata = queries.strata(campaign)
    drawn = drawing.draw([stratum.layer for stratum in strata], campaign.seed or "", campaign.size)
    return {key: stratum.id for stratum, keys in zip(strata, drawn, strict=True) for key in keys}


def draw(campaign: Campaign, sampled: Mapping[UUID, UUID], roster: Iterable[UUID], *, by: Actor, at: datetime | None = None) -> list[Check]:
    """Gives each drawn posting to an inspector, once. What a posting says now is kept with its check. Raises IllegalMove, RosterTooSmall,
    NobodyFor."""
    _move(campaign, CampaignState.RUNNING)
    people = _people(campaign, roster)
    campaign.roster, campaign.drawn_at = [str(one.id) for one in people], at or now()
    checks = _checks(campaign, sampled, people)
    session().add_all(checks)
    telling.tell_inspectors(campaign, Counter(check.inspector_id for check in checks))
    record(events.CampaignDrawn(str(campaign.id), len(checks), len(people)), by=by)
    return checks


def _people(campaign: Campaign, roster: Iterable[UUID]) -> list[Colleague]:
    chosen, least = set(roster), reference.whole("spot_check_roster_min", region=campaign.region)
    people = [one for one in colleagues(Permission.CHECK_RUN, campaign.region) if one.id in chosen]
    if len(people) < least:
        raise RosterTooSmall(least)
    return people


def _plain(typed: str) -> str:
    seed = unicodedata.normalize("NFKC", typed).strip()
    if seed and not SEED.fullmatch(seed):
        raise BadSeed
    return seed


def _checks(campaign: Campaign, homes: Mapping[UUID, UUID], people: Sequence[Colleague]) -> list[Check]:
    postings, employers = _drawn_postings(homes)
    eligible = _eligible(postings, people)
    try:
        given = drawing.assign(campaign.seed or "", {key: [people[place].id for place in places] for key, places in eligible.items()})
    except NobodyMayCheck as nobody:
        posting = postings[nobody.key]
        raise NobodyFor(reference.regions().name(posting.region), posting.title) from nobody
    return [
        _check(campaign, homes[key], number, postings[key], employers.get(postings[key].employer_id), eligible[key], given[key])
        for number, key in enumerate(given, 1)
    ]


def _drawn_postings(drawn: Iterable[UUID]) -> tuple[dict[UUID, Posting], dict[UUID | None, Employer]]:
    keys = list(drawn)
    found: dict[UUID, Posting] = {}
    for start in range(0, len(keys), _READ_AT_ONCE):
        found |= {row.id: row for row in session().scalars(select(Posting).where(Posting.id.in_(keys[start : start + _READ_AT_ONCE])))}
    wanted = {row.employer_id for row in found.values() if row.employer_id}
    return found, {row.id: row for row in session().scalars(select(Employer).where(Employer.id.in_(wanted)))}


def _eligible(postings: Mapping[UUID, Posting], people: Sequence[Colleague]) -> dict[UUID, list[int]]:
    """Posting -> places in the roster of those responsible for its place and not too near to it."""
    near = nearness.near(postings.values(), [one.id for one in people])

    def may(one: Colleague, posting: Posting) -> bool:
        return one.covers(posting.region or "") and (posting.id, one.id) not in near

    return {key: [place for place, one in enumerate(people) if may(one, posting)] for key, posting in postings.items()}


def _check(
    campaign: Campaign, stratum_id: UUID, number: int, posting: Posting, employer: Employer | None, eligible: list[int], inspector: UUID
) -> Check:
    said = evidence.of_posting(posting, employer, at=campaign.drawn_at)
    return Check(
        id=new_key(),
        campaign_id=campaign.id,
        stratum_id=stratum_id,
        number=number,
        posting_id=posting.id,
        region=posting.region or campaign.region,
        employer_name=posting.employer_name,
        source=population.source_of(posting),
        evidence=said,
        evidence_digest=evidence.digest(said),
        eligible=eligible,
        drawn_id=inspector,
        inspector_id=inspector,
    )


def finish(campaign: Campaign, *, by: Actor, at: datetime | None = None) -> None:
    """Nothing is checked any more. What was not checked stays so and is counted openly. Raises IllegalMove, ChecksLeft."""
    left = session().scalar(queries.checks_of(campaign).where(Check.verdict.is_(None)).order_by(None).limit(1))
    if left is not None and campaign.due_on >= today():
        raise ChecksLeft
    _move(campaign, CampaignState.FINISHED)
    campaign.finished_at = at or now()
    record(events.CampaignFinished(str(campaign.id)), by=by)


def publish(campaign: Campaign, *, by: Actor, at: datetime | None = None) -> None:
    """Anybody may read the result from now on, and draw again. Raises IllegalMove."""
    _move(campaign, CampaignState.PUBLISHED)
    campaign.published_at = at or now()
    record(events.CampaignPublished(str(campaign.id)), by=by)


def cancel(campaign: Campaign, reason: str, *, by: Actor) -> None:
    """Given up: it stays on the list with its reason, so that nobody draws until a draw pleases. Raises IllegalMove, NoReason."""
    if not reason.strip():
        raise NoReason
    _move(campaign, CampaignState.CANCELLED)
    campaign.cancel_reason = reason.strip()
    record(events.CampaignCancelled(str(campaign.id)), by=by)


def _move(campaign: Campaign, state: CampaignState) -> None:
    if state not in NEXT[campaign.state]:
        raise IllegalMove(campaign.state, state)
    campaign.state = state


def remind(*, on: date, by: Actor) -> int:
    """Tells inspectors of what they have left, once when the end is near and once when it is past; answers how many lines were written."""
    days = reference.whole("spot_check_remind_days", on=on)
    running = session().scalars(select(Campaign).where(Campaign.state == CampaignState.RUNNING)).all()
    near = [campaign for campaign in running if (campaign.due_on - on).days <= days]
    left = [(campaign, one) for campaign in near for one in queries.progress(campaign) if one.done < one.checks]
    return sum(telling.remind(campaign, one.inspector_id, one.checks - one.done) for campaign, one in left)


def propose(*, on: date, by: Actor) -> int:
    """From the day of the month that the parameter says, tells planners whose area has no campaign of this month; answers how many were."""
    told = 0
    for grant in session().scalars(select(RoleGrant).where(gives(Permission.CHECK_PLAN))):
        region = str(grant.region)
        if is_due(region, on=on):
            told += telling.propose(grant.person_id, region, reference.regions().name(region), f"{on:%Y%m}")
    return told


def is_due(region: str, *, on: date) -> bool:
    """Whether this month's campaign of the region ought to have been begun and was not."""
    if on.day < reference.whole("spot_check_monthly_day", region=region, on=on):
        return False
    month = datetime.combine(on.replace(day=1), time(), LOCAL_ZONE)
    return queries.last_campaign(region, month) is None
