"""What an employer says about itself, whom it lets in, and what a reviewer decides."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # new in 3.3, not yet in the stubs
from wtforms.validators import Length, Optional, ValidationError

from webapp.accounts.forms import PhoneField, at_most, required
from webapp.employers import codes
from webapp.files import FileKind
from webapp.reference import queries as reference
from webapp.web import Form, options

PAPERS = (FileKind.LICENCE, FileKind.AUTHORITY)
SIZES = ("1–9人", "10–49人", "50–99人", "100–499人", "500–999人", "1000人以上")


class EmployerForm(Form):
    name = StringField("单位名称", [required("请填写单位名称。"), Length(min=2, message="单位名称太短。"), at_most(120)])
    uscc = StringField("统一社会信用代码", [required("请填写统一社会信用代码。"), at_most(40)])
    region = SelectField("所在区县", validators=[required("请选择所在区县。")])
    address = StringField("详细地址", [required("请填写详细地址。"), at_most(200)])
    industry = SelectField("行业", validators=[required("请选择行业。")])
    size = SelectField("人数规模", choices=options([("", "请选择"), *((size, size) for size in SIZES)]), validators=[required("请选择人数规模。")])
    about = TextAreaField("单位基本情况", [required("请介绍一下单位。"), at_most(2000)])
    contact_name = StringField("联系人", [required("请填写联系人。"), at_most(40)])
    contact_phone = PhoneField("联系人手机号", [required("请填写联系人手机号。")])
    code = ""

    def prepare(self) -> "EmployerForm":
        self.region.choices = _counties()
        self.industry.choices = options([("", "请选择"), *((row.code, row.name) for row in reference.industries().children(None))])
        return self

    def validate_uscc(self, field: Field) -> None:
        try:
            self.code = codes.normalise(field.data or "")
        except codes.IllegalCode as reason:
            raise ValidationError(str(reason)) from reason

    def values(self) -> dict[str, Any]:
        """What the operations take, in normal form; only after validation."""
        kept = {name: (self[name].data or "").strip() for name in ("name", "region", "address", "industry", "size", "about", "contact_name")}
        return {**kept, "uscc": self.code, "contact_phone": self.contact_phone.number}


def _counties() -> list[SelectChoice]:
    """The counties of the home province, grouped under their cities; a city without counties stands for itself."""
    regions = reference.regions()
    offered = [SelectChoice("", "请选择")]
    for city in regions.cities(reference.home_province()):
        offered += [SelectChoice(row.code, row.name, optgroup=city.name) for row in regions.children(city.code) or (city,)]
    return offered


class MemberForm(Form):
    phone = PhoneField("对方的手机号", [required("请填写对方的手机号。")])


class PaperForm(Form):
    kind = SelectField("证照种类", choices=options([(kind.value, kind.label) for kind in PAPERS]), validators=[required("请选择证照种类。")])
    paper = FileField("文件", [FileRequired("请选择要上传的照片或扫描件。")])

    @property
    def chosen(self) -> FileKind:
        """Only after validation."""
        return next(kind for kind in PAPERS if kind.value == self.kind.data)


class DecisionForm(Form):
    """Which button was pressed is the decision: anything but `verify` is a refusal, and a refusal needs its reason."""

    papers_seen = BooleanField("没有上传营业执照；我已核对原件，或在公示系统查到这家单位正常经营")

    decision = HiddenField()
    seen = HiddenField()
    """Name and code that are decided about."""
    reason = TextAreaField("不通过的原因", [Optional(), at_most(500)])
