"""What is typed about traineeships."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from webapp.casework.traineeships.models import Ending, TraineePost
from webapp.casework.traineeships.operations import PostValues
from webapp.employers.models import Employer
from webapp.postings.forms import Choice, Day, Radio, WholeNumber, YuanAmount, places, short, stripped
from webapp.web import Form, options


def told_day(field: Day) -> date:
    """What a validated, required field holds."""
    assert field.data is not None, "the form was validated"
    return field.data


class PostForm(Form):
    employer = Choice("见习单位", [InputRequired("请选择见习单位")], choices=[], description="核验通过的用人单位")
    title = StringField("见习岗位", [InputRequired("请填写见习岗位"), short("见习岗位", 60)], filters=[stripped])
    places = WholeNumber("名额", [InputRequired("请填写名额"), NumberRange(1, 500, message="名额应在 1 到 500 之间")])
    region = Choice("见习地点", [InputRequired("请选择见习地点")], choices=[])
    allowance = YuanAmount("每月补助", [InputRequired("请填写每月补助"), NumberRange(1, 100000, message="每月补助应在 1 到 100000 元之间")])
    from_on = Day("协议开始日期", [InputRequired("请填写协议开始日期")])
    to_on = Day("协议结束日期", [InputRequired("请填写协议结束日期")])

    def offer(self, employers: Sequence[Employer], reached: Iterable[str]) -> "PostForm":
        """`reached`: what the codes of the own counties begin with."""
        begins = tuple(reached)
        self.employer.choices = options([("", "请选择"), *((str(row.id), row.name) for row in employers)])
        self.region.choices = [choice for choice in places() if not choice.value or choice.value.startswith(begins)]
        return self

    @property
    def employer_id(self) -> UUID:
        return UUID(self.employer.data)

    def values(self) -> PostValues:
        return PostValues(
            title=self.title.data or "",
            places=self.places.data or 0,
            region=self.region.data,
            allowance=self.allowance.data or Decimal(),
            from_on=told_day(self.from_on),
            to_on=told_day(self.to_on),
        )


class BeginForm(Form):
    post = Choice("见习岗位", [InputRequired("请选择见习岗位")], choices=[])
    from_on = Day("开始日期", [InputRequired("请填写开始日期")])
    to_on = Day("结束日期", [InputRequired("请填写结束日期")])

    def offer(self, posts: Iterable[tuple[TraineePost, str]]) -> "BeginForm":
        """Each post with the words beside it."""
        self.post.choices = options([("", "请选择"), *((str(post.id), words) for post, words in posts)])
        return self

    @property
    def post_id(self) -> UUID:
        return UUID(self.post.data)


class EndForm(Form):
    ended_on = Day("结束日期", [InputRequired("请填写结束日期")])
    ending = Radio("怎样结束", [InputRequired("请选择怎样结束")], choices=options(Ending.choices()))
    retained = BooleanField("单位留用", description="留用后签了劳动合同的，另外登记去向")

    @property
    def how(self) -> Ending:
        return next(one for one in Ending if one.value == self.ending.data)


class PayForm(Form):
    month = StringField("哪个月的补助", [InputRequired("请填写月份")], filters=[stripped], description="写成 2026-11")
    paid = YuanAmount("发了多少", [InputRequired("请填写金额"), NumberRange(0, 100000, message="金额应在 0 到 100000 元之间")])
    paid_on = Day("哪天发的", [InputRequired("请填写发放日期")])

    def validate_month(self, field: StringField) -> None:
        if field.data and self.first is None:
            raise ValidationError("月份要写成 2026-11 的样子")

    @property
    def amount(self) -> Decimal:
        return self.paid.data or Decimal()

    @property
    def first(self) -> date | None:
        told = re.fullmatch(r"(20\d\d)[-./年](0?[1-9]|1[0-2])月?", self.month.data or "")
        return date(int(told[1]), int(told[2]), 1) if told else None
