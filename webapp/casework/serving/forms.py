"""What is typed about services. Choices come from the tables of the day; a wrong entry stays as it was typed."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from webapp import files
from webapp.accounts.identity import BadIdentity, normalise_id_number, normalise_phone
from webapp.casework.models import Case, Willingness
from webapp.casework.serving.changes import ChangeValues, ItemValues
from webapp.casework.serving.models import Answer, DeclineReason, Doer, NeedKind, ProofKind, ServiceRecord
from webapp.casework.serving.operations import ServiceValues
from webapp.casework.serving.planning import PlanValues, StepValues
from webapp.db import today
from webapp.files import NotAccepted, Stored
from webapp.labels import Labelled
from webapp.postings.forms import Choice, Day, Radio, WholeNumber, places, stripped
from webapp.reference import serving
from webapp.reference.service_models import Counting, Period
from webapp.reference.serving import Standard
from webapp.web import Form, options

STEPS = 6
"""Lines of a plan that a form offers."""
_Kind = TypeVar("_Kind", bound=Labelled)
_MANY = "skills"


def _short(most: int) -> Length:
    return Length(max=most, message=f"最多 {most} 个字，请缩短")


def member(kind: type[_Kind], value: str | None) -> _Kind | None:
    return next((one for one in kind if one.value == value), None)


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _channels() -> list[tuple[str, str]]:
    return [(code, row.label) for code, row in serving.service_channels().items() if code != "platform"]


def _types() -> list[tuple[str, str]]:
    """What a person writes down; contacts are counted from the calls."""
    return [(code, row.label) for code, row in serving.service_types().items() if row.counts is not Counting.CONTACT]


class _Said(Form):
    on = Day("服务日期", [InputRequired("请填写服务日期")])
    channel = Choice("服务方式", [InputRequired("请选择服务方式")], choices=[])
    subjects = TextAreaField(
        "推荐的岗位或见习岗位", [_short(1000)], filters=[stripped], description="选了岗位推荐或见习机会才填：单位和岗位名称，每行一个，每个岗位计一次"
    )
    content = TextAreaField(
        "做了什么",
        [InputRequired("请写明做了什么，只选类型不能算一次服务"), _short(2000)],
        filters=[stripped],
        description="加密保存，只有负责的专员能看",
    )
    evidence = FileField("凭证", description="报名表、结业证明、本人确认的截图：照片或 PDF。职业培训没有凭证不计数")

    def _prepare(self) -> Any:
        self.channel.choices = options([("", "请选择"), *_channels()])
        return self

    @property
    def paper(self) -> tuple[bytes, str] | None:
        given = self.evidence.data
        return (given.read(), given.filename or "凭证") if isinstance(given, FileStorage) and given.filename else None

    def laid_down(self) -> Stored | None:
        """Before any transaction; what is no picture and no PDF is said beside the field."""
        given = self.paper
        return files.lay_down(*given, files.DOCUMENTS) if given else None

    def refuse_paper(self, reason: NotAccepted) -> None:
        self.evidence.errors = [str(reason)]

    def _of(self, kind: str) -> list[ServiceValues]:
        assert self.on.data is not None, "only after validation"
        by_subject = serving.service_types()[kind].counts is Counting.SUBJECT
        subjects = _lines(self.subjects.data) if by_subject else [""]
        return [ServiceValues(kind, self.on.data, self.channel.data, self.content.data or "", subject=subject) for subject in subjects or [""]]


class ServiceForm(_Said):
    """One visit, and every kind of service that was done on it."""

    types = SelectMultipleField("做了哪几项", choices=[], description="一次服务做了几项就勾几项，每项计一次")

    def prepare(self) -> "ServiceForm":
        self.types.choices = options(_types())
        self._prepare()
        return self

    def validate_types(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError("请至少勾选一项")

    def values(self) -> list[ServiceValues]:
        return [one for kind in self.types.data or () for one in self._of(kind)]


class CorrectionForm(_Said):
    type = Radio("改成哪一项", [InputRequired("请选择类型")], choices=[])
    reason = StringField("为什么更正", [InputRequired("请写明原因，接手的专员和检查的人都会看到"), _short(200)], filters=[stripped])

    def prepare(self) -> "CorrectionForm":
        self.type.choices = options(_types())
        self._prepare()
        return self

    @classmethod
    def of(cls, row: ServiceRecord) -> "CorrectionForm":
        """The dates and codes as they were. What was written is written anew."""
        return cls(formdata=None, data={"on": row.on, "channel": row.channel, "type": row.type})

    def values(self) -> ServiceValues:
        return self._of(self.type.data)[0]


class ReasonForm(Form):
    reason = StringField("原因", [InputRequired("请写明原因，接手的专员和检查的人都会看到"), _short(200)], filters=[stripped])


class WillingnessForm(Form):
    said = Radio("本人的意愿", [InputRequired("请选择本人的意愿")], choices=options(Willingness.choices()))
    ask_again_on = Day("暂无意愿的，哪天再问", description="不填就按本地规定的天数")
    needs = SelectMultipleField("需要哪些帮助", choices=options(NeedKind.choices()))
    note = TextAreaField("本人怎么说", [_short(500)], filters=[stripped], description="加密保存")

    @classmethod
    def of(cls, case: Case, needs: Iterable[NeedKind]) -> "WillingnessForm":
        return cls(formdata=None, data={"said": case.willingness.value, "ask_again_on": case.ask_again_on, "needs": [kind.value for kind in needs]})

    def kinds(self) -> list[NeedKind]:
        return [kind for kind in NeedKind if kind.value in (self.needs.data or ())]


class PlanForm(Form):
    goal = TextAreaField("目标", [InputRequired("请写明目标"), _short(500)], filters=[stripped], description="本人想做什么、什么时候做到")
    is_agreed = BooleanField("本人已经同意这份计划")

    def step_fields(self) -> list[tuple[Any, Any, Any]]:
        return [(self[f"what{n}"], self[f"who{n}"], self[f"due{n}"]) for n in range(1, STEPS + 1)]

    def values(self, on: date) -> PlanValues:
        steps = [
            StepValues(what.data.strip(), member(Doer, who.data) or Doer.OFFICE, due.data)
            for what, who, due in self.step_fields()
            if (what.data or "").strip()
        ]
        return PlanValues(self.goal.data or "", tuple(steps), on if self.is_agreed.data else None)


for _number in range(1, STEPS + 1):
    setattr(PlanForm, f"what{_number}", StringField(f"第 {_number} 步", [_short(120)], filters=[stripped]))
    setattr(PlanForm, f"who{_number}", Choice(f"第 {_number} 步由谁做", choices=options(Doer.choices()), default=Doer.OFFICE.value))
    setattr(PlanForm, f"due{_number}", Day(f"第 {_number} 步哪天前完成"))


class ReferForm(Form):
    postings = SelectMultipleField("岗位", choices=[], validate_choice=False)
    channel = Choice("用什么方式告诉本人", [InputRequired("请选择方式")], choices=[])

    def prepare(self) -> "ReferForm":
        self.channel.choices = options([("", "请选择"), *_channels()])
        return self

    def validate_postings(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError("请至少勾选一个岗位")

    def keys(self) -> list[UUID]:
        return [key for key in (as_key(text) for text in self.postings.data or ()) if key is not None]


def as_key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


class AnswerForm(Form):
    answer = Radio("本人的答复", choices=options([(one.value, one.label) for one in (Answer.ACCEPTED, Answer.DECLINED)]))
    reason = Choice("不去的原因", choices=options([("", "请选择"), *DeclineReason.choices()]), default="")

    def said(self) -> tuple[Answer, DeclineReason | None]:
        return member(Answer, self.answer.data) or Answer.WAITING, member(DeclineReason, self.reason.data)


class LeaveForm(Form):
    reason = Radio("退出原因", [InputRequired("请选择退出原因")], choices=[])

    def offer(self, exits: Mapping[str, str]) -> "LeaveForm":
        self.reason.choices = options(exits.items())
        return self


class AdmitForm(Form):
    programme = Choice("纳入哪个项目", [InputRequired("请选择项目")], choices=[])
    name = StringField("姓名", [InputRequired("请填写姓名"), _short(30)], filters=[stripped])
    id_number = StringField("身份证号", [InputRequired("请填写身份证号"), _short(30)], filters=[stripped])
    phone = StringField("手机号", [_short(30)], filters=[stripped])
    proof = Radio("出示的凭证", [InputRequired("请选择一种凭证：四种里有一种就可以办理")], choices=options(ProofKind.choices()))
    region = Choice("凭证上的县（市、区）", [InputRequired("请选择县（市、区）")], choices=[], default="")
    seen = StringField(
        "看了什么材料", [InputRequired("请写明看了什么材料"), _short(80)], filters=[stripped], description="例如：居住证、社保参保证明"
    )

    number = ""
    phone_number: str | None = None

    def prepare(self) -> "AdmitForm":
        self.programme.choices = options([("", "请选择"), *((code, row.label) for code, row in serving.programmes().items())])
        self.region.choices = places(self.region.data)
        return self

    def validate_id_number(self, field: StringField) -> None:
        try:
            self.number = normalise_id_number(field.data or "")
        except BadIdentity as reason:
            raise ValidationError(str(reason)) from reason

    def validate_phone(self, field: StringField) -> None:
        if not field.data:
            return
        try:
            self.phone_number = normalise_phone(field.data)
        except BadIdentity as reason:
            raise ValidationError(str(reason)) from reason


class StandardForm(Form):
    """How often each kind is asked; what is left empty is not asked."""

    programme = Choice("项目", [InputRequired("请选择项目")], choices=[])
    region = Choice("在哪里执行", [InputRequired("请选择地区")], choices=[])
    standard = StringField("标准的叫法", [InputRequired("请填写叫法，例如 131"), _short(30)], filters=[stripped])
    valid_from = Day("从哪天起执行", [InputRequired("请填写起始日期")])
    policy = WholeNumber("政策宣介", [Optional(), NumberRange(1, 99, "填 1 到 99，不要求就空着")])
    guidance = WholeNumber("职业指导", [Optional(), NumberRange(1, 99, "填 1 到 99，不要求就空着")])
    referral = WholeNumber("岗位推荐", [Optional(), NumberRange(1, 99, "填 1 到 99，不要求就空着")])
    skills = WholeNumber("职业培训或就业见习机会", [Optional(), NumberRange(1, 99, "填 1 到 99，不要求就空着")])
    total = WholeNumber("各类服务合计不少于", [Optional(), NumberRange(1, 99, "填 1 到 99，不要求就空着")])
    contact = WholeNumber("每月联系", [Optional(), NumberRange(1, 99, "填 1 到 99，不要求就空着")])
    within_days = WholeNumber(
        "纳入名单后多少天内完成", [Optional(), NumberRange(1, 999, "填 1 到 999 天")], description="不填就按本地规定的天数；每月联系按月计算"
    )
    basis = TextAreaField("依据", [InputRequired("请写明依据的文件"), _short(500)], filters=[stripped], description="文件名称和文号")

    def offer(self, regions: Iterable[tuple[str, str]]) -> "StandardForm":
        self.programme.choices = options([("", "请选择"), *((code, row.label) for code, row in serving.programmes().items())])
        self.region.choices = options([("", "请选择"), *regions])
        return self

    @classmethod
    def of(cls, programme: str, standard: Standard | None) -> "StandardForm":
        """Begins with what holds, or with a known standard."""
        counts: dict[str, Any] = {_FIELDS.get(row.item, row.item): row.count for row in standard.items} if standard else {}
        name = standard.name if standard else ""
        return cls(formdata=None, data=counts | {"programme": programme, "standard": name, "valid_from": today()})

    def validate(self, extra_validators: Any = None) -> bool:
        is_sound: bool = super().validate(extra_validators)
        if is_sound and not any(self[name].data for name in _ITEMS):
            self.guidance.errors = ["请至少要求一项服务"]
            return False
        return is_sound

    def values(self) -> ChangeValues:
        assert self.valid_from.data is not None, "only after validation"
        items = []
        for name, (item, types, period) in _ITEMS.items():
            if self[name].data:
                days = self.within_days.data if period is Period.ONCE else None
                items.append(ItemValues(item, types, self[name].data, period, days))
        return ChangeValues(
            self.programme.data, self.region.data, self.standard.data or "", self.valid_from.data, tuple(items), self.basis.data or ""
        )


_ITEMS: dict[str, tuple[str, tuple[str, ...], Period]] = {
    "policy": ("policy", ("policy",), Period.ONCE),
    "guidance": ("guidance", ("guidance",), Period.ONCE),
    "referral": ("referral", ("referral",), Period.ONCE),
    "skills": (_MANY, ("training", "traineeship"), Period.ONCE),
    "total": ("any", ("policy", "guidance", "referral", "training", "traineeship", "startup"), Period.ONCE),
    "contact": ("contact", ("contact",), Period.MONTH),
}
_FIELDS = {item: name for name, (item, _, _) in _ITEMS.items()}


class DecideForm(Form):
    do = StringField("决定")
    remark = StringField("说明", [_short(200)], filters=[stripped])
