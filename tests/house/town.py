"""A small town for the tests of every route: one person per role and a few in the wrong place, and real rows they own or may not see.

It is built once, as a SQLite file. After every request that changed something the file is put back, so that each expectation of
`routes.csv` meets the same rows.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import delete, update

from tests.factories.accounts import make_code, make_person, make_staff, relay_lives
from tests.factories.applying import hire_of, make_application_in
from tests.factories.bulk import make_upload, row_of
from tests.factories.employers import employer_values, make_employer, make_member, make_uscc, owner_of
from tests.factories.files import PNG
from tests.factories.notices import make_notice
from tests.factories.outlets import make_outlet, make_publication
from tests.factories.postings import make_application, make_posting, posting_values
from tests.factories.reference import set_parameter
from tests.factories.seekers import make_saved_search
from tests.factories.sources import make_matrix, node_values
from tests.house import cared, demanded, inspected, listed, placed, served
from webapp import files
from webapp.access import STAFF, Actor, Role
from webapp.accounts import operations as accounts
from webapp.accounts import queries as people
from webapp.accounts.models import LoginCode, Person, RoleGrant, Session
from webapp.db import now, session, today, transaction
from webapp.employers import operations as employers
from webapp.employers.models import Employer, EmployerState
from webapp.ledger import Delivery, DeliveryState, Entry
from webapp.outlets import offering, publishing, sending
from webapp.outlets import queries as outlets
from webapp.outlets.models import Dispatch, Rhythm, Run, Way
from webapp.outlets.replies import Word
from webapp.postings import changing, index_care, unfound
from webapp.postings.applying.models import ApplicationState
from webapp.postings.life import operations as life
from webapp.postings.models import IndexRunKind, Posting, PostingState, SearchTally
from webapp.postings.reviewing import operations as reviewing
from webapp.reference.operations import add_wording

CASEWORK = (cared, listed, placed, served)
LATER = timedelta(hours=2)
SEEKERS = ("application", "withdraw_application", "change_consent", "decline_offer")
INVITED = ("interview_calendar", "confirm_interview", "ask_other_time")
APPLICANTS = ("applicant", "open_application", "move_application", "arrange_interview", "hire_applicant")
"""Pages about an application, about one with an interview, and an employer's about somebody who applied."""
WRONG_PLACE = ("other_seeker", "other_employer", "other_reviewer", "other_system_admin")
"""The same role as somebody else's, with another employer or another city."""
ID_NUMBER = "370102199003074519"
EVERYWHERE, IN_JINAN, IGNORED, STAFF_WORD = "扫街的", "铲墙皮的", "随便找找", "刮大白的"
"""What was searched without a place, in one city, what Jinan took off the report, and a word that staff explained."""
OUTLET = {"name": "济南合作机构", "kind": "partner", "region": "370100", "way": "pull", "rhythm": "continuous", "format": "jsonl"}
PLAN = {"title": "每周一", "region": "370100", "weekdays": "1", "at": "09:00", "every_hours": "0", "at_most": "20"}


@dataclass
class Town:
    """`tokens` opens each person's session; `rows` are the keys an address is made of."""

    tokens: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    posts: dict[PostingState, UUID] = field(default_factory=dict)
    inspected: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the modules of CASEWORK hold, by their names."""

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
            "postings.applications": open_,
            "postings.open_application": open_ | {"application_key": self.rows["application"]},
            "postings.remove_phrase": {"key": self.rows["phrase"]},
            "postings.refuse_applications": {"application": self.rows["application"]},
            "postings.register_hire": {"key": self.rows["hire"]},
            "postings.never_came": {"key": self.rows["hire"]},
            "postings.review": {"key": self.posts[PostingState.IN_REVIEW]},
            "postings.figure_rows": {"state": "open"},
            "postings.search_word": {"word": EVERYWHERE},
            "matching.save_search": {"q": "电焊工"},
            "notices.read": {"key": self.rows["notice"]},
            "outlets.of_posting": open_,
            "outlets.run": {"key": self.rows["run"]},
            "outlets.page": {"slug": "jinan-screen"},
            "sources.revoke_key": {"key": self.rows["node"], "key_id": self.rows["node_key"]},
            "sources.conflict": {"key": self.rows["conflict"]},
            "sources.settle_conflict": {"key": self.rows["conflict"]},
            "sources.card": {"key": self.rows["leader"]},
            "sources.part": {"key": self.rows["leader"], "other": self.rows["behind"]},
            "outlets.screen": {"slug": "jinan-screen"},
        }
        for room, names, keys in (
            ("accounts", ("sign_in_code", "register_with_code", "code_again", "password_by_code"), code),
            ("accounts", ("staff_change", "staff_revoke", "staff_disable", "staff_enable"), {"person_id": self.rows["staff"]}),
            ("employers", ("edit", "members", "add_member"), employer),
            ("employers", ("remove_member", "make_owner"), membership),
            ("employers", ("verify", "show_contact", "decide"), {"employer_id": self.rows["pending"]}),
            ("employers", ("papers",), employer),
            ("employers", ("paper", "show_paper"), employer | {"key": self.rows["paper"]}),
            ("matching", ("choose_email", "remove_search"), {"key": self.rows["search"]}),
            ("notices", ("retry", "close"), {"key": self.rows["delivery"]}),
            ("outlets", ("outlet", "change_outlet", "suspend", "resume", "retry_all", "new_key"), {"key": self.rows["outlet"]}),
            ("outlets", ("retry", "give_up"), {"key": self.rows["dispatch"]}),
            ("outlets", ("plan", "change_plan", "stop_plan", "resume_plan"), {"key": self.rows["plan"]}),
            ("postings", ("edit", "check", "submit", "move", "copy"), draft),
            ("postings", ("life", "prolong", "confirm", "save_template"), {"key": self.posts[PostingState.OPEN]}),
            ("postings", ("answer_outcome",), {"key": self.posts[PostingState.FILLED]}),
            ("postings", ("use_template", "remove_template"), {"key": self.rows["template"]}),
            ("postings", ("review", "review_take", "review_release"), {"key": self.posts[PostingState.IN_REVIEW]}),
            ("postings", ("change", "change_check", "change_move"), {"key": self.rows["changing"]}),
            ("sources", ("node", "change_node", "show_contact", "make_key", "suspend", "clear", "pull_now", "upload"), {"key": self.rows["node"]}),
            ("sources", ("resume",), {"key": self.rows["suspended"]}),
            ("sources", ("batch", "refused_rows", "receipt", "own_refused_rows", "release", "discard"), {"key": self.rows["batch"]}),
            ("bulk", ("table", "confirm", "returned"), {"key": self.rows["upload"]}),
            *demanded.addresses(self.rows),
        ):
            told |= {f"{room}.{name}": keys for name in names}
        found = {(endpoint, ""): keys for endpoint, keys in told.items()}
        found |= {("postings.detail", words): {"key": key} for words, key in self._cases().items()}
        found |= {(f"postings.{name}", ""): {"key": self.rows["application"]} for name in SEEKERS}
        found |= {(f"postings.{name}", ""): {"key": self.rows["invited"]} for name in INVITED}
        applied, asked = open_ | {"application_key": self.rows["application"]}, {"application_key": self.rows["invited"]}
        found |= {(f"postings.{name}", ""): applied for name in APPLICANTS}
        found |= {(f"postings.{name}", ""): asked | {"key": self.rows["inviting"]} for name in ("cancel_interview", "applicant_calendar")}
        found |= {(f"postings.{name}", "a draft"): draft for name in ("apply", "review")}
        found |= {("postings.apply", "expired"): {"key": self.posts[PostingState.EXPIRED]}}
        found |= {("accounts.register_employer", "with its aim"): {"next": "/employer/register"}}
        found |= {("accounts.sign_in_code", "wrong code"): code}
        found |= {("outlets.page", "no page of ours"): {"slug": "jinan-partner"}}
        found |= {("outlets.dispatches", "of the outlet"): {"outlet": self.rows["outlet"]}}
        found |= {(f"outlets.{name}", "without a key"): {"slug": "jinan-partner", "form": "jsonl"} for name in ("snapshot", "changes")}
        found |= {("outlets.receipts", "without a key"): {"slug": "jinan-partner"}}
        for name in ("receipt", "own_refused_rows"):
            found |= {
                (f"sources.{name}", "with a key"): {"key": self.rows["batch"]},
                (f"sources.{name}", "of another node"): {"key": self.rows["batch"]},
            }
        found |= {("sources.receive", case): {"mode": "delta"} for case in ("", "with a key")}
        found |= {(f"postings.{name}", "of Jinan"): {"region": "370100"} for name in ("figures", "search_report")}
        found |= inspected.addresses(self.inspected, self.posts)
        for part in CASEWORK:
            found |= part.addresses(self.parts[part.__name__])
        return found

    def headers(self) -> dict[tuple[str, str], dict[str, str]]:
        """What a request is sent with beside its cookie, by endpoint and case: the key of a node."""
        own, other = ({"Authorization": f"Bearer {self.rows[name]}"} for name in ("secret", "other_secret"))
        found = {(f"sources.{name}", "with a key"): own for name in ("receipt", "own_refused_rows")}
        found |= {(f"sources.{name}", "of another node"): other for name in ("receipt", "own_refused_rows")}
        return found | {("sources.receive", "with a key"): own | {"Idempotency-Key": "k-1"}}

    def _cases(self) -> dict[str, UUID]:
        named = {"a draft": "DRAFT", "in review": "IN_REVIEW", "taken down": "TAKEN_DOWN"}
        named |= {name.lower(): name for name in ("WITHDRAWN", "PAUSED", "FILLED", "EXPIRED")}
        return {words: self.posts[PostingState[name]] for words, name in named.items()} | {"of nobody": uuid4()}

    def answers(self) -> dict[tuple[str, str], dict[str, str]]:
        """What a form is sent with, by endpoint and case: enough to succeed; an endpoint that is not here is sent empty."""
        interview = {"day": str(today() + timedelta(days=1)), "hour": "9:30", "minutes": "60", "place": "门卫室"}
        interview |= {"contact_name": "钱主管", "contact_phone": "13800138000"}
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
            "employers.decide": {"decision": "verify", "seen": self.rows["identity"], "papers_seen": "y"},
            "outlets.new_outlet": OUTLET | {"slug": "jinan-other"},
            "outlets.change_outlet": OUTLET,
            "outlets.give_up": {"reason": "对方不收这类岗位"},
            "outlets.new_plan": PLAN | {"outlets": str(self.rows["screen"])},
            "outlets.change_plan": PLAN | {"outlets": str(self.rows["screen"])},
            "matching.save_search": {"name": "电焊工"},
            "matching.choose_email": {"by_email": "0"},
            **demanded.answers(self.rows),
            "bulk.confirm": {"aim": "submit"},
            "postings.new": {"title": "电工"},
            "postings.edit": {"title": "电工"},
            "postings.move_application": {"to": "contacted"},
            "postings.refuse_applications": {"reason": "filled"},
            "postings.arrange_interview": interview,
            "postings.ask_other_time": {"wish": "周六上午"},
            "postings.change_consent": {"given": "no"},
            "postings.hire_applicant": {"on": str(today())},
            "postings.register_hire": {"on": str(today())},
            "postings.move": {"to": "withdrawn"},
            "postings.change": {"title": "电工"},
            "postings.change_move": {"to": "drop"},
            "postings.phrases": {"text": "请写明班次。"},
            "postings.prolong": {"until": str(today() + timedelta(days=60))},
            "postings.answer_outcome": {"hired": "2", "hired_here": "1"},
            "postings.save_template": {"name": "焊工"},
            "postings.review": {"decision": "approved", "seen": self.rows["version"]},
            "postings.add_wording": {"word": EVERYWHERE, "words": "保洁"},
            "postings.remove_wording": {"word": STAFF_WORD},
            "postings.ignore_search": {"word": EVERYWHERE},
            "postings.restore_search": {"word": IGNORED},
            "sources.add_node": node_values(),
            "sources.change_node": node_values(),
            "sources.make_key": {"label": "测试"},
            "sources.suspend": {"reason": "对方停止运营"},
            "sources.clear": {"reason": "对方要求"},
            "sources.settle_conflict": {"decision": "apart", "reason": "电话核实"},
            "sources.part": {"reason": "电话核实"},
            "seekers.profile": {"wanted": "电工", "education": "0"},
        }
        told = {(endpoint, ""): data for endpoint, data in found.items()}
        told |= {("postings.ignore_search", "of Jinan"): {"word": IN_JINAN}}
        told |= {("accounts.register_employer", "with its aim"): {"phone": "13700000004", "agreed": "y"}}
        told |= {("accounts.sign_in_code", "wrong code"): {"code": "000000" if self.rows["digits"] != "000000" else "111111"}}
        told |= inspected.answers(self.inspected)
        for part in CASEWORK:
            told |= part.answers(self.parts[part.__name__])
        return told


def build() -> Town:
    """Fills the open, migrated database."""
    town = Town()
    people_of = _people(town)
    _rows(town, people_of)
    town.inspected = inspected.build(people_of, town.posts)
    town.parts = {part.__name__: part.build(people_of) for part in CASEWORK}
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
        inviting, hiring = (make_posting(employer=session().get_one(Employer, town.rows["employer"])) for _ in range(2))
        town.rows |= {"inviting": inviting.id, "invited": make_application_in(ApplicationState.INTERVIEW, posting=inviting, person=who["seeker"]).id}
        town.rows["hire"] = hire_of(make_application_in(ApplicationState.HIRED, posting=hiring, person=who["seeker"])).id
        town.rows["version"] = str(session().get_one(Posting, town.posts[PostingState.IN_REVIEW]).version)
    stored = files.lay_down(PNG, "执照.png", files.DOCUMENTS)
    with transaction():
        row = session().get_one(Employer, town.rows["employer"])
        town.rows["paper"] = employers.add_paper(row, stored, files.FileKind.LICENCE, by=Actor.SYSTEM).id
    with transaction():
        changing_row = make_posting(employer=row)
        changing.propose(changing_row, posting_values(title="钳工"), by=Actor(who["employer_owner"].id, Role.EMPLOYER_OWNER.value, "web"))
        phrase = reviewing.add_phrase("370100", "duties", "请写清楚。", by=Actor.SYSTEM)
        town.rows |= {"changing": changing_row.id, "phrase": phrase.id}
        town.rows["template"] = life.save_template(changing_row, "钳工", by=Actor.SYSTEM).id
    town.rows["upload"] = make_upload(row, row_of(), row_of(title="会计", wage_low="面议")).id
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
    _outlets(town)
    town.rows |= make_matrix()
    town.rows |= demanded.build(who, town.rows["employer"])
    with transaction():
        index_care.keep_run(IndexRunKind.REBUILD, began=now(), postings=1, refused="新索引只有 1 个岗位")


def _outlets(town: Town) -> None:
    """One that fetches and has refused a posting, and a page of ours that was published to."""
    set_parameter("feed_wrong_keys_per_minute", "10000")
    partner = make_outlet("jinan-partner", way=Way.PULL)
    screen = make_outlet("jinan-screen", way=Way.SHOW, rhythm=Rhythm.PLANNED)
    plan = make_publication(screen)
    town.rows |= {"outlet": partner.id, "screen": screen.id, "plan": plan.id}
    with transaction():
        offering.bring_up_to_date(outlets.locked(partner.id))
        publishing.carry_out(plan.id, plan.next_at)
    with transaction():
        refused = session().query(Dispatch).filter(Dispatch.outlet_id == partner.id).first()
        assert refused is not None
        sending.hear(refused, Word(refused.posting_id, refused.number, is_taken=False, text="名称里有禁用词"))
        town.rows |= {"dispatch": refused.id, "run": session().query(Run).one().id}


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


def address(app: Flask, town: Town, endpoint: str, case: str) -> str:
    with app.test_request_context():
        return app.url_for(endpoint, **town.addresses().get((endpoint, case), {}))
