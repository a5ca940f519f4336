"""What is typed in this room. A form for one person is read by the reader of rows, so that a list and a hand say the same things alike."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from webapp.casework.models import OriginKind, TagKind
from webapp.casework.rosters.operations import Sending
from webapp.casework.rosters.rows import RowReader
from webapp.casework.rosters.values import BadRow, Field, RowRefused, Told
from webapp.files import SHEETS, Limits, NotAccepted, Stored, lay_down
from webapp.postings.forms import Choice, Day, Radio, WholeNumber, places
from webapp.reference import queries as reference
from webapp.reference.models import Education
from webapp.web import Form, options

UNPACKED_AT_MOST = 400 * 1024 * 1024
LISTS = (OriginKind.SCHOOL, OriginKind.RETURNED, OriginKind.RESIDENT, OriginKind.SELF)
_BY_HAND = (OriginKind.RESIDENT, OriginKind.RETURNED, OriginKind.SELF, OriginKind.STAFF)
_LEVELS = (Education.DOCTOR, Education.MASTER, Education.BACHELOR, Education.JUNIOR_COLLEGE, Education.VOCATIONAL, Education.SENIOR_MIDDLE)


def _short(most: int) -> Length:
    return Length(max=most, message=f"最多 {most} 个字，请缩短")


def _kinds(kinds: Iterable[OriginKind]) -> list[Any]:
    return options((kind.value, kind.label) for kind in kinds)


class RosterForm(Form):
    kind = Radio("这是哪一种名单", [InputRequired("请选择是哪一种名单")], choices=_kinds(LISTS))
    source = StringField("名单来源", [_short(80)], description="例如：省厅下发 2026 年第 2 批。学校移交的可以不填，按每一行的毕业院校记")
    year = WholeNumber("毕业年度", description="文件里没有毕业年度、也没有毕业日期时填写，例如 2026")
    file = FileField("名册文件", [FileRequired("请选择文件")], description="xls、xlsx 或 csv（UTF-8、GB18030 都可以）")

    def laid_down(self) -> Stored | None:
        """The content, sealed on the disk; None where it is not taken, and the field says why."""
        given: FileStorage = self.file.data
        limits = Limits(reference.whole("roster_file_bytes_max"), UNPACKED_AT_MOST)
        try:
            return lay_down(given.stream.read(), given.filename or "", SHEETS, limits)
        except NotAccepted as refusal:
            self.file.errors = [str(refusal)]
            return None

    def sending(self, programme: str) -> Sending:
        kind = next(one for one in LISTS if one.value == self.kind.data)
        return Sending(kind, programme, (self.source.data or "").strip(), self.year.data)


class EnterForm(Form):
    """单个登记."""

    kind = Radio("来源", [InputRequired("请选择来源")], choices=_kinds(_BY_HAND), default=OriginKind.STAFF.value)
    name = StringField("姓名", [InputRequired("请填写姓名"), _short(60)])
    id_number = StringField("身份证号码", [InputRequired("请填写身份证号码"), _short(40)])
    phone = StringField("手机号码", [_short(40)])
    other_phone = StringField("家庭电话", [_short(40)])
    household = Choice("户籍所在地", choices=[])
    living = Choice("常住地", choices=[])
    street = StringField("街道（乡镇）", [_short(60)])
    address = StringField("详细地址", [_short(120)])
    school = StringField("毕业院校", [_short(60)])
    education = Choice("学历", choices=options([("", "请选择"), *((level.label, level.label) for level in _LEVELS)]))
    major = StringField("专业", [_short(60)])
    year = StringField("毕业年度", [_short(10)], description="例如 2026；填了毕业日期的可以不填")
    graduated_on = Day("毕业日期")
    hardship = SelectMultipleField("困难类别", choices=options((kind.value, kind.label) for kind in TagKind if kind is not TagKind.LONG_UNEMPLOYED))
    mine = BooleanField("由我负责")

    def offer(self) -> "EnterForm":
        self.household.choices = places(self.household.data)
        self.living.choices = places(self.living.data)
        return self

    @property
    def origin(self) -> OriginKind:
        return next(kind for kind in _BY_HAND if kind.value == self.kind.data)

    def told(self, home: str, on: date) -> Told | None:
        """None where something cannot be read: the field says what."""
        reader = RowReader(list(_TYPED), year=None, home=home, on=on)
        try:
            return reader.read([self._typed(field) for field in _TYPED])
        except RowRefused as refusal:
            self.refuse(refusal)
            return None

    def _typed(self, field: Field) -> object:
        value = getattr(self, field.value).data
        return "、".join(value) if isinstance(value, list) else value

    def refuse(self, refusal: RowRefused) -> None:
        field = getattr(self, _FIELD_OF.get(refusal.reason, Field.ID_NUMBER).value)
        field.errors = [refusal.says]


_TYPED = (
    Field.NAME,
    Field.ID_NUMBER,
    Field.PHONE,
    Field.OTHER_PHONE,
    Field.HOUSEHOLD,
    Field.LIVING,
    Field.STREET,
    Field.ADDRESS,
    Field.SCHOOL,
    Field.EDUCATION,
    Field.MAJOR,
    Field.YEAR,
    Field.GRADUATED_ON,
    Field.HARDSHIP,
)
_FIELD_OF: Mapping[BadRow, Field] = {
    BadRow.NO_NAME: Field.NAME,
    BadRow.BAD_NAME: Field.NAME,
    BadRow.BAD_PHONE: Field.PHONE,
    BadRow.BAD_DATE: Field.GRADUATED_ON,
    BadRow.NO_YEAR: Field.YEAR,
    BadRow.BAD_YEAR: Field.YEAR,
    BadRow.BAD_EDUCATION: Field.EDUCATION,
    BadRow.NO_PLACE: Field.LIVING,
    BadRow.BAD_PLACE: Field.LIVING,
    BadRow.OUTSIDE: Field.LIVING,
}
"""Beside which field a reason stands; all others are about the ID number."""


class AllocationForm(Form):
    county = HiddenField()
    digest = HiddenField()
