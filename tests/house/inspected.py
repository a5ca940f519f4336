"""What the town holds for the routes of inspection: a campaign in each state, checks, reports and a line of the phone book."""

from typing import Any
from uuid import UUID

from tests.factories.inspection import inspecting, judge, make_campaign, make_draw, make_inspector, make_report, make_taken
from tests.factories.postings import make_forwarded
from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.db import new_key, session, today, transaction
from webapp.inspection.models import Campaign, Verdict
from webapp.inspection.operations import campaigns, phones
from webapp.inspection.phone_file import PhoneRow
from webapp.inspection.population import DIRECT
from webapp.postings.models import Posting, PostingState
from webapp.reference.models import PhonePurpose


def build(who: dict[str, Person], posts: dict[PostingState, UUID]) -> dict[str, Any]:
    """The inspector leads and checks; the reviewer of the same city has nothing in hand, the one of Qingdao sees none of it."""
    inspector = who["inspector"]
    rows: dict[str, Any] = {"prepared": make_campaign(inspector).id, "roster": [str(inspector.id), str(who["reviewer"].id)]}
    running, checks = make_draw(inspector)
    rows |= {"running": running.id, "check": next(check.id for check in checks if check.source == DIRECT)}
    finished, published = (_finished(inspector) for _ in range(2))
    with transaction():
        campaigns.publish(session().get_one(Campaign, published), by=inspecting(inspector))
    make_forwarded(region="370202")
    rows |= {"finished": finished, "published": published, "qingdao": make_campaign(make_inspector("370200"), region="370200").id}
    return rows | _reported(inspector, posts) | {"phone": _phone(), "reviewer": str(who["reviewer"].id)}


def _finished(inspector: Person) -> UUID:
    campaign, checks = make_draw(inspector)
    with transaction():
        for check in checks:
            judge(check, Verdict.VALID)
        campaigns.finish(session().get_one(Campaign, campaign.id), by=inspecting(inspector))
    return campaign.id


def _reported(inspector: Person, posts: dict[PostingState, UUID]) -> dict[str, Any]:
    with transaction():
        posting = session().get_one(Posting, posts[PostingState.OPEN])
    waiting, code = make_report(posting, phone="13933334444")
    mine, _ = make_report(posting, phone="13933334444")
    make_taken(mine, inspector)
    return {"waiting": waiting.id, "mine": mine.id, "number": waiting.number, "code": code, "once": str(new_key())}


def _phone() -> UUID:
    row = PhoneRow(region="370102", purpose=PhonePurpose.RIGHTS, number="0531-10000001")
    with transaction():
        return phones.save(None, row, by=Actor.SYSTEM).id


def addresses(rows: dict[str, Any], posts: dict[PostingState, UUID]) -> dict[tuple[str, str], dict[str, Any]]:
    check = {"key": rows["running"], "check_key": rows["check"]}
    by_key: dict[str, tuple[str, ...]] = {
        "running": ("campaign", "population_file", "redraw", "campaign_checks", "finish_campaign", "cancel_campaign"),
        "prepared": ("draw_campaign",),
        "finished": ("publish_campaign",),
        "published": ("published", "published_population"),
        "check": ("check", "log_call", "show_check_contact"),
        "waiting": ("report", "take_report"),
        "mine": ("offer_report", "show_reporter", "decide_report", "transfer_report", "report_pack"),
        "phone": ("edit_phone", "remove_phone"),
    }
    found = {(name, ""): {"key": rows[key]} for key, names in by_key.items() for name in names}
    found |= {(name, ""): check for name in ("campaign_check", "reopen_check", "reassign_check")}
    elsewhere = ("campaign", "population_file", "redraw", "campaign_checks", "cancel_campaign")
    found |= {(name, "of Qingdao"): {"key": rows["qingdao"]} for name in elsewhere}
    found |= {(name, "still running"): {"key": rows["running"]} for name in ("published", "published_population")}
    found |= {("redraw", "not drawn"): {"key": rows["prepared"]}, ("watch_one", ""): {"employer": "济南甲乙机械有限公司"}}
    for name in ("report_posting", "send_report"):
        found |= {(name, case): {"key": posts[state]} for case, state in _SEEN.items()}
    return {(f"inspection.{name}", case): keys for (name, case), keys in found.items()}


_SEEN = {"": PostingState.OPEN, "a draft": PostingState.DRAFT, "taken down": PostingState.TAKEN_DOWN}


def answers(rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {
        "send_report": {"kind": "fee", "text": "面试时要交三百元。", "once": rows["once"]},
        "answer": {"number": rows["number"], "code": rows["code"]},
        "new_campaign": {"title": "抽查", "region": "370100", "rate": "5", "due_on": f"{today()}"},
        "draw_campaign": {"seed": "12345678", "roster": rows["roster"]},
        "cancel_campaign": {"reason": "范围划错"},
        "reopen_check": {"reason": "打错了单位"},
        "log_call": {"outcome": "reached", "verdict": "valid"},
        "offer_report": {"person": rows["reviewer"]},
        "decide_report": {"decision": "unfounded", "outcome": "没有收费。"},
        "transfer_report": {"transfer-office": "labour", "transfer-office_name": "历下区劳动监察大队", "transfer-reason": "扣押证件"},
        "new_phone": {"region": "370102", "purpose": "rights", "number": "0531-10000002"},
        "edit_phone": {"region": "370102", "purpose": "rights", "number": "0531-10000003"},
    }
    found = {(f"inspection.{name}", ""): data for name, data in told.items()}
    wrong = {"number": rows["number"], "code": "AAAA2222"}
    return found | {("inspection.answer", "wrong code"): wrong, ("inspection.cancel_campaign", "of Qingdao"): told["cancel_campaign"]}
