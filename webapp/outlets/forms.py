"""What an administrator types about an outlet or a publication."""

import re
from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any, TypeVar

from wtforms import BooleanField, Field, HiddenField, PasswordField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # new in 3.3, not yet in the stubs
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp import calling
from webapp.access import Grant
from webapp.outlets import roads
from webapp.outlets.models import SLUG, Format, Outlet, OutletKind, Publication, Rhythm, Way
from webapp.outlets.operations import OutletValues, PublicationValues
from webapp.outlets.roads import BadAddress
from webapp.outlets.selection import Selection
from webapp.outlets.timing import HOURS, Timing
from webapp.reference import queries as reference
from webapp.reference.models import EmploymentType
from webapp.web import Form, options

_Kind = TypeVar("_Kind", OutletKind, Way, Format, Rhythm)
WEEKDAYS = [(str(number), f"周{name}") for number, name in enumerate("一二三四五六日", 1)]
_TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")
RESERVED = frozenset({"new", "items", "plans", "posting", "runs"})
"""They stand in addresses of ours."""


def _filled(message: str) -> DataRequired:
    """Blanks are nothing."""
    return DataRequired(message)


def _short(label: str, most: int) -> Length:
    return Length(max=most, message=f"{label}最多 {most} 个字，请缩短")


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _member(kind: type[_Kind], value: str | None) -> _Kind:
    """Of a choice that was validated."""
    return next(member for member in kind if member.value == value)


class Choice(SelectField):
    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {value for value, *_ in self.iter_choices()}:
            raise ValidationError(f"请在列表中选择{self.label.text}")


class Boxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def places_within(grants: Iterable[Grant]) -> list[tuple[str, str]]:
    """(code, name) of every region these grants reach, a city before its counties."""
    regions = reference.regions()
    codes = [code for grant in grants if grant.region for code in _within(grant.region)]
    return [(code, f"{regions.name(code)}（{code}）") for code in dict.fromkeys(codes)]


def _within(code: str) -> list[str]:
    return [code, *(inner for child in reference.regions().children(code) for inner in _within(child.code))]


class SelectionForm(Form):
    """The part that both forms share: which postings are meant."""

    region = Choice("所属地区", validators=[_filled("请选择所属地区")])
    place = Choice("工作地点", description="不限：所属地区以内的都要")
    occupations = Boxes("职业大类", description="一个也不选：都要。选了就不要没有职业代码的岗位")
    employment_types = Boxes("用工类型", description="一个也不选：都要", choices=options(EmploymentType.choices()))
    direct_only = BooleanField("只要用人单位直接发布的，不要转载的")

    def offer_places(self, grants: Iterable[Grant]) -> None:
        known = places_within(grants)
        self.region.choices = options([("", "请选择"), *known])
        self.place.choices = options([("", "不限"), *known])
        self.occupations.choices = options((row.code, row.name) for row in reference.occupations().children(None))

    @property
    def selection(self) -> Selection:
        return Selection(
            region=self.place.data or "",
            occupations=tuple(self.occupations.data or ()),
            employment_types=tuple(self.employment_types.data or ()),
            direct_only=bool(self.direct_only.data),
        )

    @staticmethod
    def of_selection(kept: Selection) -> dict[str, Any]:
        return {
            "place": kept.region,
            "occupations": list(kept.occupations),
            "employment_types": list(kept.employment_types),
            "direct_only": kept.direct_only,
        }


class OutletForm(SelectionForm):
    name = StringField(
        "渠道名称", [_filled("请填写渠道名称"), _short("渠道名称", 60)], filters=[_stripped], description="例如：山东公共招聘网、历下区零工市场大屏"
    )
    slug = StringField(
        "英文名",
        [_filled("请填写英文名")],
        filters=[_stripped],
        description="小写字母、数字和短横线，用在网址和文件夹名里，以后不能改，例如 lixia-market",
    )
    kind = Choice("类型", choices=options(OutletKind.choices()), validators=[_filled("请选择类型")])
    way = RadioField("发布方式", choices=options(Way.choices()), validators=[_filled("请选择发布方式")])
    rhythm = RadioField("什么时候发布", choices=options(Rhythm.choices()), default=Rhythm.CONTINUOUS.value)
    format = RadioField("数据格式", choices=options(Format.choices()), default=Format.JSONL.value)
    address = StringField("接口地址", [Optional(), _short("接口地址", 300)], filters=[_stripped], description="推送才填，必须以 https:// 开头")
    secret = PasswordField("推送密钥", [Optional(), _short("推送密钥", 200)], description="对方给我们的密钥，推送时带上。留空：不改")

    def prepare(self, grants: Iterable[Grant], outlet: Outlet | None = None) -> "OutletForm":
        self.offer_places(grants)
        if outlet is not None:
            del self.slug
        return self

    @classmethod
    def of(cls, outlet: Outlet) -> "OutletForm":
        names = ("name", "region", "kind", "way", "rhythm", "format", "address")
        return cls(data={name: getattr(outlet, name) for name in names} | cls.of_selection(outlet.selection))

    def validate_slug(self, field: Field) -> None:
        if not SLUG.fullmatch(field.data or "") or field.data in RESERVED:
            raise ValidationError("英文名用小写字母开头，只含小写字母、数字和短横线，3 到 40 个，例如 lixia-market")

    def validate_secret(self, field: Field) -> None:
        if not calling.is_plain(field.data or ""):
            raise ValidationError("推送密钥里只能有英文字母、数字和半角符号，不能有空格和汉字")

    def validate(self, extra_validators: Any = None) -> bool:
        """Tells everything at once; only what is pushed needs an address."""
        is_sound: bool = super().validate(extra_validators)
        if self.way.data != Way.PUSH.value:
            return is_sound
        try:
            roads.check(self.address.data or "")
        except BadAddress as reason:
            self.address.errors = [str(reason)]
            return False
        return is_sound

    def values(self) -> OutletValues:
        return OutletValues(
            name=self.name.data or "",
            kind=_member(OutletKind, self.kind.data),
            region=self.region.data,
            way=_member(Way, self.way.data),
            format=_member(Format, self.format.data),
            rhythm=_member(Rhythm, self.rhythm.data),
            selection=self.selection,
            address=self.address.data or "",
            secret=self.secret.data or None,
        )


class PublicationForm(SelectionForm):
    title = StringField("计划名称", [_filled("请填写计划名称"), _short("计划名称", 60)], filters=[_stripped], description="例如：每周一早市岗位")
    outlets = Boxes("发布到", validators=[_filled("请至少选一个发布渠道")])
    weekdays = Boxes("星期几", choices=options(WEEKDAYS), description="一个也不选：每天")
    at = StringField("几点", [_filled("请填写几点发布")], description="24 小时制，例如 09:00")
    every_hours = Choice("当天还要再发布吗", choices=options([("0", "不，一天一次"), *((str(hours), f"之后每 {hours} 小时一次") for hours in HOURS)]))
    at_most = StringField("一次最多多少个岗位", [_filled("请填写一次最多多少个岗位")], default="50", description="按发布时间取最新的")

    def prepare(self, grants: Sequence[Grant], outlets: Iterable[Outlet]) -> "PublicationForm":
        self.offer_places(grants)
        self.outlets.choices = [SelectChoice(str(outlet.id), outlet.name) for outlet in outlets]
        return self

    @classmethod
    def of(cls, publication: Publication, outlets: Iterable[Outlet]) -> "PublicationForm":
        return cls(
            data={
                "title": publication.title,
                "region": publication.region,
                "outlets": [str(outlet.id) for outlet in outlets],
                "weekdays": [str(day) for day in publication.weekdays],
                "at": f"{publication.timing.at:%H:%M}",
                "every_hours": str(publication.every_hours),
                "at_most": str(publication.at_most),
            }
            | cls.of_selection(publication.selection)
        )

    def validate_at(self, field: Field) -> None:
        if not _TIME.fullmatch(_stripped(field.data)):
            raise ValidationError("时间要写成 24 小时制，例如 09:00")

    def validate_at_most(self, field: Field) -> None:
        most = reference.whole("publication_at_most")
        text = _stripped(field.data)
        if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
            raise ValidationError(f"要写成 1 到 {most} 的整数")

    def values(self) -> PublicationValues:
        clock = _TIME.fullmatch(_stripped(self.at.data))
        assert clock is not None, "a form that is not valid has no values"
        return PublicationValues(
            title=self.title.data or "",
            region=self.region.data,
            timing=Timing(
                time(int(clock[1]), int(clock[2])), tuple(sorted(int(day) for day in self.weekdays.data or ())), int(self.every_hours.data or 0)
            ),
            at_most=int(_stripped(self.at_most.data)),
            selection=self.selection,
        )


class GiveUpForm(Form):
    reason = TextAreaField("为什么放弃", [_filled("请写明为什么放弃，以后查得到"), _short("理由", 200)], filters=[_stripped])


class PressForm(Form):
    """One button."""

    back = HiddenField()
