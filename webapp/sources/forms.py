"""What staff type about a node, upload for it, and decide."""

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, IntegerField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # new in 3.3, not yet in the stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from webapp.access import Grant
from webapp.reference import queries as reference
from webapp.sources import pulling
from webapp.sources.cleaning import line
from webapp.sources.models import PRIORITY, BatchMode, ConflictDecision, NodeKind
from webapp.web import Form, options

EVERY = (("", "不定时拉取"), ("15", "每 15 分钟"), ("60", "每小时"), ("360", "每 6 小时"), ("1440", "每天"))
MODES = (
    (BatchMode.SNAPSHOT.value, "全量：文件是来源现在的全部岗位，文件里没有的会撤下"),
    (BatchMode.DELTA.value, "增量：文件只有新的、改过的和要撤下的岗位"),
)


def _at_most(count: int) -> Length:
    return Length(max=count, message=f"太长了，最多 {count} 个字。")


def _cleaned(typed: str | None) -> str | None:
    """As a file of several sources would name it, so that both mean one node."""
    return line(typed) if typed else typed


class NodeForm(Form):
    name = StringField("节点名称", [DataRequired("请填写节点名称。"), _at_most(80)], filters=[_cleaned])
    kind = SelectField("类型", [InputRequired("请选择类型。")], choices=options([("", "请选择"), *NodeKind.choices()]))
    region = SelectField("所属地区", [InputRequired("请选择所属地区。")])
    contact = StringField("联系人和电话", [_at_most(100)])
    opens = RadioField(
        "来了以后",
        [InputRequired("请选择。")],
        choices=options([("yes", "直接开放：内容由来源审核过"), ("no", "先审核：每个新岗位由本平台审核员审核后开放")]),
        default="yes",
    )
    priority = IntegerField(
        "排序",
        [NumberRange(1, 99, message="排序要写成 1 到 99 之间的整数。")],
        default=PRIORITY,
        description="1 到 99，几个来源有同一岗位时，数小的在前面",
    )
    pull_url = StringField("拉取地址", [_at_most(300)])
    pull_token = PasswordField("拉取令牌", [_at_most(200)])
    pull_minutes = SelectField("多久拉取一次", choices=options(EVERY))
    pull_mode = RadioField("拉取和投递的文件", choices=options(MODES), default=BatchMode.SNAPSHOT.value)
    watches_folder = BooleanField("接收投递文件夹里的文件")

    def prepare(self, grants: Iterable[Grant]) -> "NodeForm":
        """Offers the areas that who fills it in answers for."""
        self.region.choices = _areas(list(grants))
        return self

    def validate_pull_url(self, field: Field) -> None:
        problem = pulling.problem(field.data.strip()) if (field.data or "").strip() else ""
        if problem:
            raise ValidationError(f"{problem}。")

    def validate_pull_token(self, field: Field) -> None:
        problem = pulling.token_problem((field.data or "").strip())
        if problem:
            raise ValidationError(f"{problem}。")

    def values(self) -> dict[str, Any]:
        """What the operations take; a token left empty stays as it is."""
        told = {
            "name": self.name.data,
            "kind": next(kind for kind in NodeKind if kind.value == self.kind.data),
            "region": self.region.data,
            "contact": (self.contact.data or "").strip() or None,
            "opens": self.opens.data == "yes",
            "priority": self.priority.data,
            "pull_url": (self.pull_url.data or "").strip(),
            "pull_minutes": int(self.pull_minutes.data) if self.pull_minutes.data else None,
            "pull_mode": _mode(self.pull_mode.data),
            "watches_folder": bool(self.watches_folder.data),
        }
        token = (self.pull_token.data or "").strip()
        return told | ({"pull_token": token} if token else {})


def _mode(value: str | None) -> BatchMode:
    return BatchMode.SNAPSHOT if value == BatchMode.SNAPSHOT.value else BatchMode.DELTA


def _areas(grants: list[Grant]) -> list[SelectChoice]:
    regions, home = reference.regions(), reference.home_province()
    offered = [SelectChoice("", "请选择")]
    if any(grant.covers(home) for grant in grants):
        offered.append(SelectChoice(home, regions.name(home)))
    for city in regions.cities(home):
        rows = [(city.code, f"{city.name}（全市）"), *((row.code, row.name) for row in regions.children(city.code))]
        offered += [SelectChoice(code, name, optgroup=city.name) for code, name in rows if any(grant.covers(code) for grant in grants)]
    return offered


class KeyForm(Form):
    label = StringField("用途", [InputRequired("请写明这个密钥给谁用，例如“生产环境”。"), _at_most(40)])


class UploadForm(Form):
    file = FileField("岗位文件", [FileRequired("请选择文件。")])
    mode = RadioField("文件里是", [InputRequired("请选择。")], choices=options(MODES), default=BatchMode.DELTA.value)

    @property
    def chosen(self) -> BatchMode:
        return _mode(self.mode.data)


class ReasonForm(Form):
    reason = StringField("理由", [InputRequired("请写明理由。"), _at_most(200)])


class PartForm(Form):
    """Which posting is meant stands in the address."""

    reason = StringField("理由", [InputRequired("请写明为什么是两个岗位。"), _at_most(500)])


class ConflictForm(Form):
    decision = RadioField("决定", [InputRequired("请选择一项。")], choices=options(ConflictDecision.choices()))
    reason = TextAreaField("理由", [InputRequired("请写明理由：向谁核实过、依据是什么。"), _at_most(500)])

    @property
    def chosen(self) -> ConflictDecision:
        return next(decision for decision in ConflictDecision if decision.value == self.decision.data)
