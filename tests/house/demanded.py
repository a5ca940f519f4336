"""What the town holds for the routes of demand."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from tests.factories.accounts import make_staff
from tests.factories.demand import WELDER, acting_as, make_care, make_catalogue, make_key, make_need, make_visit, need_values
from tests.factories.employers import make_employer
from tests.factories.postings import make_posting
from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import session, today, transaction
from webapp.demand import importing, operations
from webapp.demand.models import SYSTEMS, KeyMark, NeedState
from webapp.demand.periods import around
from webapp.employers.models import Employer


def build(who: dict[str, Person], employer_id: UUID) -> dict[str, Any]:
    """An employer with an officer, a visit and needs; a file that was read, and two catalogues of Jinan."""
    officer, kept, other = who["officer"], make_employer(name="济南重点机械有限公司"), make_employer(name="济南移交机械有限公司")
    colleague = make_staff(Role.OFFICER, "370100", name="冯专员")
    care, posting = make_care(kept, officer), make_posting(employer=kept)
    make_care(other, colleague)
    make_key(kept)
    with transaction():
        announced = operations.announce_need(session().get_one(Employer, employer_id), need_values(), by=Actor.SYSTEM, on=today())
        batch = importing.send_file(
            "单位名称,职业,需求人数\n不存在,焊工,3\n".encode(), "用工.csv", SYSTEMS[0], regions=["370100"], by=acting_as(officer)
        )
        mark = session().scalars(select(KeyMark)).one()
    importing.take_file(batch.id, lambda: None, on=today())
    make_need(other)
    rows = {"officer": officer.id, "colleague_officer": colleague.id, "kept": kept.id, "mark": mark.id, "visit": make_visit(care).id}
    rows |= {"need": make_need(kept).id, "ended": make_need(kept, state=NeedState.FILLED).id, "announced": announced.id}
    rows |= {"linkable": posting.id, "need_file": batch.id, "published": make_catalogue(published=True).id, "catalogue": make_catalogue().id}
    return rows


def addresses(rows: dict[str, Any]) -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
    kept, need, ready = {"key": rows["kept"]}, {"key": rows["need"]}, {"key": rows["catalogue"]}
    worked = ("need", "show_remarks", "edit_need", "confirm_need", "draft_posting", "link_posting", "record_hired", "close_need")
    return [
        ("demand", ("employer", "show_notes", "new_visit", "new_need", "mark", "assign"), kept),
        ("demand", ("unmark",), kept | {"mark_key": rows["mark"]}),
        ("demand", ("correct_visit",), {"key": rows["visit"]}),
        ("demand", worked, need),
        ("demand", ("reopen_need",), {"key": rows["ended"]}),
        ("demand", ("withdraw_need",), {"key": rows["announced"]}),
        ("demand", ("hand_over",), {"key": rows["colleague_officer"]}),
        ("demand", ("need_file", "refused_rows"), {"key": rows["need_file"]}),
        ("demand", ("catalogue", "publish_catalogue", "recheck_catalogue"), ready),
        ("demand", ("catalogue_inputs",), ready | {"code": WELDER}),
        ("demand", ("download_catalogue",), {"key": rows["published"]}),
    ]


def answers(rows: dict[str, Any]) -> dict[str, dict[str, str]]:
    need = {"occupation": "焊工", "headcount": "3", "region": "370102", "urgency": "normal"}
    return {
        "demand.quick_log": {"one": str(rows["kept"]), "way": "phone", "next_in": "7"},
        "demand.new_visit": {"on": f"{today()}", "way": "phone"},
        "demand.correct_visit": {"on": f"{today()}", "way": "phone"},
        "demand.mark": {"kind": "large"},
        "demand.new_need": need,
        "demand.edit_need": need | {"headcount": "4"},
        "demand.record_hired": {"hired": "1"},
        "demand.close_need": {"state": "filled", "remark": "都到了"},
        "demand.reopen_need": {"reason": "关错了"},
        "demand.link_posting": {"posting": str(rows["linkable"])},
        "demand.assign": {"officer": str(rows["colleague_officer"]), "reason": "调整分工"},
        "demand.hand_over": {"officer": str(rows["officer"]), "reason": "调离"},
        "demand.announce": need | {"title": "电焊工"},
        "demand.withdraw_need": {"remark": "不招了"},
        "demand.publish_catalogue": {"reason": "补录了一批需求"},
        "demand.catalogues": {"region": "370100", "period": around(today(), quarter=False).code},
    }
