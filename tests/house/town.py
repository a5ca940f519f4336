"""A small town for the tests of every route: one person per role and a few in the wrong place, and real rows they own or may not see.

It is built once, as a SQLite file. After every request that changed something the file is put back, so that each expectation of
`routes.csv` meets the same rows.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import delete, update

from tests.factories.accounts import make_code, make_person, make_staff, relay_lives
from tests.factories.employers import employer_values, make_employer, make_member, make_uscc, owner_of
from tests.factories.notices import make_notice
from tests.factories.postings import make_application, make_posting
from tests.factories.seekers import make_saved_search
from tests.house import inspected
from webapp import db
from webapp.access import STAFF, Actor, Role
from webapp.accounts import operations as accounts
from webapp.accounts import queries as people
from webapp.accounts.models import LoginCode, Person, RoleGrant, Session
from webapp.db import now, session, today, transaction
from webapp.employers.models import Employer, EmployerState
from webapp.ledger import Delivery, DeliveryState, Entry
from webapp.postings import index_care, unfound
from webapp.postings.models import IndexRunKind, Posting, PostingState, SearchTally
from webapp.reference.operations import add_wording

LATER = timedelta(hours=2)
WRONG_PLACE = ("other_seeker", "other_employer", "other_reviewer", "other_system_admin")
"""The same role as somebody else's, with another employer or another city."""
ID_NUMBER = "370102199003074519"
EVERYWHERE, IN_JINAN, IGNORED, STAFF_WORD = "扫街的", "铲墙皮的", "随便找找", "刮大白的"
"""What was searched without a place, in one city, what Jinan took off the report, and a word that staff explained."""


@dataclass
class Town:
    """`tokens` opens each person's session; `rows` are the keys an address is made of."""

    tokens: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    posts: dict[PostingState, UUID] = field(default_factory=dict)
    inspected: dict[str, Any] = field(default_factory=dict)

    def addresses(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What an address is made of, by endpoint and case; an endpoint that is not here needs nothing."""
        open_, draft = {"key": self.posts[PostingState.OPEN]}, {"key": self.posts[PostingState.DRAFT]}
        code, employer = {"code_id": self.rows["code"]}, {"employer_id": self.rows["employer"]}
        membership = employer | {"person_id": self.rows["colleague"]}
        told: dict[str, dict[str, Any]] = {
            "static": {"filename": "css/zhilu.css"},
            "accounts.end_session": {"session_id": self.rows["session"]},
            "accounts.confirm_email": {"token": self.rows["letter"]},
            "postings.apply": open_,
            "postings.detail": open_,
            "postings.application": {"key": self.rows["application"]},
            "postings.withdraw_application": {"key": self.rows["application"]},
            "postings.applications": open_,
            "postings.open_application": open_ | {"application_key": self.rows["application"]},
            "postings.review": {"key": self.posts[PostingState.IN_REVIEW]},
            "postings.figure_rows": {"state": "open"},
            "postings.search_word": {"word": EVERYWHERE},
            "matching.save_search": {"q": "电焊工"},
            "notices.read": {"key": self.rows["notice"]},
        }
        for room, names, keys in (
            ("accounts", ("sign_in_code", "register_with_code", "code_again", "password_by_code"), code),
            ("accounts", ("staff_change", "staff_revoke", "staff_disable", "staff_enable"), {"person_id": self.rows["staff"]}),
            ("employers", ("edit", "members", "add_member"), employer),
            ("employers", ("remove_member", "make_owner"), membership),
            ("employers", ("verify", "show_contact", "decide"), {"employer_id": self.rows["pending"]}),
            ("matching", ("choose_email", "remove_search"), {"key": self.rows["search"]}),
            ("notices", ("retry", "close"), {"key": self.rows["delivery"]}),
            ("postings", ("edit", "check", "submit", "move", "copy"), draft),
        ):
            told |= {f"{room}.{name}": keys for name in names}
        found = {(endpoint, ""): keys for endpoint, keys in told.items()}
        found |= {("postings.detail", words): {"key": key} for words, key in self._cases().items()}
        found |= {(f"postings.{name}", "a draft"): draft for name in ("apply", "review")}
        found |= {("postings.apply", "expired"): {"key": self.posts[PostingState.EXPIRED]}}
        found |= {("accounts.register_employer", "with its aim"): {"next": "/employer/register"}}
        found |= {("accounts.sign_in_code", "wrong code"): code}
        found |= {(f"postings.{name}", "of Jinan"): {"region": "370100"} for name in ("figures", "search_report")}
        return found | inspected.addresses(self.inspected, self.posts)

    def _cases(self) -> dict[str, UUID]:
        named = {"a draft": "DRAFT", "in review": "IN_REVIEW", "taken down": "TAKEN_DOWN"}
        named |= {name.lower(): name for name in ("WITHDRAWN", "PAUSED", "FILLED", "EXPIRED")}
        return {words: self.posts[PostingState[name]] for words, name in named.items()} | {"of nobody": uuid4()}

    def answers(self) -> dict[tuple[str, str], dict[str, str]]:
        """What a form is sent with, by endpoint and case: enough to succeed; an endpoint that is not here is sent empty."""
        employer = {name: str(value) for name, value in employer_values(uscc=make_uscc()).items()}
        found = {
            "web.display": {"display": "large"},
            "postings.apply": {"shares_phone": "yes"},
            "accounts.sign_in": {"phone": "13700000001"},
            "accounts.sign_in_code": {"code": self.rows["digits"]},
            "accounts.register_with_code": {"code": self.rows["digits"], "agreed": "y"},
            "accounts.register_seeker": {"phone": "13700000002", "agreed": "y"},
            "accounts.profile": {"name": "钱多多"},
            "accounts.id_number": {"id_number": ID_NUMBER},
            "accounts.welcome": {"name": "钱多多"},
            "accounts.staff_invite": {"phone": "13700000003", "name": "周新人", "role": "caseworker", "region": "370102"},
            "accounts.staff_revoke": {"grant": str(self.rows["grant"])},
            "accounts.staff_disable": {"reason": "离职"},
            "employers.register": employer,
            "employers.edit": employer,
            "employers.add_member": {"phone": self.rows["stranger_phone"]},
            "employers.decide": {"decision": "verify", "seen": self.rows["identity"]},
            "matching.save_search": {"name": "电焊工"},
            "matching.choose_email": {"by_email": "0"},
            "postings.new": {"title": "电工"},
            "postings.edit": {"title": "电工"},
            "postings.move": {"to": "withdrawn"},
            "postings.review": {"decision": "approved", "seen": self.rows["version"]},
            "postings.add_wording": {"word": EVERYWHERE, "words": "保洁"},
            "postings.remove_wording": {"word": STAFF_WORD},
            "postings.ignore_search": {"word": EVERYWHERE},
            "postings.restore_search": {"word": IGNORED},
            "seekers.profile": {"wanted": "电工", "education": "0"},
        }
        told = {(endpoint, ""): data for endpoint, data in found.items()}
        told |= {("postings.ignore_search", "of Jinan"): {"word": IN_JINAN}}
        told |= {("accounts.register_employer", "with its aim"): {"phone": "13700000004", "agreed": "y"}}
        told |= {("accounts.sign_in_code", "wrong code"): {"code": "000000" if self.rows["digits"] != "000000" else "111111"}}
        return told | inspected.answers(self.inspected)


def build() -> Town:
    """Fills the open, migrated database."""
    town = Town()
    people_of = _people(town)
    _rows(town, people_of)
    town.inspected = inspected.build(people_of, town.posts)
    for name, person in people_of.items():
        with transaction():
            town.tokens[name] = accounts.start_session(session().get_one(Person, person.id), device="测试", by=Actor.SYSTEM)
    with transaction():
        town.rows["session"] = people.sessions_of(people_of["seeker"].id)[0].id
        session().execute(update(Session).values(seen_at=now() + LATER))  # no touch of a session may look like a change made by a page
        session().execute(update(LoginCode).values(expires_at=now() + LATER))
    relay_lives(-LATER)
    return town


def _people(town: Town) -> dict[str, Person]:
    """Everybody holds one role and no other, so that a column of the table says what the role itself may do."""
    who = {role.value: make_staff(role, "370100") for role in STAFF}
    who |= {role.value: make_person(role=role) for role in (Role.SEEKER, Role.AGENT, Role.SOURCE_NODE)}
    who |= {"other_seeker": make_person(), "other_reviewer": make_staff(Role.REVIEWER, "370200")}
    who |= {"other_system_admin": make_staff(Role.SYSTEM_ADMIN, "370200")}
    employer, other = make_employer(), make_employer(name="青岛丙丁食品有限公司", region="370202")
    who |= {"employer_owner": owner_of(employer), "employer_member": make_member(employer), "other_employer": owner_of(other)}
    town.rows |= {"employer": employer.id, "colleague": make_member(employer, make_person(name="吴同事")).id}
    members = [who[name].id for name in ("employer_owner", "employer_member", "other_employer")]
    with transaction():
        session().execute(delete(RoleGrant).where(RoleGrant.person_id.in_(members), RoleGrant.role == Role.SEEKER))
    return who


def _rows(town: Town, who: dict[str, Person]) -> None:
    with transaction():
        employer = session().get_one(Employer, town.rows["employer"])
        for state in PostingState:
            town.posts[state] = make_posting(employer=employer, state=state).id
    with transaction():
        posting = session().get_one(Posting, town.posts[PostingState.OPEN])
        town.rows["application"] = make_application(posting, who["seeker"]).id
        town.rows["version"] = str(session().get_one(Posting, town.posts[PostingState.IN_REVIEW]).version)
    pending = make_employer(state=EmployerState.PENDING)
    town.rows |= {"pending": pending.id, "identity": pending.identity}
    town.rows["search"] = make_saved_search(who["seeker"]).id
    town.rows["notice"] = make_notice(who["seeker"].id).id
    stranger = make_person(name="郑路人")
    town.rows["stranger_phone"] = stranger.phone
    code, town.rows["digits"] = make_code(stranger.phone or "")
    town.rows["code"] = code.id
    staff = make_staff(Role.CASEWORKER, "370102")
    with transaction():
        waiting = accounts.change_profile(session().get_one(Person, stranger.id), name="郑路人", email="zheng@example.com", by=Actor.SYSTEM)
        assert waiting is not None
        town.rows["letter"] = waiting.token
        town.rows |= {"staff": staff.id, "grant": people.grant_rows(staff.id)[-1].id, "delivery": _parked()}
    _searched()
    with transaction():
        index_care.keep_run(IndexRunKind.REBUILD, began=now(), postings=1, refused="新索引只有 1 个岗位")


def _searched() -> None:
    with transaction():
        for text, region in ((EVERYWHERE, ""), (IN_JINAN, "370102"), (IGNORED, "")):
            session().add(SearchTally(day=today(), text=text, region=region, searches=5, unmet=5, widened=0, empty=5))
        unfound.ignore(IGNORED, region="370100", by=Actor.SYSTEM)
        add_wording(STAFF_WORD, ["墙面粉刷"], [], by=Actor.SYSTEM)


def _parked() -> UUID:
    entry = session().query(Entry).first()
    assert entry is not None
    delivery = Delivery(entry_id=entry.id, listener="match_posting", queue="notify", state=DeliveryState.PARKED, attempts=12)
    session().add(delivery)
    session().flush()
    return delivery.id


@dataclass
class Keeper:
    """Says whether anything at all was written to the file, and puts it back."""

    live: sqlite3.Connection
    kept: sqlite3.Connection
    _seen: int = 0

    def changed(self) -> bool:
        """Since the last look. SQLite counts every change that another connection commits, of whatever table."""
        before, self._seen = self._seen, int(self.live.execute("PRAGMA data_version").fetchone()[0])
        return before != self._seen

    def put_back(self) -> None:
        db.end_reading()
        self.kept.backup(self.live)
        self.changed()


@contextmanager
def keeping(path: Path) -> Iterator[Keeper]:
    live, kept = sqlite3.connect(path, isolation_level=None), sqlite3.connect(":memory:")
    try:
        live.backup(kept)
        keeper = Keeper(live, kept)
        keeper.changed()
        yield keeper
    finally:
        live.close()
        kept.close()


def address(app: Flask, town: Town, endpoint: str, case: str) -> str:
    with app.test_request_context():
        return app.url_for(endpoint, **town.addresses().get((endpoint, case), {}))
