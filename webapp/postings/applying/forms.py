"""What an employer and a seeker say to each other about an application."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time

from wtforms import StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, ValidationError
from wtforms.widgets import TextInput

from webapp.accounts.models import Person
from webapp.db import LOCAL_ZONE, today
from webapp.postings.applying.interviews import Appointment
from webapp.postings.applying.models import REFUSALS, Interview, Reason
from webapp.postings.forms import Choice, Day, Radio, short, stripped
from webapp.postings.models import Posting
from webapp.web import Form, options

LENGTHS = (("30", "半小时"), ("60", "一小时"), ("90", "一个半小时"), ("120", "两小时"), ("240", "半天"))
_HOUR = re.compile(r"(上午|早上|中午|下午|晚上)?(\d{1,2})(?:[:.点时](半|\d{1,2})?分?|(\d\d))?")
_AFTERNOON = frozenset({"下午", "晚上"})
_PHONE_SIGNS = re.compile(r"[\d\s()+\-转]+")


class Hour(TimeField):
    """A time of the day as people write it: 9:30, 9：30, 930, 9点半, 下午2点. A box for words, since one for times hides what it does not take."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data.hour}:{self.data.minute:02d}" if self.data else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        text = unicodedata.normalize("NFKC", "".join(valuelist)).replace(" ", "")
        if not text:
            return
        try:
            self.data = _hour(text)
        except ValueError:
            raise ValueError(f"{self.label.text}要写成 时:分，例如 14:30") from None


def _hour(text: str) -> time:
    """Raises ValueError."""
    found = _HOUR.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hour, minutes = int(found[2]), found[3] or found[4] or "0"
    if found[1] in _AFTERNOON and hour < 12:
        hour += 12
    return time(hour, 30 if minutes == "半" else int(minutes))


class ApplyForm(Form):
    message = TextAreaField("想对用人单位说的话", [short("留言", 500)], filters=[stripped], description="可以写会什么、做过什么、什么时候能上班")
    shares_phone = Radio("姓名和电话", [InputRequired("请选择是否把姓名和电话提供给这家单位")])
    """Nothing is chosen beforehand: consent is given (个人信息保护法 §23), and a refusal is a decision, not an oversight."""

    def ask_for(self, employer: str) -> None:
        self.shares_phone.choices = [("yes", f"同意向“{employer}”提供我的姓名和手机号码"), ("no", "暂不同意")]


class ConsentForm(Form):
    given = StringField("同意")


class OtherTimeForm(Form):
    wish = TextAreaField(
        "什么时候能来",
        [DataRequired("请写一下什么时候能来"), short("时间", 200)],
        filters=[stripped],
        description="例如：周六上午，或者下班以后六点半",
    )


class MoveApplicationForm(Form):
    to = StringField("状态")
    next = StringField("回到")


class RefuseForm(Form):
    """Also for several at once: one reason and one word for all of them."""

    reason = Radio("原因", [InputRequired("请选一个原因，求职者会看到它")], choices=options((reason.value, reason.label) for reason in REFUSALS))
    remark = TextAreaField(
        "想对求职者说的话", [short("留言", 200)], filters=[stripped], description="求职者会看到。不要写年龄、性别、婚育、户籍、身体状况等方面的话"
    )

    def why(self) -> Reason:
        return next(reason for reason in REFUSALS if reason.value == self.reason.data)


class InterviewForm(Form):
    day = Day("日期", [InputRequired("请选面试的日期")])
    hour = Hour("时间", [InputRequired("请写几点面试")], description="例如 9:30、14:00、下午 2 点")
    minutes = Choice("大约多久", choices=options(LENGTHS), default="60")
    place = StringField(
        "地点", [DataRequired("请写在哪里面试"), short("地点", 120)], filters=[stripped], description="写到门牌号；电话或视频面试也请写明"
    )
    contact_name = StringField("找谁", [DataRequired("请写到了找谁"), short("找谁", 40)], filters=[stripped])
    contact_phone = StringField("联系电话", [DataRequired("请写联系电话"), short("联系电话", 30)], filters=[stripped], description="只给这位求职者看")
    note = TextAreaField("要带什么、怎么走", [short("说明", 300)], filters=[stripped], description="例如：带身份证和焊工证，坐 12 路到农机厂站")

    @classmethod
    def of(cls, interview: Interview) -> "InterviewForm":
        """The start of a change: what was said before."""
        local = interview.starts_at.astimezone(LOCAL_ZONE)
        kept = {name: getattr(interview, name) or "" for name in ("place", "contact_name", "contact_phone", "note")}
        return cls(data={**kept, "day": local.date(), "hour": local.time(), "minutes": str(interview.minutes)})

    @classmethod
    def at(cls, posting: Posting, host: Person) -> "InterviewForm":
        """The start of an invitation: to the place of work, and to whoever invites."""
        return cls(data={"place": posting.address, "minutes": "60", "contact_name": host.name or "", "contact_phone": host.phone or ""})

    def validate_contact_phone(self, field: StringField) -> None:
        text = unicodedata.normalize("NFKC", field.data or "")
        if not _PHONE_SIGNS.fullmatch(text) or sum(sign.isdigit() for sign in text) < 7:
            raise ValidationError("联系电话看起来不对，请写手机号或带区号的座机")

    def appointment(self) -> Appointment:
        """Only after validation."""
        assert self.day.data is not None
        assert self.hour.data is not None
        return Appointment(
            starts_at=datetime.combine(self.day.data, self.hour.data, LOCAL_ZONE),
            minutes=int(self.minutes.data),
            **{name: self[name].data or "" for name in ("place", "contact_name", "contact_phone", "note")},
        )


class HireForm(Form):
    on = Day("录用日期", [InputRequired("请填写录用日期")], default=today, description="就业登记的期限从这一天算起")

    def day(self) -> date:
        """Only after validation."""
        assert self.on.data is not None
        return self.on.data


class RegisterForm(HireForm):
    on = Day("办理日期", [InputRequired("请填写办理就业登记的日期")], default=today)
