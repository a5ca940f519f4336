"""The rules of the gate for whoever decides by them or answers for them."""

from datetime import date

from flask import Blueprint, render_template, request

from webapp.access import Permission, requires
from webapp.db import today
from webapp.gate import queries
from webapp.gate.subject import Profile
from webapp.reference import queries as reference
from webapp.reference.dated import NATION

blueprint = Blueprint("gate", __name__, template_folder="templates")


@blueprint.get("/gate/rules")
@requires(Permission.GATE_READ)
def rules() -> str:
    """Those that hold at a place on a day; `all=1` every row, also of the past."""
    region, on = _place(request.args.get("region", "")), _day(request.args.get("on", ""))
    is_all = request.args.get("all") == "1"
    return render_template(
        "gate/rules.html",
        rows=queries.every() if is_all else queries.in_force(region, on),
        is_all=is_all,
        region=region,
        on=on,
        places=_places(),
        place_names={NATION: "全国", **dict(_places())},
        kinds={"": "各类发布都适用", **{profile.value: f"只对“{profile.label}”" for profile in Profile}},
        fields=FIELDS,
    )


FIELDS = {
    "title": "岗位名称",
    "employer_about": "单位基本情况",
    "employer_name": "用人单位",
    "headcount": "人数",
    "duties": "工作内容",
    "requirements": "招聘条件",
    "education": "学历",
    "experience_years": "经验",
    "region": "县（市、区）",
    "address": "详细地址",
    "wage_low": "最低工资",
    "wage_high": "最高工资",
    "wage_text": "工资文字",
    "valid_through": "有效期",
    "employment_type": "用工类型",
    "insurance": "社会保险",
    "benefits": "福利",
    "protection": "劳动保护",
    "hazards": "职业危害",
    "starts_at": "开工时间",
    "work_on": "干活日期",
    "settlement": "结算",
}
"""Names of the columns in which a required element may be stated."""


def _places() -> list[tuple[str, str]]:
    regions, home = reference.regions(), reference.home_province()
    return [(home, regions.name(home)), *((city.code, city.name) for city in regions.cities(home))]


def _place(text: str) -> str:
    """A place that is asked for and known; else the province this service is for."""
    return text if any(text == code for code, _ in _places()) else reference.home_province()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return today()
