"""What staff type about campaigns, calls and reports, and what the public types about a posting."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DecimalField, Field, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.accounts.forms import PhoneField, at_most, required
from webapp.accounts.queries import Colleague
from webapp.db import today
from webapp.inspection import phone_file
from webapp.inspection.models import CallOutcome, Decision, Office, ReportKind, Verdict
from webapp.inspection.operations.reports import CODE_LENGTH
from webapp.inspection.phone_file import PhoneRow
from webapp.postings.forms import Choice, Day, WholeNumber
from webapp.reference import queries as reference
from webapp.reference.models import PhoneEntry, PhonePurpose
from webapp.web import Form, options

TEXT_AT_LEAST = 6
Pairs = Sequence[tuple[str, str]]


def _stripped(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _between(low: Decimal | int, high: int, message: str) -> Callable[[Form, Field], None]:
    """What could not be read has said so already."""

    def check(form: Form, field: Field) -> None:
        if field.data is not None and not low <= field.data <= high:
            raise ValidationError(message)

    return check


class Percent(DecimalField):
    """Up to two decimals; `hundredths` is what is stored."""

    @property
    def hundredths(self) -> int:
        return int((self.data or 0) * 100)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else f"{self.data or ''}"

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        text = unicodedata.normalize("NFKC", "".join(valuelist)).replace("%", "").strip()
        if not text:
            return
        if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", text):
            raise ValueError("抽查比例要写成数字，例如 5 或 2.5，最多两位小数")
        self.data = Decimal(text)


class Radio(RadioField):
    """A choice that nobody makes beforehand; the message names it."""

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {value for value, *_ in self.iter_choices()}:
            raise ValidationError(f"请选择{self.label.text}")


class Boxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        known = {value for value, *_ in self.iter_choices()}
        if not set(self.data or ()) <= known:
            raise ValidationError("名单刚刚有变化，请重新选择")


class CampaignForm(Form):
    title = StringField("名称", [required("请写一个名称，例如“十一月岗位抽查”。"), at_most(80)], filters=[_stripped])
    region = Choice("地区", [required("请选择地区。")])
    origin = Choice("岗位来源", choices=options([("", "全部"), ("direct", "用人单位直接发布"), ("forwarded", "其他平台转载")]))
    source = Choice("来源平台", description="只抽查一个平台转载的岗位时才选。")
    occupation = Choice("职业大类")
    open_days = WholeNumber("已经发布满", [_between(0, 365, "天数在 0 到 365 之间。")], default=0, description="新岗位还没来得及招满，可以留出几天。")
    rate = Percent("抽查比例", [required("请填写抽查比例。"), _between(Decimal("0.01"), 100, "抽查比例在 0.01 到 100 之间。")])
    due_on = Day("完成期限", [required("请填写完成期限。")])

    def prepare(self, regions: Pairs, platforms: Iterable[str]) -> "CampaignForm":
        self.region.choices = options(regions)
        self.source.choices = options([("", "不限"), *((name, name) for name in platforms)])
        classes = ((row.code, f"{row.code} {row.name}") for row in reference.occupations().children(None))
        self.occupation.choices = options([("", "不限"), *classes])
        return self

    def propose(self) -> None:
        """What the parameters of the region suggest."""
        region = self.region.data or reference.NATION
        self.title.data = f"{today():%Y 年 %m 月}岗位抽查"
        self.rate.data = reference.number("spot_check_monthly_rate", region=region)
        self.due_on.data = today() + timedelta(days=reference.whole("spot_check_days", region=region))

    def validate_due_on(self, field: Field) -> None:
        if field.data and field.data < today():
            raise ValidationError("完成期限已经过去，请改成今天或以后的日期。")

    def definition(self) -> dict[str, str]:
        fields = {name: self[name].data or "" for name in ("region", "origin", "source", "occupation")}
        return {**fields, "open_days": str(self.open_days.data or 0)}


class DrawForm(Form):
    seed = StringField(
        "种子",
        [at_most(40)],
        filters=[_stripped],
        description="当众产生的一串数字或字母，例如摇出的号码；可以不填。提交以后系统再加上 16 位数字，合起来就是种子，定了就不能再改。",
    )
    roster = Boxes("检查人员名录", [required("请选择检查人员。")], description="从选中的人里随机分派；出差、休假的可以不选。")

    def offer(self, people: Sequence[Colleague]) -> "DrawForm":
        regions = reference.regions()
        self.roster.choices = options(
            [(str(one.id), f"{one.name}（{'、'.join(regions.name(grant.region) for grant in one.grants)}）") for one in people]
        )
        return self

    def people(self) -> list[UUID]:
        return [UUID(key) for key in self.roster.data or ()]


class ReasonForm(Form):
    reason = StringField("理由", [at_most(200)], filters=[_stripped])


class CallForm(Form):
    outcome = Radio("通话结果", [InputRequired("请选择通话结果。")], choices=options(CallOutcome.choices()))
    verdict = Radio("结论", choices=options([("open", "还没有结论，改天再打"), *Verdict.choices()]), default="open")
    reason = StringField(
        "告诉单位的理由", [at_most(200)], filters=[_stripped], description="虚假必填。失效不填时，写“用人单位表示已经招满（停招）”。"
    )
    remark = StringField("备注", [at_most(300)], filters=[_stripped], description="接电话的人、听到的情况；只有检查人员看得到。")

    def chosen(self) -> tuple[CallOutcome, Verdict | None]:
        outcome = next(one for one in CallOutcome if one.value == self.outcome.data)
        return outcome, next((one for one in Verdict if one.value == self.verdict.data), None)


class OptionalPhone(PhoneField):
    def pre_validate(self, form: object) -> None:
        if (self.data or "").strip():
            super().pre_validate(form)


class ReportForm(Form):
    kind = Radio("举报什么", [InputRequired("请选择举报什么。")], choices=options(ReportKind.choices()))
    text = TextAreaField(
        "具体情况",
        [InputRequired("请写明具体情况。"), Length(TEXT_AT_LEAST, message=f"请写得具体一些，至少 {TEXT_AT_LEAST} 个字。"), at_most(1000)],
        filters=[_stripped],
        description="什么时候、谁、要求什么、交了多少钱。只有办理人看得到。",
    )
    name = StringField("怎么称呼您", [at_most(40)], filters=[_stripped])
    phone = OptionalPhone("手机号", description="可以不留。留了，办理人需要了解情况时会打给您；用人单位看不到。")
    by_sms = BooleanField("同意把处理结果用短信发到这个手机号")
    to_account = BooleanField("处理结果发到我的账号", default=True, description="不勾选就不记下是哪个账号举报的。")
    once = HiddenField()

    def validate_once(self, field: Field) -> None:
        try:
            UUID(field.data or "")
        except ValueError:
            raise ValidationError("这一页打开得太久，请刷新后重新填写。") from None

    def validate_by_sms(self, field: Field) -> None:
        if field.data and not (self.phone.data or "").strip():
            raise StopValidation("要收短信，请填写手机号。")

    def chosen(self) -> ReportKind:
        return next(one for one in ReportKind if one.value == self.kind.data)

    def reporter(self) -> dict[str, Any]:
        return {"name": self.name.data or None, "phone": self.phone.number or None, "by_sms": bool(self.by_sms.data)}


class AskForm(Form):
    number = StringField("举报编号", [required("请填写举报编号。"), at_most(20)], filters=[_stripped])
    code = StringField("查询码", [required("请填写查询码。"), at_most(20)], description="提交举报时显示过一次的 8 位字母和数字。")

    def typed(self) -> tuple[str, str]:
        """As it is stored, however it was copied."""
        plain = (unicodedata.normalize("NFKC", field.data or "") for field in (self.number, self.code))
        number, code = (re.sub(r"[\s\-]", "", text).upper() for text in plain)
        return number, code[: CODE_LENGTH * 2]


class OfferForm(Form):
    person = Choice("转给", [required("请选择同事。")])

    def offer(self, people: Sequence[Colleague]) -> "OfferForm":
        self.person.choices = options([("", "请选择"), *((str(one.id), one.name) for one in people)])
        return self


class OfficeForm(Form):
    office = Choice("部门", choices=options([("", "请选择"), *Office.choices()]))
    office_name = StringField("单位名称", [at_most(80)], filters=[_stripped])
    sign = StringField("移送文号", [at_most(60)], filters=[_stripped])

    def chosen_office(self) -> Office | None:
        return next((one for one in Office if one.value == self.office.data), None)


class DecideForm(OfficeForm):
    decision = Radio("处理结果", [InputRequired("请选择处理结果。")], choices=options(Decision.choices()))
    outcome = TextAreaField(
        "告诉举报人的话",
        [InputRequired("请写明查到了什么、怎么处理的。"), at_most(300)],
        filters=[_stripped],
        description="举报人会看到。下架、整改时用人单位也会看到，所以不要写举报人是谁。",
    )
    note = TextAreaField("核查经过", [at_most(1000)], filters=[_stripped], description="存档用，只有办理人看得到。")
    together = BooleanField("同一岗位的其他举报一并办结")

    def chosen(self) -> Decision:
        return next(one for one in Decision if one.value == self.decision.data)


class TransferForm(OfficeForm):
    reason = TextAreaField("移送理由", [at_most(300)], filters=[_stripped])


class PhoneForm(Form):
    region = Choice("地区", [required("请选择地区。")])
    purpose = Choice("用途", [required("请选择用途。")], choices=options([("", "请选择"), *PhonePurpose.choices()]))
    number = StringField("电话", [required("请填写电话。"), at_most(40)], filters=[_stripped])
    office = StringField("单位", [at_most(80)], filters=[_stripped])
    hours = StringField("服务时间", [at_most(80)], filters=[_stripped])
    source = StringField("号码来源", [at_most(200)], filters=[_stripped], description="在哪里看到的号码，例如区政府网站的网址。")
    checked_on = Day("核实日期", description="打过、确认能用的那一天。留空的，页面上显示“未核实”。")

    def prepare(self, regions: Pairs) -> "PhoneForm":
        self.region.choices = options([("", "请选择"), *regions])
        return self

    def validate_number(self, field: Field) -> None:
        try:
            phone_file.plain_number(field.data or "")
        except phone_file.BadNumber as reason:
            raise ValidationError(str(reason)) from reason

    def validate_checked_on(self, field: Field) -> None:
        try:
            phone_file.past_day(field.data)
        except phone_file.BadNumber as reason:
            raise ValidationError(str(reason)) from reason

    def row(self) -> PhoneRow:
        return PhoneRow(
            region=self.region.data,
            purpose=next(one for one in PhonePurpose if one.value == self.purpose.data),
            number=phone_file.plain_number(self.number.data or ""),
            office=self.office.data or "",
            hours=self.hours.data or "",
            source=self.source.data or "",
            checked_on=self.checked_on.data,
        )

    @classmethod
    def of(cls, entry: PhoneEntry, regions: Pairs) -> "PhoneForm":
        form = cls(obj=entry).prepare(regions)
        if not form.is_submitted():
            form.purpose.data = entry.purpose.value
        return form


class PhoneFileForm(Form):
    file = FileField("CSV 文件", [FileRequired("请选择文件。")])
