from operator import itemgetter
from typing import Any

from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from webapp.notices.labels import EVENT_LABELS
from webapp.web import Form, options

_NO_DAY = "日期请写成 2026-01-31 这样"


class DayField(DateField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as reason:
            raise ValueError(_NO_DAY) from reason
        if self.data is not None and not 1970 <= self.data.year < 9999:  # beyond them the calendar here has no instant
            self.data = None
            raise ValueError(_NO_DAY)


class LedgerFilter(Form):
    """Read from the address (`LedgerFilter(request.args)`): it changes nothing, so it carries no token."""

    class Meta(Form.Meta):
        csrf = False

    day = DayField("日期", [Optional()])
    event = SelectField(
        "事项",
        [Optional()],
        choices=options([("", "全部事项"), *sorted(EVENT_LABELS.items(), key=itemgetter(1))]),
        validate_choice=False,  # an unknown kind in an old link finds nothing, and says so
    )
    subject = StringField("对象或人员编号", [Optional(), Length(max=64, message="编号不超过 64 个字符")])
