"""What the town holds for the routes of destinations, comparisons and traineeships: rows of Jinan, and a case of Qingdao."""

from typing import Any

from sqlalchemy import select

from tests.factories.casework import make_case
from tests.factories.destinations import (
    CONTRACT,
    WAITING,
    ask,
    confirm,
    insured,
    make_comparison,
    make_destination,
    make_trainee_post,
    make_traineeship,
)
from tests.factories.files import PNG
from webapp import files
from webapp.access import Actor, Grant, Level, Role
from webapp.accounts.models import Person
from webapp.casework.destinations import figures
from webapp.casework.destinations.comparison_models import Conflict
from webapp.casework.destinations.models import Check
from webapp.db import session, today, transaction

CASES = ("destination", "begin_traineeship")
ELSEWHERE = ("destination", "show_destination", "ask_destination", "leave_placed", "begin_traineeship")


def build(who: dict[str, Person]) -> dict[str, Any]:
    """The caseworker of the town works for the whole city, and leads it."""
    placed, waiting, left, asked, corrected, disputed = (make_case() for _ in range(6))
    papers = [files.lay_down(PNG, "合同.png", files.DOCUMENTS) for _ in range(2)]
    rows: dict[str, Any] = {"paper": make_destination(placed, stored=papers[0]).id}
    make_destination(waiting, stored=papers[1])
    for case in (left, asked, corrected, disputed):
        make_destination(case, CONTRACT if case is left else WAITING)
    confirm(left)
    rows |= {"asked": ask(asked), "corrected": ask(corrected), "disputed": ask(disputed)}
    there = make_case(region="370202")
    make_destination(there)
    rows |= {"case": placed.id, "free": make_case().id, "left": left.id, "qingdao": there.id}
    with transaction():
        rows["check"] = session().scalars(select(Check)).one().id
        grants = (Grant(Role.CASEWORKER, Level.CITY, "370100"),)
        rows["figure"] = figures.keep(grants, "370100", 2026, by=Actor.SYSTEM, on=today()).id
    rows["comparison"] = make_comparison(insured([make_case()]), who["caseworker"]).id
    with transaction():
        rows["conflict"] = session().scalars(select(Conflict)).one().id
    post = make_trainee_post()
    rows |= {"post": post.id, "trainee": make_traineeship(make_case(), post).id, "from": post.from_on, "to": post.to_on, "employer": post.employer_id}
    return rows


def addresses(rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    by_key: dict[str, tuple[str, ...]] = {
        "case": ("destination", "show_destination", "ask_destination"),
        "left": ("leave_placed",),
        "free": ("begin_traineeship",),
        "figure": ("placement_figure",),
        "check": ("destination_check", "show_check"),
        "comparison": ("comparison", "conflicts"),
        "post": ("trainee_post", "file_trainee_post", "close_trainee_post"),
        "trainee": ("traineeship", "end_traineeship", "pay_trainee"),
    }
    found: dict[tuple[str, str], dict[str, Any]] = {(name, ""): {"key": rows[key]} for key, names in by_key.items() for name in names}
    found |= {(name, "of Qingdao"): {"key": rows["qingdao"]} for name in ELSEWHERE}
    found |= {("destination_paper", ""): {"key": rows["case"], "destination_key": rows["paper"]}}
    for name, token in (("my_destination", "asked"), ("correct_destination", "corrected"), ("dispute_destination", "disputed")):
        found |= {(name, ""): {"token": rows[token]}, (name, "no such link"): {"token": "nobody"}}
    return {(f"casework.{name}", case): keys for (name, case), keys in found.items()}


def answers(rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, str]]:
    registered = {"code": "11", "evidence": "contract", "told_by": "graduate", "unit": "济南样例机床有限公司"}
    span = {"from_on": f"{rows['from']}", "to_on": f"{rows['to']}"}
    told = {
        "destination": registered,
        "keep_figure": {"cohort": "2026", "region": "370100"},
        "destination_check": {"ruling": "true", "reason": "电话核实"},
        "conflicts": {"verdict": "keep", "reason": "电话核实", "chosen": str(rows["conflict"])},
        "correct_destination": {"code": "70"},
        "dispute_destination": {"reason": "没有这回事"},
        "begin_traineeship": span | {"post": str(rows["post"])},
        "new_trainee_post": span | {"employer": str(rows["employer"]), "title": "文员见习", "places": "2", "region": "370102", "allowance": "2600"},
        "end_traineeship": {"ended_on": f"{today()}", "ending": "completed"},
        "pay_trainee": {"pay-month": f"{today():%Y-%m}", "pay-paid": "2600", "pay-paid_on": f"{today()}"},
    }
    found = {(f"casework.{name}", ""): data for name, data in told.items()}
    return found | {(f"casework.{name}", "of Qingdao"): told[name] for name in CASES}
