"""What a person types about a posting. A draft may be left incomplete, so nothing here is compulsory: what the law asks for is told by the
gate before the draft is submitted. What is typed wrongly is refused at once and stays as it was typed.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from wtforms import (
    DateField,
    DecimalField,
    Field,
    FloatField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # new in 3.3, not yet in the stubs
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import TextInput

from webapp.db import today
from webapp.employers.models import Employer
from webapp.gate.findings import Finding
from webapp.gate.subject import Profile
from webapp.postings import gating, limits
from webapp.postings.values import PostingValues
from webapp.reference import queries as reference
from webapp.reference import wages
from webapp.reference.models import Education, EmploymentType, Severity, WageUnit
from webapp.reference.queries import Regions
from webapp.web import Form, options

EXPERIENCES = (("0", "不限"), ("1", "1 年以上"), ("2", "2 年以上"), ("3", "3 年以上"), ("5", "5 年以上"), ("10", "10 年以上"))
ITEMS_AT_MOST = 12
ITEM_SIGNS = 20
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")
_BETWEEN_ITEMS = re.compile(r"[、,，;；\n\r]+")
_MAY_BE_NONE = frozenset({"headcount", "region", "lon", "lat", "wage_low", "wage_high", "wage_months", "valid_through"})
"""What `limits` looks at and may be missing: a field that could not be read is left out of it."""

_Kind = TypeVar("_Kind", EmploymentType, WageUnit)


def short(label: str, most: int) -> Length:
    return Length(max=most, message=f"{label}最多 {most} 个字，请缩短")


def stripped(text: str | None) -> str:
    """Without the signs no screen shows and PostgreSQL cannot keep (NUL)."""
    return _UNSEEN.sub("", (text or "").replace("\r\n", "\n")).strip()


def _typed(values: Sequence[str]) -> str:
    """Full-width figures are figures; a comma or a space inside a number is a way of writing it."""
    return unicodedata.normalize("NFKC", values[0] if values else "").replace(",", "").replace(" ", "").strip()


def _member(kind: type[_Kind], value: str | None) -> _Kind | None:
    return next((member for member in kind if member.value == value), None)


def _rank(field: SelectField) -> int | None:
    """None also for what is no choice of the field: that is its own error."""
    return int(field.data) if field.data and not field.errors else None


class WholeNumber(IntegerField):
    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = _typed(valuelist)
        self.data = None
        if not text:
            return
        if not re.fullmatch(r"-?\d{1,9}", text):
            raise ValueError(f"{self.label.text}要写成整数，例如 5，不要写单位或文字")
        self.data = int(text)


class YuanAmount(DecimalField):
    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else wages.write(self.data)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = _typed(valuelist)
        self.data = None
        if not text:
            return
        if not re.fullmatch(r"-?\d{1,9}(\.\d{1,2})?", text):
            raise ValueError(f"{self.label.text}要写成数字，例如 5000 或 22.5，最多两位小数，不要写单位或文字")
        self.data = Decimal(text)


class Coordinate(FloatField):
    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = _typed(valuelist)
        self.data = None
        if not text:
            return
        if not re.fullmatch(r"-?\d{1,3}(\.\d{1,12})?", text):
            raise ValueError(f"{self.label.text}要写成小数，{self.description}")
        self.data = float(text)


class Day(DateField):
    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        text = "".join(valuelist).strip()
        if not text:
            return
        try:
            self.data = date.fromisoformat(re.sub(r"[年月/.]", "-", text).removesuffix("日"))
        except ValueError:
            raise ValueError(f"{self.label.text}要写成年-月-日，例如 2026-12-31") from None


class Items(Field):
    """A few short words in one box, 、 between them."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "、".join(self.data or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        items = dict.fromkeys(item.strip() for item in _BETWEEN_ITEMS.split(stripped("".join(valuelist[:1]))))
        kept = self.data = tuple(item for item in items if item)
        if len(kept) > ITEMS_AT_MOST:
            raise ValueError(f"{self.label.text}最多写 {ITEMS_AT_MOST} 项")
        if any(len(item) > ITEM_SIGNS for item in kept):
            raise ValueError(f"{self.label.text}每项最多 {ITEM_SIGNS} 个字，各项之间用顿号“、”隔开")


class Choice(SelectField):
    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {value for value, *_ in self.iter_choices()}:
            raise ValidationError(f"请在列表中选择{self.label.text}")


class Radio(RadioField):
    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {value for value, *_ in self.iter_choices()}:
            raise ValidationError(f"请选择{self.label.text}")


def in_words(finding: Finding) -> str:
    """As it stands beside its field."""
    return f"“{finding.words}”：{finding.message}" if finding.words else finding.message


def asked_by_law() -> Iterator[str]:
    """The fields to mark as compulsory: one for each element of the gate's block. For the conditions it is the choice that knows 不限."""
    for rule in gating.required(Profile.DIRECT, reference.home_province(), on=today()):
        if rule.severity is Severity.BLOCK:
            yield "education" if "education" in rule.fields else rule.fields[0]
    yield "wage_unit"


class PostingForm(Form):
    employer = Choice("发布单位", choices=[], default="")
    title = StringField("岗位名称", [short("岗位名称", 60)], filters=[stripped], description="写通用的名称，例如：电焊工、幼儿园教师")
    occupation = StringField(
        "职业名称", [short("职业名称", 80)], filters=[stripped], description="从《职业分类大典》中选，选准了更容易被搜到；没有合适的就不填"
    )
    employment_type = Radio("用工类型", choices=options(EmploymentType.choices()), default="")
    headcount = WholeNumber("招聘人数")
    duties = TextAreaField("工作内容", [short("工作内容", 2000)], filters=[stripped], description="每天做什么、上什么班、几点到几点")
    requirements = TextAreaField(
        "招聘条件", [short("招聘条件", 1000)], filters=[stripped], description="证书、技能等；不得以性别、年龄、户籍、婚育设限"
    )
    education = Choice("最低学历", choices=options([("", "请选择"), *Education.choices()]), default="")
    experience_years = Choice("工作经验", choices=options([("", "请选择"), *EXPERIENCES]), default="")
    skills = Items("技能", description="用顿号隔开，例如：氩弧焊、看图纸")
    region = Choice("所在县（市、区）", choices=[], default="")
    address = StringField("详细地址", [short("详细地址", 120)], filters=[stripped], description="写到门牌号，求职者要知道去哪里上班")
    lon = Coordinate("经度", description="例如 117.0009")
    lat = Coordinate("纬度", description="例如 36.6758")
    wage_unit = Choice("计算单位", choices=options([("", "请选择"), *((unit.value, f"元/{unit.label}") for unit in WageUnit)]), default="")
    wage_low = YuanAmount("最低工资")
    wage_high = YuanAmount("最高工资")
    wage_months = WholeNumber("一年发几个月")
    insurance = TextAreaField("社会保险", [short("社会保险", 500)], filters=[stripped], description="例如：入职当月起缴纳五项社会保险")
    benefits = Items("福利", description="用顿号隔开，例如：包住、工作餐、带薪年假")
    protection = TextAreaField("劳动保护", [short("劳动保护", 500)], filters=[stripped], description="例如：发放安全帽、防护手套，每年体检")
    hazards = TextAreaField("职业危害", [short("职业危害", 500)], filters=[stripped], description="如实写明粉尘、噪声、高温等；没有就写“无”")
    valid_through = Day("有效期至")
    save = SubmitField("存为草稿")
    impossible: Sequence[Finding] = ()
    """After validation: what could be read and cannot be, with the rule of each."""

    def prepare(self, employers: Sequence[Employer] = ()) -> "PostingForm":
        """Gives the choices that come from the database and the marks of what the law asks for."""
        self.region.choices = places(self.region.data)
        self.wage_months.description = f"{limits.MONTHS_OF_A_YEAR} 到 {reference.whole('posting_wage_months_max')}；按月发工资的才填"
        if len(employers) < 2:
            del self.employer
        else:
            self.employer.choices = options((str(employer.id), employer.name) for employer in employers)
        for name in asked_by_law():
            if name in self._fields:
                self._fields[name].flags.required = True
        return self

    @classmethod
    def of(cls, values: PostingValues) -> "PostingForm":
        return cls(
            data={name: getattr(values, name) for name in cls._plain_names()}
            | {
                "occupation": reference.occupations().name(values.occupation),
                "employment_type": values.employment_type.value if values.employment_type else "",
                "education": "" if values.education is None else str(values.education),
                "experience_years": "" if values.experience_years is None else str(values.experience_years),
                "region": values.region or "",
                "wage_unit": values.wage_unit.value if values.wage_unit else "",
            }
        )

    @staticmethod
    def _plain_names() -> tuple[str, ...]:
        texts = ("title", "duties", "requirements", "address", "insurance", "protection", "hazards")
        return (*texts, "headcount", "skills", "lon", "lat", "wage_low", "wage_high", "wage_months", "benefits", "valid_through")

    def validate(self, extra_validators: Any = None) -> bool:
        """Tells everything at once: also what cannot be of the fields that could be read, when others could not."""
        is_sound = super().validate(extra_validators)
        self.impossible = gating.impossible(self.readable(), on=today())
        return not self.show(self.impossible) and is_sound

    def readable(self) -> PostingValues:
        """What was typed without the fields that have an error already; half a pair of coordinates says nothing."""
        faulty = {name for name, field in self._fields.items() if field.errors}
        if faulty & {"lon", "lat"}:
            faulty |= {"lon", "lat"}
        unread: dict[str, Any] = dict.fromkeys(faulty & _MAY_BE_NONE)
        return replace(self.values(), **unread)

    def validate_occupation(self, field: StringField) -> None:
        if field.data and not reference.occupations().named(field.data):
            raise ValidationError(f"《职业分类大典》里没有找到“{field.data}”，请从列表中选，或者留空")

    def show_remarks(self, remarks: Mapping[str, str]) -> None:
        """What the reviewer wrote, beside the field it is about."""
        for name, text in remarks.items():
            field = self._fields.get(name)
            if field is not None:
                field.errors = [*field.errors, f"审核意见：{text}"]

    def show(self, findings: Iterable[Finding]) -> list[Finding]:
        """Puts each finding beside its field; those about something else than this form come back first."""
        elsewhere, here = [], []
        for finding in findings:
            field = self._fields.get(finding.field)
            if field is None:
                elsewhere.append(finding)
            else:
                field.errors = [*field.errors, in_words(finding)]
                here.append(finding)
        return elsewhere + here

    def values(self) -> PostingValues:
        known = {name: self._fields[name].data for name in self._plain_names()}
        named = reference.occupations().named(self.occupation.data) if self.occupation.data else ()
        return PostingValues(
            **known,
            occupation=named[0].code if named else None,
            employment_type=_member(EmploymentType, self.employment_type.data),
            education=_rank(self.education),
            experience_years=_rank(self.experience_years),
            region=self.region.data or None,
            wage_unit=_member(WageUnit, self.wage_unit.data),
        )


def places(chosen: str | None = None) -> list[SelectChoice]:
    """The counties of the home province by city, for a choice that works without JavaScript; a place elsewhere only if it is the row's own."""
    regions = reference.regions()
    offered = [*_home_places(regions, reference.home_province())]
    if chosen and regions.is_known(chosen) and all(choice.value != chosen for choice in offered):
        offered.append(SelectChoice(chosen, regions.name(chosen), optgroup="原来的地点"))
    return offered


@lru_cache(maxsize=2)
def _home_places(regions: Regions, province: str) -> tuple[SelectChoice, ...]:
    """Made once for each copy of the table of regions: a file of postings asks for it hundreds of times."""
    offered = [SelectChoice("", "请选择")]
    for city in regions.cities(province):
        offered += [SelectChoice(row.code, row.name, optgroup=city.name) for row in regions.children(city.code) or (city,)]
    return tuple(offered)


class SubmitForm(Form):
    remark = TextAreaField(
        "给审核员的说明", [short("说明", 500)], filters=[stripped], description="有什么要说明的写在这里，例如条件为什么是工作必需的；没有就不填"
    )

    def asks_why(self, blocks: Sequence[Finding]) -> bool:
        """Whether a word to the reviewer would do for all that blocks; it is then asked for."""
        is_enough = all(finding.necessity for finding in blocks)
        if is_enough:
            self.remark.errors = ["请写明岗位为什么需要；不需要的，请回去修改"]
        return is_enough


class ProlongForm(Form):
    until = Day("有效期至", [InputRequired("请填写新的有效期")])


class OutcomeForm(Form):
    hired = WholeNumber("一共招到", [InputRequired("请填写招到几个人，没有招到就填 0"), NumberRange(0, 9999, "请填 0 到 9999 之间的人数")])
    hired_here = WholeNumber("其中通过本平台招到", [InputRequired("请填写通过本平台招到几个人"), NumberRange(0, 9999, "请填 0 到 9999 之间的人数")])


class TemplateForm(Form):
    name = StringField("模板名称", [InputRequired("请给模板起个名称"), short("模板名称", 60)], filters=[stripped])


class MoveForm(Form):
    to = StringField("状态")
