"""What the town holds for the routes of destinations, comparisons and traineeships: rows of Jinan, and a case of Qingdao."""

from typing import Any

from sqlalchemy import select

from tests.factories.casework import make_case, make_caseworker, make_client
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
from tests.journeys import walks
from webapp import files
from webapp.access import Actor, Grant, Level, Role
from webapp.accounts.models import Person
from webapp.casework.destinations import figures
from webapp.casework.destinations.comparison_models import Conflict
from webapp.casework.destinations.confirming import PATH
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


GRADUATE = {
    "name": "澹台叁壹",
    "unit": "济南轩辕叁贰仪器有限公司",
    "position": "检验叁叁岗",
    "dispute": "叁肆说从没去过这家",
    "reason": "拓跋叁伍核对过",
}


def live(town: Any) -> None:
    """A caseworker registers where a graduate went, who says that it is not so; what was said stands on their pages alone."""
    town.plant("graduate", GRADUATE)
    keeper = make_caseworker("370102", name="钟专员")
    case = make_case(client=make_client(name=GRADUATE["name"], phone="13700001234"), caseworker=keeper)
    desk, graduate = walks.signed_in(town.place, keeper), town.place.visitor()
    desk.open(f"/casework/cases/{case.id}/destination")
    desk.choose("去向", "11 签劳动合同形式就业")
    desk.choose("证明材料", "劳动合同")
    desk.choose("谁说的", "本人")
    desk.fill({"单位（学校）名称": GRADUATE["unit"], "岗位（专业）": GRADUATE["position"]})
    desk.press("登记")
    desk.press("显示单位、岗位和本人说的话")
    assert GRADUATE["unit"] in desk.text and GRADUATE["position"] in desk.text
    graduate.open(f"{PATH}/{ask(case)}/dispute")
    assert GRADUATE["unit"] in graduate.text
    graduate.fill({"哪里不对": GRADUATE["dispute"]})
    graduate.press("提出异议")
    desk.open("/casework/destinations/checks")
    desk.follow("本人有异议")
    desk.press("显示单位和本人说的话")
    assert GRADUATE["dispute"] in desk.text
    desk.choose("结论", "不实，撤销登记")
    desk.fill({"核查经过和理由": GRADUATE["reason"], "告诉本人的话": "已经撤销。"})
    desk.press("办结")
    assert "已办结" in desk.text
    town.place.settle()
