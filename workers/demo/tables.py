"""A table that an employer of the demo uploaded and has not confirmed yet: right rows, one that lacks something, one that is wrong."""

import csv
import io
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from webapp import files
from webapp.access import Actor
from webapp.bulk import checking, operations, reading
from webapp.bulk.columns import TEMPLATE, TITLE
from webapp.bulk.models import BulkUpload
from webapp.db import reading as short_read
from webapp.db import session, transaction
from webapp.employers.models import Employer
from webapp.files import TABLES, FileType
from workers.demo.calendar import Calendar
from workers.demo.employers import Settled

_ROWS = (
    {TITLE: "数控车床操作工", "headcount": "3", "duties": "操作数控车床加工轴类零件，长白班，8:00–17:00。", "requirements": "能看懂图纸。"},
    {TITLE: "仓库管理员", "headcount": "2", "duties": "收发货物、盘点，会用电脑。长白班，8:00–17:00。", "requirements": "会用办公软件。"},
    {TITLE: "质检员", "headcount": "", "duties": "用量具检验零件并记录，长白班，8:00–17:00。", "requirements": "会用卡尺和千分尺。"},
    {
        TITLE: "叉车司机",
        "headcount": "2",
        "duties": "驾驶叉车装卸，长白班，8:00–17:00。",
        "requirements": "有叉车证。",
        "wage_low": "面议",
        "wage_high": "",
    },
)
_NAME = "本月招聘岗位.csv"


def upload(calendar: Calendar, settled: Iterable[Settled]) -> None:
    """Opens its own transactions. A load that was ended goes on: what is there is not uploaded again."""
    one = next(one for one in settled if one.plan.is_shown)
    content = _content(calendar)
    with short_read():
        if session().scalar(select(BulkUpload.id).limit(1)) is not None:
            return
        employer = session().get_one(Employer, one.employer.id)
        table = reading.read(content, FileType.CSV, most=len(_ROWS))
        checked = checking.check(table, employer, on=calendar.today)
    stored = files.lay_down(content, _NAME, TABLES)
    author, role = one.authors[0]
    with transaction():
        operations.keep(session().get_one(Employer, employer.id), table, checked, stored, by=Actor(author.id, role.value, "web"))


def _content(calendar: Calendar) -> bytes:
    """The headings of the template, and what the rows do not say as its example says it."""
    until = (calendar.today + timedelta(days=45)).isoformat()
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(column.heading for column in TEMPLATE)
    for row in _ROWS:
        said = {column.field: column.sample for column in TEMPLATE} | {"valid_through": until, "occupation": "", "skills": ""} | row
        rows.writerow(said[column.field] for column in TEMPLATE)
    return text.getvalue().encode("utf-8-sig")
