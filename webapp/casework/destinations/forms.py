"""What is typed about destinations. Choices come from the table of the year; what may not be used is refused by the operation, with its article."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, SelectMultipleField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from webapp.casework.destinations.comparison_models import Department, Verdict
from webapp.casework.destinations.models import Ruling, ToldBy
from webapp.casework.destinations.operations import DestinationValues
from webapp.db import today
from webapp.employers import codes
from webapp.labels import Labelled
from webapp.postings.forms import Choice, Day, Radio, places, short, stripped
from webapp.reference.destination_models import ComparisonPurpose, DestinationCode, DestinationGroup, EvidenceKind, Weight
from webapp.web import Form, options

FILE_BYTES = 8 * 1024 * 1024
_WITH_UNIT = frozenset({DestinationGroup.EMPLOYED, DestinationGroup.SELF_EMPLOYED, DestinationGroup.PROGRAMME, DestinationGroup.STUDY})
_Kind = TypeVar("_Kind", bound=Labelled)


def member(kind: type[_Kind], value: str) -> _Kind:
    """The member a validated choice names."""
    return next(one for one in kind if one.value == value)


def _pairs(codes_of_year: Iterable[DestinationCode]) -> list[tuple[str, str]]:
    return [("", "请选择"), *((row.code, f"{row.code} {row.label}") for row in codes_of_year)]


class RegisterForm(Form):
    code = Choice("去向", [InputRequired("请选择去向")], choices=[])
    evidence = Choice("证明材料", [InputRequired("请选择证明材料")], choices=[], description="见习、实习证明不能证明就业")
    told_by = Radio("谁说的", [InputRequired("请选择是谁说的")], choices=options(ToldBy.choices()[:-1]))
    unit = StringField("单位（学校）名称", [short("单位名称", 80)], filters=[stripped])
    uscc = StringField("统一社会信用代码", [short("统一社会信用代码", 30)], filters=[stripped], description="知道就填：名称写法不同也能认出同一单位")
    position = StringField("岗位（专业）", [short("岗位", 60)], filters=[stripped])
    region = Choice("所在地", choices=[], default="")
    from_on = Day("从哪天起")
    file = FileField("材料照片或扫描件", description="PDF、JPEG 或 PNG，加密保存；查看会留下记录")

    def offer(self, table: Sequence[DestinationCode], evidence: Sequence[EvidenceKind]) -> "RegisterForm":
        self._codes = {row.code: row for row in table}
        self._evidence = {row.code: row for row in evidence}
        self.code.choices = options(_pairs(table))
        self.evidence.choices = options([("", "请选择"), *((row.code, row.label) for row in evidence)])
        self.region.choices = places()
        return self

    def validate_uscc(self, field: StringField) -> None:
        if field.data:
            try:
                field.data = codes.normalise(field.data)
            except codes.IllegalCode as reason:
                raise ValidationError(str(reason)) from reason

    def validate_unit(self, field: StringField) -> None:
        code, evidence = self._codes.get(self.code.data), self._evidence.get(self.evidence.data)
        is_proof = evidence is not None and evidence.weight is Weight.PROOF
        if not field.data and code is not None and code.kind in _WITH_UNIT and is_proof:
            raise ValidationError("请填写单位（学校）名称，材料上写的是哪家")

    @property
    def upload(self) -> FileStorage | None:
        sent: FileStorage | None = self.file.data
        return sent if sent is not None and sent.filename else None

    def values(self) -> DestinationValues:
        return DestinationValues(
            code=self.code.data,
            evidence=self.evidence.data,
            told_by=member(ToldBy, self.told_by.data),
            unit=self.unit.data or "",
            uscc=self.uscc.data or "",
            position=self.position.data or "",
            region=self.region.data or "",
            from_on=self.from_on.data,
        )


class PressForm(Form):
    """A button that changes something."""


class FigureForm(Form):
    cohort = HiddenField()
    region = Choice("地区", [InputRequired("请选择地区")], choices=[])

    def offer(self, regions: Iterable[tuple[str, str]]) -> "FigureForm":
        self.region.choices = options(regions)
        return self

    @property
    def year(self) -> int | None:
        told = str(self.cohort.data or "")
        return int(told) if told.isascii() and told.isdigit() and len(told) == 4 else None


class RulingForm(Form):
    shown = HiddenField()
    """That units and words stood on the page: they stand there again where something is missing, and it is written down again."""
    ruling = Radio("结论", [InputRequired("请选择结论")], choices=options(Ruling.choices()))
    reason = TextAreaField("核查经过和理由", [InputRequired("请写明怎么核实的"), short("理由", 500)], filters=[stripped], description="加密保存")

    @property
    def decision(self) -> Ruling:
        return member(Ruling, self.ruling.data)


class DisputeRulingForm(RulingForm):
    answer = TextAreaField(
        "告诉本人的话", [InputRequired("请写明告诉本人的话"), short("告诉本人的话", 300)], filters=[stripped], description="本人打开链接能看到"
    )


# the graduate's own page


class DisputeForm(Form):
    reason = TextAreaField(
        "哪里不对", [InputRequired("请写一句哪里不对"), short("哪里不对", 300)], filters=[stripped], description="例如：没有签过这份合同；已经离职"
    )


class CorrectForm(Form):
    code = Radio("您现在的情况", [InputRequired("请选择您现在的情况")], choices=[])
    unit = StringField("单位或学校名称", [short("单位名称", 80)], filters=[stripped])
    from_on = Day("从哪天起")

    def offer(self, table: Sequence[DestinationCode]) -> "CorrectForm":
        self.code.choices = options((row.code, row.label) for row in table)
        return self


# comparison


class ComparisonForm(Form):
    department = Choice("哪个部门的数据", [InputRequired("请选择部门")], choices=options([("", "请选择"), *Department.choices()]))
    purpose = Choice("比对用途", [InputRequired("请选择用途，会写入审计记录")], choices=[])
    as_of = Day("数据截至哪天", [InputRequired("请填写数据截至哪天")])
    file = FileField("文件", [FileRequired("请选择文件")], description="Excel（.xlsx）或 CSV，最多 8 MB；读完即清除")

    def offer(self, purposes: Sequence[ComparisonPurpose]) -> "ComparisonForm":
        self.purpose.choices = options([("", "请选择"), *((row.code, row.label) for row in purposes)])
        return self

    def validate_as_of(self, field: Day) -> None:
        if field.data and field.data > today():
            raise ValidationError("日期不能晚于今天")

    def validate_file(self, field: FileField) -> None:
        content = self.content
        if not content:
            raise ValidationError("文件是空的")
        if len(content) > FILE_BYTES:
            raise ValidationError("文件超过 8 MB，请分成几份")

    @property
    def content(self) -> bytes:
        self.file.data.stream.seek(0)
        return bytes(self.file.data.stream.read(FILE_BYTES + 1))

    @property
    def whose(self) -> Department:
        return member(Department, self.department.data)

    @property
    def day(self) -> date:
        assert self.as_of.data is not None, "the form was validated"
        return self.as_of.data


class DecisionForm(Form):
    verdict = Radio("怎样处理", [InputRequired("请选择怎样处理")], choices=options(Verdict.choices()))
    code = Choice("采用时登记为", choices=[], default="")
    reason = StringField(
        "理由", [InputRequired("请写明理由"), short("理由", 200)], filters=[stripped], description="例如：与社保系统核对；单位改名，是同一家"
    )
    chosen = SelectMultipleField("选中的", choices=[], validate_choice=False)
    whole = SubmitField("这一组全部照此处理")

    def offer(self, codes_of_year: Iterable[DestinationCode]) -> "DecisionForm":
        rows = list(codes_of_year)
        if rows:
            self.code.choices = options(_pairs(rows))
        else:
            del self.code
        return self

    @property
    def decision(self) -> Verdict:
        return member(Verdict, self.verdict.data)

    @property
    def code_told(self) -> str:
        return str(self.code.data or "") if "code" in self else ""

    @property
    def keys(self) -> list[UUID]:
        return [key for text in self.chosen.data or () if (key := _key(text)) is not None]


def _key(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
