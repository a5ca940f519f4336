"""The columns of a table of postings: the fields of the posting form, under its own labels, and the other names people give them."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from webapp.postings.forms import EXPERIENCES, PostingForm, SubmitForm, asked_by_law, places
from webapp.reference.models import Education, EmploymentType, WageUnit

TITLE, REMARK, PAY, REASON = "title", "remark", "pay", "reason"
"""`pay` is a wage written as one text, `reason` what we wrote into a sheet that went back: neither is a field of the form."""
REASON_HEADING = "出错原因"
EXAMPLE, HINT = "示例：", "填写提示："
SUMS = frozenset({"合计", "总计", "小计"})
EXAMPLE_DAYS = 60
_MARKS = re.compile(r"[*\s:]|\((?:必填|选填|可选|元|人|元/月)\)")


@dataclass(frozen=True, slots=True)
class Column:
    """`field` of the posting form; `offered` are the words of its drop-down; `width` in characters."""

    field: str
    heading: str
    hint: str
    sample: str
    also: tuple[str, ...] = ()
    offered: Callable[[], list[str]] | None = None
    width: int = 16
    in_template: bool = True


def label_of(field: str) -> str:
    """The form's own label."""
    form = SubmitForm if field == REMARK else PostingForm
    return str(vars(form)[field].args[0])


def unit_label(unit: WageUnit) -> str:
    return f"元/{unit.label}"


def place_names() -> list[str]:
    """`济南市历下区`: what the form offers, under the name that is told of one place only."""
    return [f"{choice.optgroup}{choice.label}" if choice.optgroup != choice.label else str(choice.label) for choice in places() if choice.value]


def _column(field: str, hint: str, sample: str, *also: str, width: int = 16, offered: Callable[[], list[str]] | None = None) -> Column:
    return Column(field, label_of(field), hint, sample, also, offered, width)


COLUMNS = (
    _column(TITLE, "写通用的名称，一行一个岗位", "电焊工", "岗位", "职位", "职位名称", "招聘岗位", "招聘职位", width=18),
    _column("occupation", "《职业分类大典》里的细类名称，没有合适的就不填", "焊工", "职业", "职业（工种）", "工种", width=18),
    _column("employment_type", "从列表里选", "全职", "用工形式", "用工方式", "工作性质", offered=lambda: [kind.label for kind in EmploymentType]),
    _column("headcount", "整数，不写“若干”", "5", "人数", "招用人数", "需求人数", "招工人数", "招聘数量", width=10),
    _column(
        "duties", "每天做什么、上什么班、几点到几点", "焊接农机车架，长白班，8:00–17:00。", "岗位职责", "工作职责", "岗位描述", "职位描述", width=36
    ),
    _column("requirements", "证书、技能等；不得以性别、年龄、户籍、婚育设限", "有焊工证。", "任职要求", "岗位要求", "录用条件", "招聘要求", width=30),
    _column(
        "education",
        "从列表里选，没有要求选“不限”",
        "初中",
        "学历",
        "学历要求",
        "文化程度",
        offered=lambda: [one.label for one in Education],
        width=12,
    ),
    _column(
        "experience_years", "从列表里选", "1 年以上", "经验", "经验要求", "工作年限", offered=lambda: [text for _, text in EXPERIENCES], width=12
    ),
    _column("skills", "用顿号隔开", "氩弧焊、看图纸", "技能要求", width=18),
    _column(
        "region", "从列表里选，例如 济南市历下区", "济南市历下区", "县区", "区县", "所在区县", "工作地区", "工作地点", offered=place_names, width=20
    ),
    _column("address", "写到门牌号", "工业南路 88 号", "工作地址", "地址", "上班地址", width=24),
    _column(
        "wage_unit", "从列表里选", "元/月", "工资单位", "计薪单位", "计薪方式", offered=lambda: [unit_label(unit) for unit in WageUnit], width=12
    ),
    _column("wage_low", "数字，单位元；固定工资只填这一列", "6000", "工资下限", "最低薪资", "最低月薪", width=12),
    _column("wage_high", "数字，单位元", "8000", "工资上限", "最高薪资", "最高月薪", width=12),
    _column("wage_months", "12 到 16；按月发工资的才填", "12", "年薪月数", "发薪月数", width=14),
    _column("insurance", "例如：入职当月起缴纳五项社会保险", "入职当月起缴纳五项社会保险。", "社保", "保险", "五险一金", width=24),
    _column("benefits", "用顿号隔开", "包住、工作餐", "福利待遇", width=18),
    _column("protection", "发放什么防护用品、体检等", "发放面罩和防护手套，每年体检。", "劳动保护条件", width=24),
    _column("hazards", "如实写粉尘、噪声、高温等；没有就写“无”", "电焊烟尘，有排烟设备。", "职业病危害", width=22),
    _column("valid_through", "年-月-日，到期自动停止招聘", "", "有效期", "截止日期", "招聘截止日期", "截止时间", width=14),
    _column(REMARK, "没有就不填；条件是工作必需的，在这里写明原因", "", "审核说明", "说明", width=24),
    Column("lon", label_of("lon"), "", "", in_template=False),
    Column("lat", label_of("lat"), "", "", in_template=False),
    Column(PAY, "工资", "", "", ("薪资", "月薪", "劳动报酬", "工资待遇", "薪资待遇"), in_template=False),
    Column(REASON, REASON_HEADING, "", "", in_template=False),
)
OF_FIELD = {column.field: column for column in COLUMNS}
TEMPLATE = tuple(column for column in COLUMNS if column.in_template)


def plain(text: str) -> str:
    """Full-width signs are signs, white space of any kind is one space."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("_x000D_", " ").split())


def _as_heading(text: str) -> str:
    return _MARKS.sub("", plain(text)).lower()


_KNOWN = {_as_heading(name): column.field for column in COLUMNS for name in (column.heading, *column.also)}


def field_of(heading: str) -> str | None:
    """The field a heading means, however it is spaced and marked; None: none that is read."""
    return _KNOWN.get(_as_heading(heading))


def required() -> frozenset[str]:
    """Fields that the law wants stated, as the form marks them; a row without a title is no posting."""
    return frozenset({TITLE, *asked_by_law()})


def example(on: date) -> dict[str, str]:
    """The example row, marked as one in its first cell."""
    values = {column.field: column.sample for column in TEMPLATE}
    return values | {TITLE: EXAMPLE + values[TITLE], "valid_through": (on + timedelta(days=EXAMPLE_DAYS)).isoformat()}


def hints() -> dict[str, str]:
    marked = {column.field: column.hint for column in TEMPLATE}
    return marked | {TITLE: HINT + marked[TITLE]}


def is_left_in(texts: dict[str, str]) -> bool:
    """Hints, our own example as it was, the headings once more, or a sum: no posting. A changed example is one that forgot its mark."""
    title = texts.get(TITLE, "")
    if is_marked(title, HINT) or field_of(title) == TITLE or "".join(title.split()) in SUMS:
        return True
    said = _without_day(texts)
    return is_marked(title, EXAMPLE) and said == {field: text for field, text in _example_texts() if field in said}


def is_marked(title: str, mark: str) -> bool:
    """Whichever colon was typed."""
    return plain(title).startswith(plain(mark))


def _without_day(texts: dict[str, str]) -> dict[str, str]:
    return {field: plain(text) for field, text in texts.items() if field in _SAMPLED and text}


_SAMPLED = frozenset(column.field for column in TEMPLATE if column.sample)


def _example_texts() -> Iterable[tuple[str, str]]:
    return ((field, plain(text)) for field, text in example(date.min).items() if field in _SAMPLED)
