"""What the town holds for the routes of casework: a case of its own, one of another city, a line that can be taken back, a saved filter."""

from typing import Any

from tests.factories.casework import caseworking, make_case
from webapp.accounts.models import Person
from webapp.casework.desk import logging, operations
from webapp.casework.desk.logging import Call, Outcome
from webapp.casework.models import Case
from webapp.db import session, today, transaction


def build(who: dict[str, Person]) -> dict[str, Any]:
    caseworker = who["caseworker"]
    mine, elsewhere = make_case(caseworker=caseworker), make_case(region="370202")
    with transaction():
        case = session().get_one(Case, mine.id)
        step = logging.log_call(case, Call(Outcome.NO_ANSWER, today()), by=caseworking(caseworker), on=today())
        saved = operations.save_filter("新来的", {"shelf": "new"}, person_id=caseworker.id)
    return {"case": mine.id, "elsewhere": elsewhere.id, "step": step.id, "filter": saved.id, "caseworker": str(caseworker.id)}


def addresses(rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    about = ("case", "open_case", "show", "set_next", "sheet", "log_call")
    found: dict[tuple[str, str], dict[str, Any]] = {(name, ""): {"key": rows["case"]} for name in about}
    found |= {(name, "of Qingdao"): {"key": rows["elsewhere"]} for name in about}
    found |= {("undo_call", ""): {"key": rows["case"], "step_key": rows["step"]}, ("remove_filter", ""): {"key": rows["filter"]}}
    return {(f"casework.{name}", case): keys for (name, case), keys in found.items()}


def answers(rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, str]]:
    told = {
        "show": {"purpose": "call"},
        "set_next": {"then-waiting": "nobody"},
        "log_call": {"outcome": "reached", "channel": "phone"},
        "save_filter": {"name": "等我们", "query": "shelf=for_us"},
        "chosen": {"cases": str(rows["case"])},
        "hand_over": {"cases": str(rows["case"]), "caseworker": rows["caseworker"], "reason": "调岗"},
        "message_many": {"cases": str(rows["case"]), "text": "周六有招聘会。"},
    }
    return {(f"casework.{name}", case): data for name, data in told.items() for case in ("", "of Qingdao")}
