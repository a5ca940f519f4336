"""What is typed at the desk. A wrong entry is refused at once and stays as it was typed."""

import unicodedata
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from wtforms import HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from webapp.casework.desk.logging import Call, Channel, Outcome
from webapp.casework.desk.operations import Purpose
from webapp.casework.models import Waiting
from webapp.db import today
from webapp.postings.forms import Choice, Day, Radio
from webapp.web import Form, options


def _short(most: int) -> Length:
    return Length(max=most, message=f"最多 {most} 个字，请缩短")


def plain(text: str | None) -> str:
    """Without signs no screen shows."""
    told = (text or "").replace("\r\n", "\n")
    return "".join(sign for sign in told if sign == "\n" or unicodedata.category(sign) != "Cc").strip()


class _Seen(Form):
    """`seen` is the version that was on the screen, so that two who write at once see each other."""

    seen = HiddenField()

    def version(self) -> int:
        """0, which no row has, where the field was tampered with."""
        typed = self.seen.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class CallForm(_Seen):
    """One line for whoever was called."""

    outcome = Radio("结果", [InputRequired("请选择结果")], choices=options(Outcome.choices()))
    channel = Choice("方式", choices=options(Channel.choices()), default=Channel.PHONE.value)
    on = Day("联系日期", description="不填就是今天")
    next_on = Day("下次日期", description="不填就按结果自动定")
    note = StringField("情况", [_short(500)], filters=[plain], description="加密保存")

    def validate_on(self, field: Day) -> None:
        if field.data is not None and field.data > today():
            raise ValidationError("联系日期不能晚于今天")

    def validate_next_on(self, field: Day) -> None:
        if field.data is not None and field.data < today():
            raise ValidationError("下次日期不能早于今天")

    def call(self, on: date) -> Call:
        outcome = next(one for one in Outcome if one.value == self.outcome.data)
        channel = next(one for one in Channel if one.value == self.channel.data)
        return Call(outcome, self.on.data or on, channel, self.next_on.data, self.note.data or "")


class NextForm(_Seen):
    next_on = Day("下次日期")
    what = StringField("要做什么", [_short(60)], filters=[plain])
    waiting = Radio("现在等谁", choices=options(Waiting.choices()), default=Waiting.NOBODY.value)

    def validate_next_on(self, field: Day) -> None:
        if field.data is not None and field.data < today():
            raise ValidationError("下次日期不能早于今天")

    def chosen(self) -> Waiting:
        return next(one for one in Waiting if one.value == self.waiting.data)


class ShowForm(Form):
    purpose = Radio("为什么要看", [InputRequired("请选择查看的用途")], choices=options(Purpose.choices()))

    def chosen(self) -> Purpose:
        return next(one for one in Purpose if one.value == self.purpose.data)


class ChosenForm(Form):
    """Whom a bulk action is for: ticked rows, or everybody the filter finds."""

    cases = SelectMultipleField("服务对象", choices=[], validate_choice=False)
    everybody = StringField("全部符合条件的人")

    def keys(self) -> list[UUID]:
        """What is no key is nobody."""
        found = []
        for text in self.cases.data or ():
            try:
                found.append(UUID(text))
            except ValueError:
                continue
        return found


class HandOverForm(ChosenForm):
    caseworker = Choice("交给", [InputRequired("请选择就业专员")], choices=[])
    reason = StringField("原因", [_short(200)], filters=[plain], description="第一次分派可以不写；换人必须写，接手的人会看到")

    def offer(self, caseworkers: Iterable[tuple[str, str]]) -> "HandOverForm":
        self.caseworker.choices = options([("", "请选择"), *caseworkers])
        return self


class MessageForm(ChosenForm):
    batch = HiddenField()
    text = TextAreaField(
        "短信内容",
        [InputRequired("请写短信内容"), Length(max=200, message="最多 200 个字，请缩短")],
        filters=[plain],
        description="不要写身份证号、困难情况等个人信息；群发短信不算一次服务",
    )


class FilterForm(Form):
    name = StringField("名称", [InputRequired("请给这个筛选起个名字"), _short(30)], filters=[plain])
    query = HiddenField()
