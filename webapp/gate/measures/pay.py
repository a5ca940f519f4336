"""Pay that may not be or cannot be meant: below the minimum (PAY_LOW), absurd or against its own words (PAY_ABSURD)."""

import re
from collections.abc import Iterator
from decimal import Decimal

from webapp.gate.measures.asked import Asked, Met
from webapp.gate.wording.family import after, before
from webapp.reference import wages
from webapp.reference.models import Education, Parameter, WageUnit

_ENDLESS = Decimal(10**9)
_RANGE = re.compile(r"(?<![\d.])(\d{4,6})(?:元)?-+(\d{4,6})(?![\d.])(?!年)")
_IN_TITLE = re.compile(
    r"(?P<what>月入|月薪|月均|综合|到手|工资|薪资|收入)?(?:过|超|约|可达|不低于)?(?<![\da-z.\-])"
    r"(?:(?P<low>\d{4,5})(?:元)?(?![\d.年届])(?:-+(?P<high>\d{4,5}))?(?P<more>\+|以上|起|加)?"
    r"|(?P<klow>\d{1,2}(?:\.\d)?)(?:k?)(?:-+(?P<khigh>\d{1,2}(?:\.\d)?))?k(?P<kmore>\+|以上|起)?(?![a-z]|奖|补|返|预))"
)
_IN_TEXT = re.compile(
    r"(?:综合|平均|每月|转正后?)?(?:月薪|月收入|月工资|月综合(?:工资|薪资|收入)?|综合(?:薪资|工资|收入|月薪)|到手(?:工资)?|薪资范围|工资范围|月入)"
    r"(?:范围|区间)?[^\d\n。;,]{0,4}(\d{4,5})(?:元)?(?:/月)?-+(\d{4,5})(?!\d)"
)
_LEAST = re.compile(r"(?:底薪|保底|无责|试用|培训|实习|奖|补贴|返|预支|最低|基本工资|节假日|推荐|学徒)[^\d\n。;,]{0,5}$")
_YEARLY = re.compile(r"年薪|年入|年收入|年包|时薪|日薪|日结|周薪|/天|一天|小时|周结")
_FEW_HOURS = re.compile(r"(?<![\d.\-])([1-4](?:\.5)?)(?:-+([1-4](?:\.5)?))?个?小时(?!以上|[^\n。;,]{0,4}(?:/周|每周|加班|午休|休息|培训))")
_OF_A_DAY = re.compile(r"工作(?:时长|时间)?|每天|每日|一天|时长|上班|日均|拍摄|直播")
_EXTRA = re.compile(r"奖|提成|补贴|佣金|分红|红包")
_NOT_OF_WORK = re.compile(r"(?:休息?|午|加班|超过|培训|提前|车程|兼职)[^\d\n,。;]{0,3}$")
_UNTRAINED = re.compile(
    r"(?:有无|不限|无需|接受无|可无|没有|无|零|0|不要求)(?:任何)?(?:工作)?(?:相关)?(?:从业)?(?:经验|基础)(?:者)?(?:均可|即可|也可|可|要求|都可|不限|亦可)?|经验不限|小白(?:均可|可)"
)


def find(asked: Asked) -> Iterator[Met]:
    low, high = asked.subject.month(asked.book.factors(asked.on))
    yield from _too_little(asked, low, high)
    yield from _too_much(asked, low, high)
    yield from _mistyped(asked, low, high)
    if high is not None or low is not None:
        yield from _against_itself(asked, Decimal(low if low is not None else high or 0), Decimal(high if high is not None else low or 0))


def _too_little(asked: Asked, low: int | None, high: int | None) -> Iterator[Met]:
    """The highest figure stays below the minimum of the place; where that is not known, below the lowest grade of its province."""
    wage = asked.subject.wage()
    hourly = wage.unit is WageUnit.HOUR
    most = (wage.high or wage.low) if hourly else Decimal(high or low or 0)
    minimum, name = _minimum(asked, "minimum_wage_hourly" if hourly else "minimum_wage_monthly")
    if not most or minimum is None or most >= Decimal(minimum.value or 0):
        return
    unit, hint = ("小时", "") if hourly else ("月", "，非全日制用工请写小时工资")
    mark = "" if minimum.checked else "（未核实）"
    yield Met(
        "PAY_LOW",
        "wage_low",
        figure=f"工资最高约 {wages.write(most)} 元/{unit}，低于{name} {minimum.value} 元/{unit}{mark}。请再核对一次{hint}",
        basis=minimum.basis,
    )


def _minimum(asked: Asked, key: str) -> tuple[Parameter | None, str]:
    """(the row, its name). A county whose grade was not seen pays at least the lowest grade of its province."""
    own = asked.parameter(key)
    if own is not None and own.value:
        return own, "当地最低工资标准"
    known = [row for grade in (1, 2, 3) if (row := asked.parameter(f"{key}_class{grade}")) is not None and row.value]
    return min(known, key=lambda row: Decimal(row.value or 0), default=None), "全省最低一档的最低工资标准"


def _too_much(asked: Asked, low: int | None, high: int | None) -> Iterator[Met]:
    limit, most = asked.parameter("posting_wage_month_max"), high if high is not None else low
    if limit is not None and limit.value and most is not None and most > Decimal(limit.value):
        yield Met("PAY_ABSURD.excess", "wage_high", figure=f"折合每月约 {most:,} 元，超过 {int(Decimal(limit.value)):,} 元的上限", basis=limit.basis)


def _mistyped(asked: Asked, low: int | None, high: int | None) -> Iterator[Met]:
    """A range whose ends are ten times apart has a nought too many."""
    widest = asked.figure("gate_pay_range_ratio")
    if widest is None:
        return
    if low and high and Decimal(high) / low >= widest:
        yield Met("PAY_ABSURD", "wage_high", figure=f"最高工资是最低工资的 {Decimal(high) / low:.0f} 倍")
    for found in _RANGE.finditer(asked.text.plain):
        first, second = Decimal(found[1]), Decimal(found[2])
        is_glued = second % 10 and asked.text.plain[found.end() : found.end() + 1] in {"、", ".", ","}  # `8000-8500` and the `2、` of the next line
        if 1000 <= first < second and second / first >= widest and not is_glued and not _EXTRA.search(_around(asked, found)):
            yield Met("PAY_ABSURD", place=found.span(), figure=f"“{found[0]}”两端相差 {second / first:.0f} 倍")
            return


def _around(asked: Asked, found: re.Match[str]) -> str:
    return before(asked.text.plain, found.start(), 6) + after(asked.text.plain, found.end(), 6)


def _against_itself(asked: Asked, low: Decimal, high: Decimal) -> Iterator[Met]:
    yield from _against_title(asked, low, high)
    yield from _against_text(asked, low, high)
    yield from _for_little_work(asked, low)
    yield from _for_no_skill(asked, low)


def _against_title(asked: Asked, low: Decimal, high: Decimal) -> Iterator[Met]:
    ratio, stated = asked.figure("gate_pay_gap_ratio"), asked.figure("gate_pay_stated_ratio")
    title = asked.text.plain.partition("\n")[0]
    if ratio is None or stated is None or "title" not in asked.text.fields or _YEARLY.search(title):
        return
    for found in _IN_TITLE.finditer(title):
        said = _title_pay(found)
        if said is None or _LEAST.search(before(title, found.start(), 8)):
            continue
        is_open = said[1] == _ENDLESS or found["high"] or found["khigh"]
        gap = max(said[0] / high if high else Decimal(0), low / said[1])
        if gap >= ratio or (is_open and gap >= stated):
            yield Met("PAY_ABSURD", place=found.span(), figure=f"名称里写“{found[0]}”，工资栏是每月 {low:.0f}—{high:.0f} 元")
            return


def _title_pay(found: re.Match[str]) -> tuple[Decimal, Decimal] | None:
    if found["klow"]:
        first, second, more = Decimal(found["klow"]) * 1000, found["khigh"] and Decimal(found["khigh"]) * 1000, found["kmore"]
    else:
        first, second, more = Decimal(found["low"]), found["high"] and Decimal(found["high"]), found["more"]
        is_bare = not (found["what"] or second or more)
        if is_bare and (1990 <= first <= 2040 or first % 100):  # a year, the code of a post
            return None
    if not 2000 <= first <= 60000:
        return None
    return first, _ENDLESS if more else (second or first)


def _against_text(asked: Asked, low: Decimal, high: Decimal) -> Iterator[Met]:
    stated = asked.figure("gate_pay_stated_ratio")
    plain = asked.text.plain
    said = [(found, Decimal(found[1]), Decimal(found[2])) for found in _IN_TEXT.finditer(plain) if not _LEAST.search(before(plain, found.start(), 8))]
    if stated is None or not said or any(first <= high and low <= second for _, first, second in said):
        return
    found, first, second = said[0]
    if max(first / high if high else Decimal(0), low / second) >= stated:
        yield Met("PAY_ABSURD", place=found.span(), figure=f"文中写“{found[0]}”，工资栏是每月 {low:.0f}—{high:.0f} 元")


def _for_little_work(asked: Asked, low: Decimal) -> Iterator[Met]:
    hours, pay = asked.figure("gate_few_hours"), asked.figure("gate_few_hours_pay")
    if hours is None or pay is None or low < pay:
        return
    for found in _FEW_HOURS.finditer(asked.text.plain):
        ahead = before(asked.text.plain, found.start(), 12)
        if Decimal(found[2] or found[1]) <= hours and _OF_A_DAY.search(ahead) and not _NOT_OF_WORK.search(ahead):
            yield Met("PAY_ABSURD", place=found.span(), figure=f"每天只工作{found[0]}，月工资却至少 {low:.0f} 元")
            return


def _for_no_skill(asked: Asked, low: Decimal) -> Iterator[Met]:
    pay = asked.figure("gate_untrained_pay")
    education = asked.subject.values.get("education")
    found = _UNTRAINED.search(asked.text.plain)
    if pay is None or found is None or low < pay or not isinstance(education, int) or education > Education.VOCATIONAL:
        return
    yield Met("PAY_ABSURD", place=found.span(), figure=f"不要求经验和高学历，月工资至少 {low:.0f} 元")
