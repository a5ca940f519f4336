"""What is typed in this room. A wrong entry is refused at once and stays as it was typed; choices come from the tables of the day."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from search.titles import code_title
from webapp.accounts.models import Person
from webapp.db import today
from webapp.demand.models import ENDS, SYSTEMS, KeyReason, Need, NeedSource, NeedState, Urgency, Visit, VisitWay
from webapp.demand.operations import VisitValues
from webapp.demand.periods import Period
from webapp.demand.values import NeedValues, values_of
from webapp.employers.models import Employer
from webapp.gate.findings import Finding
from webapp.labels import Labelled
from webapp.postings import limits
from webapp.postings.forms import Choice, Day, Radio, WholeNumber, YuanAmount, places
from webapp.postings.reading import reader
from webapp.postings.values import PostingValues
from webapp.reference import queries as reference
from webapp.reference.models import Education, EmploymentType, WageUnit
from webapp.web import Form, options

_UNIT_DASHES = 3
_SUGGESTED = 3
NEXT_CONTACTS = (("", "不定"), ("1", "明天"), ("3", "3 天后"), ("7", "一周后"), ("14", "两周后"), ("30", "一个月后"))
_Kind = TypeVar("_Kind", bound=Labelled)
FILE_BYTES = 2 * 1024 * 1024


def _short(most: int) -> Length:
    return Length(max=most, message=f"最多 {most} 个字，请缩短")


def _plain(text: str | None) -> str:
    """Without signs no screen shows; line ends as one sign."""
    told = (text or "").replace("\r\n", "\n")
    return "".join(sign for sign in told if sign == "\n" or unicodedata.category(sign) != "Cc").strip()


def _member(kind: type[_Kind], value: str) -> _Kind:
    """The member a validated choice names."""
    return next(member for member in kind if member.value == value)


def occupation_named(text: str) -> str:
    """The code of the 细类 of this name or synonym; empty where there is none."""
    return next((row.code for row in reference.occupations().named(text) if row.code.count("-") == _UNIT_DASHES), "")


def _suggested(text: str) -> str:
    resolver, table = reader().resolver, reference.occupations()
    guesses = resolver.ranked(text, _SUGGESTED) if resolver else ()
    names = list(dict.fromkeys(table.name(guess.code) for guess in guesses))
    return f"您要找的也许是：{'、'.join(names)}。" if names else ""


# visits


class VisitForm(Form):
    on = Day("联系日期", [InputRequired("请填写联系日期")])
    way = Radio("方式", [InputRequired("请选择联系方式")], choices=options(VisitWay.choices()), default=VisitWay.ON_SITE.value)
    met = StringField("见到的人", [_short(60)], filters=[_plain], description="姓名和职务；加密保存")
    summary = TextAreaField("情况", [_short(2000)], filters=[_plain], description="生产、用工、困难和要求；加密保存，看的人会留下记录")
    next_on = Day("下次联系日期")
    confirmed = SelectMultipleField("这次核实过、仍然需要的需求", choices=[])
    and_need = SubmitField("保存并登记需求")

    @classmethod
    def of(cls, visit: Visit) -> "VisitForm":
        """To be corrected: the dates as they were. What was written is not shown again, it is written anew."""
        return cls(data={"on": visit.on, "way": visit.way.value, "next_on": visit.next_on})

    def ask_about(self, needs: Iterable[tuple[str, str]]) -> "VisitForm":
        """`needs`: key and words of those that are live."""
        self.confirmed.choices = options(needs)
        if not self.confirmed.choices:
            del self.confirmed
        return self

    def values(self) -> VisitValues:
        assert self.on.data is not None, "only after validation"
        return VisitValues(
            on=self.on.data, way=_member(VisitWay, self.way.data), met=self.met.data or "", summary=self.summary.data or "", next_on=self.next_on.data
        )

    def confirmed_keys(self) -> set[str]:
        return set(self.confirmed.data or ()) if "confirmed" in self else set()


class QuickLogForm(Form):
    """One line for one employer or for several: who was contacted, how, and when again."""

    employers = SelectMultipleField("单位", choices=[], validate_choice=False)
    one = StringField("只记这一家")
    way = Choice("方式", choices=options(VisitWay.choices()), default=VisitWay.PHONE.value)
    note = StringField("情况", [_short(200)], filters=[_plain])
    next_in = Choice("下次联系", choices=options(NEXT_CONTACTS), default="14")
    still = BooleanField("在办需求都还要")

    def contacted(self) -> set[str]:
        """The button of a row means that row alone."""
        return {self.one.data} if self.one.data else set(self.employers.data or ())

    def values(self, on: date) -> VisitValues:
        next_on = on + timedelta(days=int(self.next_in.data)) if self.next_in.data else None
        return VisitValues(on=on, way=_member(VisitWay, self.way.data), summary=self.note.data or "", next_on=next_on)


# needs


class _Terms(Form):
    """What a need says, in the order a person is asked for it."""

    headcount = WholeNumber("需要人数", [InputRequired("请填写需要多少人")])
    by_on = Day("最晚到岗日期")
    urgency = Radio("紧急程度", choices=options(Urgency.choices()), default=Urgency.NORMAL.value)
    region = Choice("工作地点所在县（市、区）", [InputRequired("请选择工作地点")], choices=[], default="")
    address = StringField("详细地址", [_short(120)], filters=[_plain])
    wage_unit = Choice("计算单位", choices=options([("", "请选择"), *((unit.value, f"元/{unit.label}") for unit in WageUnit)]), default="")
    wage_low = YuanAmount("最低工资")
    wage_high = YuanAmount("最高工资")
    conditions = TextAreaField(
        "条件", [_short(1000)], filters=[_plain], description="证书、技能、班次等；不得以性别、年龄、户籍、婚育设限，不要写人名和电话"
    )

    def prepare(self) -> Any:
        self.region.choices = places(self.region.data)
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Tells everything at once, also what figures cannot be."""
        is_sound = super().validate(extra_validators)
        return not self._show(limits.problems(self._figures(), on=today())) and is_sound

    def _figures(self) -> PostingValues:
        return PostingValues(
            headcount=self.headcount.data,
            wage_low=self.wage_low.data,
            wage_high=self.wage_high.data,
            wage_unit=self._unit() if self.wage_low.data or self.wage_high.data else None,
        )

    def _unit(self) -> WageUnit | None:
        return next((unit for unit in WageUnit if unit.value == self.wage_unit.data), None)

    def _show(self, findings: Sequence[Finding]) -> Sequence[Finding]:
        for finding in findings:
            field = self._fields[finding.field]
            field.errors = [*field.errors, finding.message]
        return findings

    def _terms(self) -> dict[str, Any]:
        names = ("headcount", "by_on", "region", "address", "wage_low", "wage_high", "conditions")
        has_wage = self.wage_low.data is not None or self.wage_high.data is not None
        return {name: self._fields[name].data for name in names} | {
            "urgency": _member(Urgency, self.urgency.data),
            "wage_unit": self._unit() if has_wage else None,
        }


class NeedForm(_Terms):
    occupation = StringField(
        "职业（工种）",
        [InputRequired("请填写职业"), _short(80)],
        filters=[_plain],
        description="《职业分类大典》的细类，常用叫法也可以，例如：电焊工",
    )
    title = StringField("岗位名称", [_short(60)], filters=[_plain], description="单位自己的叫法；不填就用职业名称")
    employment_type = Choice("用工类型", choices=options([("", "请选择"), *EmploymentType.choices()]), default="")
    education = Choice("最低学历", choices=options([("", "请选择"), *Education.choices()]), default="")

    @classmethod
    def of(cls, need: Need) -> "NeedForm":
        values = values_of(need)
        plain = ("headcount", "by_on", "region", "address", "wage_low", "wage_high", "conditions", "title")
        return cls(
            data={name: getattr(values, name) for name in plain}
            | {
                "occupation": reference.occupations().name(values.occupation) or values.title,
                "urgency": values.urgency.value,
                "wage_unit": values.wage_unit.value if values.wage_unit else "",
                "employment_type": values.employment_type.value if values.employment_type else "",
                "education": "" if values.education is None else str(values.education),
            }
        )

    def validate_occupation(self, field: StringField) -> None:
        if field.data and not occupation_named(field.data):
            raise ValidationError(f"《职业分类大典》里没有叫“{field.data}”的职业。{_suggested(field.data)}")

    def values(self) -> NeedValues:
        """What was typed as a special name of an occupation becomes the title, where none was given."""
        code, typed = occupation_named(self.occupation.data or ""), self.occupation.data or ""
        title = self.title.data or ("" if typed == reference.occupations().name(code) else typed)
        kind = next((one for one in EmploymentType if one.value == self.employment_type.data), None)
        education = int(self.education.data) if self.education.data else None
        return NeedValues(occupation=code, title=title[:60], employment_type=kind, education=education, **self._terms())


class AnnounceForm(_Terms):
    """An employer's own short form: any name will do, the officer finds the occupation where the house is not sure."""

    employer = Choice("单位", choices=[], default="")
    title = StringField("要招什么人", [InputRequired("请填写要招什么人"), _short(60)], filters=[_plain], description="例如：电焊工、缝纫工、会计")

    def offer(self, employers: Sequence[Employer]) -> "AnnounceForm":
        if len(employers) < 2:
            del self.employer
        else:
            self.employer.choices = options((str(employer.id), employer.name) for employer in employers)
        if not self.region.data and employers:
            self.region.data = employers[0].region
        self.prepare()
        return self

    def chosen(self, employers: Sequence[Employer]) -> Employer | None:
        if "employer" not in self:
            return next(iter(employers), None)
        return next((employer for employer in employers if str(employer.id) == self.employer.data), None)

    def values(self) -> NeedValues:
        title = self.title.data or ""
        code = occupation_named(title) or self._guessed(title)
        return NeedValues(occupation=code, title=title, **self._terms())

    @staticmethod
    def _guessed(title: str) -> str:
        resolver = reader().resolver
        guess = code_title(title, resolver) if resolver else None
        return guess.code if guess is not None and guess.code.count("-") == _UNIT_DASHES else ""


class HiredForm(Form):
    hired = WholeNumber("已录用", [InputRequired("请填写一共录用了多少人")])


class CloseForm(Form):
    state = Radio("怎样结束", [InputRequired("请选择怎样结束")], choices=options((state.value, state.label) for state in ENDS))
    remark = TextAreaField("说明", [InputRequired("请写明关闭的说明"), _short(500)], filters=[_plain], description="例如：5 人已于 3 月 2 日全部到岗")

    @property
    def wanted(self) -> NeedState:
        return _member(NeedState, self.state.data)


class ReasonForm(Form):
    reason = TextAreaField("原因", [InputRequired("请写明原因"), _short(200)], filters=[_plain])


class RemarkForm(Form):
    remark = StringField("撤销的原因", [InputRequired("请写明为什么不招了"), _short(200)], filters=[_plain])


class LinkForm(Form):
    posting = Choice("岗位", [InputRequired("请选择岗位")], choices=[])


class FilterForm(Form):
    """What a list was narrowed to, carried along to its export."""

    queue = HiddenField()
    scope = HiddenField()
    q = HiddenField()


# leading


class AssignForm(Form):
    officer = Choice("专员", [InputRequired("请选择专员")], choices=[])
    reason = StringField("原因", [_short(200)], filters=[_plain], description="换人时必填，例如：原专员调离")

    def offer(self, officers: Iterable[tuple[Person, str]]) -> Any:
        """Each with the words beside the name: region and how much is looked after already."""
        self.officer.choices = options(
            [("", "请选择"), *((str(person.id), f"{person.name or '未填写姓名'}（{words}）") for person, words in officers)]
        )
        return self


class HandOverForm(AssignForm):
    reason = StringField("原因", [InputRequired("请写明原因"), _short(200)], filters=[_plain], description="例如：调离、休产假")


class KeyForm(Form):
    kind = Choice(
        "理由",
        [InputRequired("请选择理由")],
        choices=options([("", "请选择"), *(pair for pair in KeyReason.choices() if pair[0] != KeyReason.ROSTER)]),
    )


# files


class _CsvForm(Form):
    file = FileField("CSV 文件", [FileRequired("请选择文件")])

    def validate_file(self, field: FileField) -> None:
        content = self._read(field.data)
        if not content:
            raise ValidationError("文件是空的")
        if len(content) > FILE_BYTES:
            raise ValidationError(f"文件超过 {FILE_BYTES // 1024 // 1024} MB，请分成几份")

    @staticmethod
    def _read(sent: FileStorage) -> bytes:
        sent.stream.seek(0)
        return sent.stream.read(FILE_BYTES + 1)

    @property
    def content(self) -> bytes:
        return self._read(self.file.data)

    @property
    def file_name(self) -> str:
        return re.split(r"[/\\:]", self.file.data.filename or "")[-1]


class NeedFileForm(_CsvForm):
    source = Choice("来自哪个系统", [InputRequired("请选择来源")], choices=options([("", "请选择"), *((one.value, one.label) for one in SYSTEMS)]))

    @property
    def system(self) -> NeedSource:
        return _member(NeedSource, self.source.data)


class RosterForm(_CsvForm):
    pass


# the catalogue


class CatalogueForm(Form):
    region = Choice("地区", [InputRequired("请选择地区")], choices=[])
    period = Choice("时期", [InputRequired("请选择时期")], choices=[])

    def offer(self, regions: Iterable[tuple[str, str]], periods: Iterable[Period]) -> "CatalogueForm":
        self.region.choices = options(regions)
        self.period.choices = options((period.code, period.label) for period in periods)
        return self


class PublishForm(Form):
    reason = StringField("替代的原因", [_short(200)], filters=[_plain], description="这一期已经发布过时必填，例如：补录了一批需求")
