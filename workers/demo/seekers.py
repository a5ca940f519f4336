"""Made-up seekers: who they are, the searches they saved, and the applications they sent to open postings of their city."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from random import Random
from uuid import UUID

from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import Base
from webapp.events import ApplicationOpened, ApplicationSent, ApplicationWithdrawn, SearchSaved, SeekerProfileChanged
from webapp.notices.models import NoticeKind
from webapp.postings.applying.models import Application, ApplicationState
from webapp.postings.models import Posting
from webapp.postings.reading import understand
from webapp.reference import queries as reference
from webapp.reference.models import Education
from webapp.seekers.filing import analysis_mark, filing_word
from webapp.seekers.models import SavedSearch, SeekerProfile
from workers.demo import content
from workers.demo.calendar import DAY, Calendar, dice, key, working_minute
from workers.demo.content import Trade
from workers.demo.employers import SHOWN_COUNTY, Settled
from workers.demo.people import make_person, phone, registered
from workers.demo.postings import SHOWN_TRADE, notice_of

COUNT = 620
_FIRST = 3000
SHOWN = _FIRST
"""The seeker whose sign-in is printed: a welder of the shown city."""
MATCHED_DAYS = 2
"""Searches were saved in the evening before these days; what opened since is matched and told after the load."""
_SEARCHERS, _SENT = 170, 900


def shown_phone() -> str:
    return phone(SHOWN)


class Seekers:
    def __init__(self, calendar: Calendar, password_hash: str) -> None:
        self._calendar = calendar
        self.people: list[tuple[Person, str, int]] = []
        """Person, county of residence, and the minute of the registration."""
        self.bundles: list[list[Base]] = []
        counties = list(content.counties())
        for place in range(COUNT):
            chance = dice(f"seeker:{place}")
            is_shown = place == 0
            county = SHOWN_COUNTY if is_shown else chance.choice(counties)
            minute = working_minute(chance, chance.randint(6, 160))
            email = f"seeker{place:03d}@example.com" if is_shown or place % 25 == 0 else None
            person = make_person(calendar, _FIRST + place, minute=minute, email=email, password_hash=password_hash if is_shown else None)
            self.people.append((person, county, minute))
            self.bundles.append(self._bundle(person, county, chance, minute, place))

    def _bundle(self, person: Person, county: str, chance: Random, minute: int, place: int) -> list[Base]:
        rows = registered(self._calendar, person, minute=minute)
        by = Actor(person.id, Role.SEEKER.value, "web")
        trade = content.trades()[SHOWN_TRADE] if place == 0 else _trade_of(county, chance)
        if place % 6 != 5:  # every sixth never filled the profile in
            rows += [
                _profile(self._calendar, person, county, trade, chance, minute + 20),
                self._calendar.entry(SeekerProfileChanged(str(person.id)), by=by, minute=minute + 20),
            ]
        if place < _SEARCHERS:
            rows += self._searches(person, county, trade, chance, place == 0)
        return rows

    def _searches(self, person: Person, county: str, trade: Trade, chance: Random, is_shown: bool) -> list[Base]:  # noqa: FBT001 - one call, beside
        city = f"{county[:4]}00"
        word = min(_plain_titles(trade), key=len)
        wanted = [(word, city)]
        if is_shown:
            wanted = [("焊工", city), ("数控", city), ("普工", city)]
        elif chance.random() < 0.4:
            wanted.append((chance.choice(("会计", "司机", "保安", "保洁", "普工", "客服", "文员")), chance.choice((county, city))))
        minute = -(MATCHED_DAYS + 1) * DAY + chance.randint(18 * 60, 23 * 60)
        found: list[Base] = []
        for text, region in dict.fromkeys(wanted):
            saved = SavedSearch(
                id=key(f"search:{person.id}:{text}:{region}", minute),
                person_id=person.id,
                name=f"{text} · {reference.regions().name(region)}"[:80],
                criteria={"q": text, "region": region},
                region=region,
                word=filing_word(understand(text).wishes),
                filed_by=analysis_mark(),
                by_email=person.email_index is not None,
                created_at=self._calendar.instant(minute),
            )
            found += [saved, self._calendar.entry(SearchSaved(str(saved.id)), by=Actor(person.id, Role.SEEKER.value, "web"), minute=minute)]
        return found

    def applications(self, settled: Iterable[Settled], openings: Iterable[tuple[Posting, int]]) -> list[list[Base]]:
        """`openings`: open postings with the minute in which they opened. One bundle an application."""
        of_employer = {one.employer.id: one for one in settled}
        nearby: dict[str, list[tuple[Posting, int]]] = defaultdict(list)
        for posting, minute in openings:
            nearby[(posting.region or "")[:4]].append((posting, minute))
        bundles: list[list[Base]] = []
        sent: set[tuple[object, object]] = set()
        for place in range(_SENT):
            chance = dice(f"application:{place}")
            person, county, since = self.people[0] if place < 4 else chance.choice(self.people)
            posting, opened = _choose(place, chance, nearby[county[:4]], of_employer)
            if (person.id, posting.id) in sent:
                continue
            sent.add((person.id, posting.id))
            assert posting.employer_id is not None, "only postings of employers here are applied to"
            bundles.append(_application(self._calendar, place, person, posting, of_employer[posting.employer_id], chance, max(opened, since)))
        return bundles


def _choose(place: int, chance: Random, nearby: list[tuple[Posting, int]], of_employer: Mapping[UUID, Settled]) -> tuple[Posting, int]:
    """A third of what is sent in the shown employer's city goes to it, so that its owner finds some."""
    shown = [pair for pair in nearby if pair[0].employer_id and of_employer[pair[0].employer_id].plan.is_shown]
    return chance.choice(shown if shown and place % 3 == 0 else nearby)


def _trade_of(county: str, chance: Random) -> Trade:
    """A trade that this county's employers look for."""
    kind = content.kinds()[chance.choice(content.counties()[county])]
    return content.trades()[chance.choices(list(kind.roles), list(kind.roles.values()))[0]]


def _plain_titles(trade: Trade) -> list[str]:
    return [title for title in trade.titles if "{" not in title and "（" not in title and len(title) >= 2]


def _profile(calendar: Calendar, person: Person, county: str, trade: Trade, chance: Random, minute: int) -> SeekerProfile:
    profile = SeekerProfile(
        person_id=person.id,
        region=county,
        education=max(chance.choice(trade.education), chance.choice((Education.JUNIOR_MIDDLE.value, Education.SENIOR_MIDDLE.value))),
        experience_years=chance.choice((0, 1, 2, 3, 5, 8, 12, 20)),
        wanted="、".join(chance.sample(_plain_titles(trade), min(2, len(_plain_titles(trade))))),
        skills=chance.sample(trade.skills, min(2, len(trade.skills))),
        updated_at=calendar.instant(minute),
    )
    profile.about = chance.choice(content.wording().seeker_about)  # sealed under the row's key, so the key comes first
    return profile


def _application(calendar: Calendar, place: int, person: Person, posting: Posting, settled: Settled, chance: Random, possible: int) -> list[Base]:
    """`possible`: the minute from which the person was here and the posting was open."""
    minute = chance.randint(max(possible + 1, -20 * DAY), -1)
    by = Actor(person.id, Role.SEEKER.value, "web")
    message = chance.choice(content.wording().messages)
    application = Application(
        id=key(f"application:{place}", minute),
        number=f"{calendar.day(minute):%Y%m%d}{place * 104_729 % 100_000_000:08d}",
        posting_id=posting.id,
        person_id=person.id,
        state=ApplicationState.SENT,
        shares_phone=chance.random() < 0.7,
        sent_at=calendar.instant(minute),
    )
    application.message = message
    rows: list[Base] = [application, calendar.entry(ApplicationSent(str(application.id)), by=by, minute=minute)]
    subject = f"{application.id}:{application.sent_at:%Y%m%d%H%M%S}"
    title, path = f"岗位“{posting.title}”收到新的应聘", f"/employer/postings/{posting.id}/applications"
    for member, _ in settled.authors:
        rows.append(notice_of(calendar, member.id, NoticeKind.APPLICATION, subject, minute, title=title, path=path))
    return rows + _fate(calendar, application, settled, by, chance, minute)


def _fate(calendar: Calendar, application: Application, settled: Settled, by: Actor, chance: Random, minute: int) -> list[Base]:
    """Half were opened by the employer, a few taken back."""
    luck, later = chance.random(), min(-1, minute + chance.randint(30, 2 * DAY))
    if later <= minute or luck >= 0.6:
        return []
    if luck < 0.06:
        application.state, application.withdrawn_at = ApplicationState.WITHDRAWN, calendar.instant(later)
        return [calendar.entry(ApplicationWithdrawn(str(application.id)), by=by, minute=later)]
    application.seen_at = calendar.instant(later)
    member, role = settled.authors[0]
    return [calendar.entry(ApplicationOpened(str(application.id)), by=Actor(member.id, role.value, "web"), minute=later)]
