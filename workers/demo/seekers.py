"""Made-up seekers: who they are, the searches they saved, and the applications they sent to open postings of their city."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from random import Random
from uuid import UUID

from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import Base
from webapp.events import SearchSaved, SeekerProfileChanged
from webapp.postings.models import Posting
from webapp.postings.reading import understand
from webapp.reference import queries as reference
from webapp.reference.models import Education
from webapp.seekers.filing import analysis_mark, filing_word
from webapp.seekers.models import SavedSearch, SeekerProfile
from workers.demo import applying, content
from workers.demo.calendar import DAY, Calendar, dice, key, working_minute
from workers.demo.content import Trade
from workers.demo.employers import SHOWN_COUNTY, Settled
from workers.demo.people import make_person, phone, registered
from workers.demo.postings import SHOWN_TRADE

COUNT = 620
_FIRST = 3000
SHOWN = _FIRST
"""The seeker whose sign-in is printed: a welder of the shown city."""
MATCHED_DAYS = 2
"""Searches were saved in the evening before these days; what opened since is matched and told after the load."""
_SEARCHERS, _SENT, _FORGOTTEN = 170, 900, 30


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
            bundles.append(applying.told(self._calendar, place, person, posting, of_employer[posting.employer_id], chance, max(opened, since)))
        return bundles

    def forgotten(self, settled: Iterable[Settled], expired: Iterable[tuple[Posting, int]]) -> list[list[Base]]:
        """A few that were sent soon after an expired posting opened, which nobody ever answered: the clock ended them."""
        of_employer = {one.employer.id: one for one in settled}
        bundles = []
        for place, (posting, opened) in enumerate(pair for pair in expired if pair[1] < -applying.LAPSE_MINUTES - 3 * DAY):
            person, _, since = self.people[1 + place * 7 % (COUNT - 1)]
            if place < _FORGOTTEN and posting.employer_id is not None and since < opened:
                bundles.append(applying.forgotten(self._calendar, place, person, posting, of_employer[posting.employer_id], opened))
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
        since=calendar.instant(minute),
        updated_at=calendar.instant(minute),
    )
    profile.about = chance.choice(content.wording().seeker_about)  # sealed under the row's key, so the key comes first
    return profile
