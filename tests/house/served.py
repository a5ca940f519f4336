"""What the town holds for the routes of services: a person of Jinan who is served, one of Qingdao, a changed standard, a proposal."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from tests.factories.casework import make_case, make_caseworker, make_id_number
from tests.factories.files import PNG
from tests.factories.postings import make_posting
from tests.factories.serving import make_plan, make_service, refer
from webapp import files
from webapp.access import Actor, Grant, Level, Role
from webapp.accounts.models import Person
from webapp.casework.models import Case, Client
from webapp.casework.serving import changes, programmes
from webapp.casework.serving.changes import ChangeValues, ItemValues
from webapp.casework.serving.models import MoveKind, ProgrammeMove, Referral
from webapp.db import new_key, session, today, transaction

_OF_CASE = (
    "case_services", "show_services", "log_service", "tell_willingness", "leave_programme", "plan", "make_plan", "finish_plan_step", "refer",
)  # fmt: skip
_OF_RECORD = ("correct_service", "strike_service", "service_evidence")


def build(who: dict[str, Person]) -> dict[str, Any]:
    """The caseworker of Jinan holds the case; the seeker is the person behind it."""
    worker, colleague = who["caseworker"], make_caseworker("370202")
    case, elsewhere = make_case(caseworker=worker), make_case(region="370202", caseworker=colleague)
    rows: dict[str, Any] = {"case": case.id, "qingdao": elsewhere.id, "id_number": make_id_number()}
    with transaction():
        session().get_one(Client, case.client_id).person_id = who["seeker"].id
    paper = files.lay_down(PNG, "报名表.png", files.DOCUMENTS)
    rows["record"] = make_service(case, worker, type="training", evidence=paper).id
    rows["record_qingdao"] = make_service(elsewhere, colleague).id
    make_plan(case, worker)
    make_plan(elsewhere, colleague)
    refer([case, elsewhere], [make_posting()], worker)
    with transaction():
        referrals = {row.case_id: row.id for row in session().scalars(select(Referral))}
    rows |= {"referral": referrals[case.id], "referral_qingdao": referrals[elsewhere.id], "posting": str(make_posting().id)}
    return rows | {"change": _change(), "move": _move(case), "move_qingdao": _move(elsewhere)}


def _change() -> UUID:
    values = ChangeValues("graduates", "370100", "只指导", today(), (ItemValues("guidance", ("guidance",), 1),), "测试")
    with transaction():
        change = changes.propose(values, [Grant(Role.CASEWORKER, Level.CITY, "370100")], by=Actor.SYSTEM)
    changes.look(change.id, lambda: None)
    return change.id


def _move(case: Case) -> UUID:
    with transaction():
        run = programmes.ask("hardship", by=Actor.SYSTEM, on=today())
        move = ProgrammeMove(
            id=new_key(), run_id=run.id, programme="hardship", client_id=case.client_id, case_id=case.id, region=case.region,
            kind=MoveKind.ENTER, reason="disabled", why="符合：残疾人",
        )  # fmt: skip
        session().add(move)
    return move.id


def addresses(rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for case, suffix in (("", ""), ("of Qingdao", "_qingdao")):
        more = {"finish_plan_step": {"position": 1}}
        key = rows["qingdao" if case else "case"]
        found |= {(name, case): {"key": key} | more.get(name, {}) for name in _OF_CASE}
        found |= {(name, case): {"key": rows[f"record{suffix}"]} for name in _OF_RECORD}
        found |= {(name, case): {"key": rows[f"referral{suffix}"]} for name in ("answer_referral", "answer_my_referral")}
        found[("decide_move", case)] = {"key": rows[f"move{suffix}"]}
    found |= {(name, ""): {"key": rows["change"]} for name in ("standard_change", "confirm_standard", "drop_standard")}
    with transaction():
        run = session().get_one(ProgrammeMove, rows["move"]).run_id
    found |= {("programme_run", ""): {"key": run}, ("evaluate_programme", ""): {"code": "hardship"}}
    return {(f"casework.{name}", case): keys for (name, case), keys in found.items()}


def answers(rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, str]]:
    service = {"on": f"{today()}", "channel": "phone", "content": "谈了求职方向。"}
    told = {
        "log_service": service | {"types": "guidance"},
        "correct_service": service | {"type": "policy", "reason": "选错了"},
        "strike_service": {"reason": "没有这次"},
        "tell_willingness": {"said": "willing"},
        "leave_programme": {"reason": "moved"},
        "make_plan": {"goal": "当会计", "what1": "报名"},
        "refer": {"postings": rows["posting"], "channel": "phone"},
        "answer_referral": {"answer": "accepted"},
        "answer_my_referral": {"answer": "accepted"},
        "change_standard": {
            "programme": "graduates", "region": "370100", "standard": "两次", "valid_from": f"{today()}", "guidance": "2", "basis": "市文件",
        },
        "decide_move": {"do": "yes"},
        "admit": {
            "programme": "veterans", "name": "赵退役", "id_number": rows["id_number"], "proof": "living", "region": "370102", "seen": "居住证",
        },
    }  # fmt: skip
    found = {(f"casework.{name}", ""): data for name, data in told.items()}
    return found | {(f"casework.{name}", "of Qingdao"): data for name, data in told.items()}
