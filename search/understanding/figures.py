"""Pay and age among the figures of a query.

A figure is pay only by evidence: a word of pay before it, 元 or 块, 千, 万, k or w, a period (一天, /小时), a bound
(以上, +) on what can be a month's pay, or a round number alone. What only looks like one (4S店, A2, 2班倒, 985, 2026届,
7天, a phone) has none of these.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_SCALES = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "百": 100, "": 1}
_DIGITS = {sign: place for place, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {
    **dict.fromkeys(("小时", "时", "h", "个小时", "钟头", "个钟"), "hour"),
    **dict.fromkeys(("天", "日"), "day"),
    **dict.fromkeys(("周", "星期"), "week"),
    **dict.fromkeys(("个月", "月"), "month"),
    **dict.fromkeys(("年",), "year"),
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_LEADS = {"日薪": "day", "天薪": "day", "日工资": "day", "时薪": "hour", "年薪": "year", "年收入": "year", "周薪": "week"}
_PAY = "月薪|月工资|工资|薪资|薪水|薪酬|底薪|保底|月入|收入|待遇|到手|月收入"
_ARABIC = r"\d{1,6}(?:\.\d{1,2})?"
_DIGIT = "[一二两三四五六七八九]"
_AMOUNT = rf"(?:{_ARABIC}[万千百wk]?\d?|(?:零?{_DIGIT}?[十百千万])+(?:零?{_DIGIT}(?! ?(?:个|{_UNIT})))?)"
"""一百五 + 一天, 一百 + 一天: a last digit before a period belongs to the period."""
_MONEY = r"(?: ?(?:元|块钱|块|rmb))?"
_SPAN = " ?(?:-|~|至|到|—|–) ?"
_LEAST, _MOST = "不低于|至少|最低|不少于|高于|超过|大于|多于|起步", "不超过|不高于|最高|低于|最多"
_FIGURE = re.compile(
    rf"(?<![\da-z.+#])(?:(?P<lead>{'|'.join(_LEADS)}|{_PAY})[ :为要在是]*)?"
    rf"(?:(?P<every>每个?|一个?)(?P<first>{_UNIT}) ?)?(?:(?P<least>{_LEAST})|(?P<most>{_MOST}))? ?"
    rf"(?P<low>{_AMOUNT})(?P<yuan>{_MONEY})(?:{_SPAN}(?P<high>{_AMOUNT})(?P<yuan_too>{_MONEY}))?"
    rf" ?(?:(?P<per>/|每个?|一个?|一) ?(?P<unit>{_UNIT})|(?P<year>年薪)|(?P<tail>月薪|工资))?"
    rf" ?(?:(?P<above>及?以上|起步|起|左右|上下|\+)|(?P<below>及?以下|以内|之内))?"
)
_NOT_PAY = re.compile(
    r" ?(?:[a-z0-9.#]|班|岁|周岁|届|人|名|个|号|楼|层|平|单|公里|吨|年|天|日|月|点|店|级|区|路|中|小时|%|后|强|分|米|台|次|期|座|轴|米)"
)
_ROUND = re.compile(r"(?:[1-9]\d?000|[1-9]\d?500)\Z")
AGE = re.compile(
    r"(?<!\d)(?:[1-9]\d ?(?:-|~|到|至) ?)?[1-9]\d ?(?:周岁|岁)(?: ?(?:及?以上|及?以下|以内|左右|多|的|出头))?"
    r"|(?<!\d)[5-9]0后|(?:(?<=[男女])|(?<=[男女] ))[1-6]\d(?!\S)"
)
_WIDEST = 10
_USUAL = {"hour": (5, 2_000), "day": (30, 20_000), "week": (100, 100_000), "month": (500, 500_000), "year": (5_000, 9_999_999)}


@dataclass(frozen=True, slots=True)
class Pay:
    """A stretch of the plain text and the pay it says; None: that end is open. `roughly`: 左右."""

    start: int
    end: int
    low: Decimal | None
    high: Decimal | None
    unit: str
    roughly: bool = False


def pays(plain: str) -> Iterator[Pay]:
    """Every stretch that says pay, in order; they do not overlap."""
    place = 0
    while found := _FIGURE.search(plain, place):
        pay = _pay(found, plain)
        if pay:
            yield pay
        place = found.end() if pay or found["high"] else found.start() + 1


def _pay(found: re.Match[str], plain: str) -> Pay | None:
    low, high = _amounts(found["low"], found["high"])
    if low is not None and high is not None:
        low, high = sorted((low, high))
    if not low or (found["high"] and high is None) or (high is not None and high > _WIDEST * low):
        return None
    bound = found["above"] or found["below"] or found["least"] or found["most"]
    stated = _unit(found)
    unit = stated or "month"
    least, most = _USUAL[unit]
    if not (least <= low and (high or low) <= most) or not _is_pay(found, plain, stated, bound, low):
        return None
    start, end = _start(found), _end(found)
    if high is None and (found["below"] or found["most"]):
        return Pay(start, end, None, low, unit)
    return Pay(start, end, low, high, unit, roughly=found["above"] in ("左右", "上下"))


def _is_pay(found: re.Match[str], plain: str, stated: str, bound: str | None, low: Decimal) -> bool:
    said = found["lead"] or found["yuan"].strip() or (found["yuan_too"] or "").strip() or stated or found["tail"]
    end = _end(found)
    if re.match("[a-z0-9][a-z0-9]", plain[end - 1 : end + 1]):
        return False
    if not (said or found["above"] or found["below"]) and _NOT_PAY.match(plain, end):
        return False
    if said:
        return True
    scaled = re.search(r"[万千wk]|[百]", found["high"] or found["low"])
    if scaled or (bound and low >= 1_000) or (found["high"] and low >= 1_000):
        return not _inside_word(found, plain)
    return bool(_ROUND.match(found["low"])) and 1_500 <= low <= 50_000 and not plain[end : end + 1].strip()


def _start(found: re.Match[str]) -> int:
    return found.start() + len(found[0]) - len(found[0].lstrip())


def _end(found: re.Match[str]) -> int:
    """Without the spaces that only something further would have used."""
    return found.start() + len(found[0].rstrip())


def _inside_word(found: re.Match[str], plain: str) -> bool:
    """`千佛山`, `百货`, `万达`: Han figures without another sign of pay need room on both sides."""
    han = not re.search(r"\d", found["low"])
    return han and (len(found["low"]) < 2 or not _stands_alone(found, plain)) and not found["above"]


def _stands_alone(found: re.Match[str], plain: str) -> bool:
    before, after = plain[: _start(found)][-1:], plain[_end(found) :][:1]
    return (not before or before.isspace()) and (not after or after.isspace())


def _unit(found: re.Match[str]) -> str:
    if found["unit"] or found["first"]:
        return _UNITS[found["unit"] or found["first"]]
    return "year" if found["year"] else _LEADS.get(found["lead"] or "", "")


def _amounts(low: str, high: str | None) -> tuple[Decimal | None, Decimal | None]:
    """`4-6千`: the scale of the upper end holds for both where the lower has none and is smaller."""
    if high and re.fullmatch(r"\d+(\.\d+)?", low) and (scale := re.search("[万千wk]$", high)) and Decimal(low) <= Decimal(high[: scale.start()] or 0):
        low += scale[0]
    return amount(low), amount(high) if high else None


def amount(text: str) -> Decimal | None:
    """`1.5w`, `1万2`, `六千`, `一万二`, `一百五`; None where it is no number."""
    arabic = re.fullmatch(rf"({_ARABIC})([万千百wk]?)(\d?)", text)
    if arabic:
        figure, scale, rest = arabic.groups()
        if rest and not scale:
            return None
        return Decimal(figure) * _SCALES[scale] + (Decimal(rest) * _SCALES[scale] / 10 if rest else 0)
    return _han_amount(text)


def _han_amount(text: str) -> Decimal | None:
    total = section = digit = 0
    last = 1
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
            continue
        last = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}[sign]
        if last == 10_000:
            total, section = (section + digit) * last, 0
        else:
            section += (digit or 1) * last
        digit = 0
    return Decimal(total + section + digit * (last // 10 if last > 10 and not text.endswith("零") and "零" not in text else 1)) if text else None
