"""Wages as people write them, as one value that can be compared, filtered and shown.

A text is read for what it says and for nothing more. What it leaves open stays open:
- no period (`6-8千`): a month, `assumed`, and every screen says so; a figure below 1,000 or above 200,000 is not believed to be one;
- one end (`3千以下`, `5000起`, `底薪4000+提成`): the other end is None;
- part of a yuan (`22.5元/小时`, `0.06元/件`) is kept to the fen; under one yuan is believed of a piece or a task only;
- what is finer than a fen (a cut figure would be another wage) or cannot be meant (over 1,000,000 a month, a range of more than
  1 to 100, another currency, a count of people or square metres, a minus sign, a damaged character, `元/其他`): UNSTATED, and the
  screen shows the text itself.
Limits in here say what is believed, not what is allowed: the rules on pay are parameters.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from webapp.reference.models import WageUnit
from webapp.reference.queries import number


@dataclass(frozen=True, slots=True)
class Wage:
    """Yuan per `unit`. `unit` None: nothing that can be compared, then `negotiable` says whether the text says 面议."""

    unit: WageUnit | None = None
    assumed: bool = False
    """The text named no period; `unit` is MONTH by convention."""
    low: Decimal | None = None
    high: Decimal | None = None
    """Both ends in yuan, exact to the fen; None: that end is open."""
    months: int | None = None
    """How many months are paid in a year (`14薪`), where the text says so."""
    negotiable: bool = False
    part_time: bool = False
    """非全日制: an hour's pay makes a month by the hours a week such work may have at most, not by those of a full post."""

    @property
    def is_stated(self) -> bool:
        return self.unit is not None


UNSTATED = Wage()
NEGOTIABLE = Wage(negotiable=True)


@dataclass(frozen=True, slots=True)
class Factors:
    """What turns a day or an hour into a month, an estimate for filters and order (人社部发〔2025〕2号: 21.75 paid days a month)."""

    days_per_month: Decimal
    hours_per_day: Decimal
    part_time_hours_per_week: Decimal
    """劳动合同法 §68."""


_LEAST_ASSUMED, _MOST_ASSUMED = 1_000, 200_000
_MOST_A_MONTH = Decimal(1_000_000)
_WIDEST_RANGE = 100
_FEN = Decimal("0.01")
_WEEKS_PER_MONTH = Decimal(52) / 12
_ROUGHLY = Factors(Decimal(22), Decimal(8), Decimal(24))
"""Good enough to tell an absurd figure; estimates that are shown use the parameters."""

_SCALES = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "百": 100, "": 1}
_U = WageUnit
_UNITS: dict[str, WageUnit] = {
    **dict.fromkeys(("小时", "时", "钟", "h", "hour"), _U.HOUR),
    **dict.fromkeys(("天", "日", "工日", "day"), _U.DAY),
    **dict.fromkeys(("周", "星期", "礼拜", "week"), _U.WEEK),
    **dict.fromkeys(("月", "个月", "month"), _U.MONTH),
    **dict.fromkeys(("年", "year"), _U.YEAR),
    **dict.fromkeys(("件", "个", "单", "平方米", "平方", "平米", "平", "吨", "台", "套", "车", "箱", "斤", "公里", "棵", "亩"), _U.PIECE),
    **dict.fromkeys(("篇", "字", "只", "双", "条", "块", "人", "户", "本", "张", "票", "米"), _U.PIECE),
    **dict.fromkeys(("次", "场", "班", "趟", "节", "课时", "回", "局", "期"), _U.TASK),
}
_HINTS: tuple[tuple[str, WageUnit], ...] = (
    ("时薪|小时工|钟点工", _U.HOUR),
    ("日薪|日结|天结|日工资", _U.DAY),
    ("周薪", _U.WEEK),
    ("年薪|年收入|年入", _U.YEAR),
    ("月薪|月入|月收入|月工资|月综合|月均|月到手", _U.MONTH),
)
_BY_RESULT = frozenset({_U.PIECE, _U.TASK})
"""Paid by what is made, not by time: the only wages of less than a yuan that can be meant."""
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_NOT_A_UNIT = r"(?![薪终底假限度龄间长津语期常元])"
"""`8K 年终奖`, `时间`, `天津`: the character belongs to the next word."""
_ONE = r"(\d+(?:\.\d+)?) ?([万千百kw]?) ?(元|块|rmb|人民币)?"
_FIGURE = re.compile(rf"(?<![\d.])(?<!^-){_ONE}(?: ?/ ?(?:{_UNIT}))? ?(?:-|~|至|到) ?{_ONE}|(?<![\d.])(?<!^-){_ONE}")
_AFTER = re.compile(
    rf" ?(?P<bound>及?以上|起|及?以下|以内|左右)? ?(?:(?P<per>/|每|一) ?(?P<other>其他|其它)?(?P<unit>{_UNIT})?|(?P<bare>{_UNIT}){_NOT_A_UNIT})?"
    r" ?(?P<late>及?以上|起|及?以下|以内|左右)?(?P<plus> ?\+)?"
)
_LEAST_BEFORE = re.compile(r"(底薪|保底|无责|不低于|至少|最低)[^\d]{0,6}$")
_MOST_BEFORE = re.compile(r"(可达|最高|高达|达到?|不超过)[^\d]{0,4}$")
_PAY_BEFORE = re.compile(r"(薪|工资|待遇|收入|月入|年入|报酬|底薪|保底|日结|提成)[^\d]{0,6}$")
_JUST_BEFORE = re.compile(rf"[每一] ?({_UNIT})(?:工资|薪资|收入)?[ :约为是]*$")
"""`每天180元`; further away the same words speak of hours of work (`一周休一天，5000元`)."""
_WRITTEN_OUT = re.compile(r"(?<![\d.])(\d+)(?:万(\d)千?|千(\d)百?)(?![\d.])")
"""`1万5`, `1万5千`, `8千5`."""
_NOT_PAY = re.compile(r" ?(?:薪|%|人(?!民)|名|岁|周岁|公里|平|单|个(?!月)|号|点|楼)")
_MONEY, _SURELY_MONEY = re.compile("[元块rmb千万kw]"), re.compile("[元块rmbkw]")
"""`12.5万人` are people; 万 alone does not say that something is money."""
_CUT_OFF = re.compile(r" ?(元|块)? ?每 ?个$")
"""`4000元每个`, the end of a longer text that said 每个月."""
_FOREIGN = re.compile(r"万 ?日(?![薪结])|美[元金]|usd|\$|港[币元]|日元|欧元|韩元|新币|泰铢|英镑|澳元|卢布|比索")
_TALKED = re.compile(r"面议|面谈|详谈|协商|待定")
_MONTHS = re.compile(r"(?<!\d)(1[3-9]|2[0-4]) ?薪")
_DASHES = str.maketrans(dict.fromkeys("—–―‐‑‒－−﹣", "-") | {"〜": "~", "∼": "~", "㎡": "平", "￥": "", "¥": ""})


def parse(text: str) -> Wage:
    """What a wage text says, or UNSTATED; never raises."""
    plain = _plain(text)
    readings = [] if "\ufffd" in plain or _FOREIGN.search(plain) else list(_readings(plain))
    if not readings:
        return NEGOTIABLE if _TALKED.search(plain) else UNSTATED
    best = max(readings, key=lambda reading: reading.evidence)
    paid = _MONTHS.search(plain)
    return _believed(best.unit, best.low, best.high, int(paid[1]) if paid else None)


def from_numbers(low: float | None, high: float | None, months: int | None = None) -> Wage:
    """The figures of a source's month columns. Nothing says that they are months, so `assumed` is always set.

    Hour and day wages stand in such columns: what is no month's pay (under 1,000) is UNSTATED, for 25 may be yuan an hour or
    thousands a month. 0 means that the end was not given. What is finer than a fen is what dividing a year's pay left, and is cut.
    """
    return _believed(None, _cut(low), _cut(high), months if months and 12 < months <= 24 else None)


def _cut(end: float | None) -> Decimal | None:
    """What is too large to be believed anyway (inf, 1e30) has no fen."""
    if end is None or not end > 0:  # also nan
        return None
    given = Decimal(str(end))
    return given.quantize(_FEN, ROUND_DOWN) if given <= _MOST_A_MONTH else given


@dataclass(frozen=True, slots=True)
class _Reading:
    evidence: int
    """How sure it is that this figure is the pay: 3 a named period, 2 a period in the words around, 1 a mark of money, 0 a number."""
    unit: WageUnit | None
    low: Decimal | None
    high: Decimal | None


def _plain(text: str) -> str:
    """Half width, lower case, one kind of dash, single spaces, no thousands separators."""
    plain = unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES).lower()
    plain = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", " ".join(plain.split()))
    return _WRITTEN_OUT.sub(lambda found: f"{found[1]}.{found[2] or found[3]}{'万' if found[2] else '千'}", plain)


def _readings(plain: str) -> Iterator[_Reading]:
    for figure in _FIGURE.finditer(plain):
        before, after = plain[: figure.start()], _AFTER.match(plain, figure.end())
        if after is None or after["other"]:
            continue
        low, high = _ends(figure)
        marked = bool(_MONEY.search(figure[0]))
        if not after["per"] and not _SURELY_MONEY.search(figure[0]) and _NOT_PAY.match(plain, figure.end()):
            continue
        bare = _bare_unit(after["bare"], max(low, high))
        named = None if _CUT_OFF.match(plain, figure.end()) and low >= _LEAST_ASSUMED else _UNITS.get(after["unit"] or "")
        hint = _hint(before, plain[figure.end() :])
        evidence = 3 if named else 2 if hint or (bare and (marked or _PAY_BEFORE.search(before))) else 1 if marked else 0
        if evidence == 0 and max(low, high) < _LEAST_ASSUMED and not bare:
            continue
        yield _Reading(evidence, named or hint or bare, *_open_ends(low, high, before, after))


def _ends(figure: re.Match[str]) -> tuple[Decimal, Decimal]:
    """Both ends in yuan; equal ends are a single figure.

    `6-8千`: the scale of the upper end holds for both, unless the lower one is already larger (`8000-1.2万`) or has its own 元.
    """
    first, first_scale, first_yuan, second, second_scale, _, one, one_scale, _ = figure.groups(default="")
    if one:
        return (_yuan(one, one_scale),) * 2
    if not first_scale and not first_yuan and Decimal(first) <= Decimal(second):
        first_scale = second_scale
    elif first_scale and not second_scale and Decimal(second) < _LEAST_ASSUMED:
        second_scale = first_scale
    return _yuan(first, first_scale), _yuan(second, second_scale)


def _yuan(figure: str, scale: str) -> Decimal:
    return Decimal(figure) * _SCALES[scale]


def _bare_unit(word: str | None, figure: Decimal) -> WageUnit | None:
    """A unit that follows without `/` or 每 is believed only in its usual range: `26元小时`, `50万年`, but `8K 年` is half a word."""
    unit = _UNITS.get(word or "")
    usual = {_U.HOUR: (0, 1_000), _U.DAY: (0, 10_000), _U.WEEK: (100, 50_000), _U.MONTH: (100, 1_000_000), _U.YEAR: (50_000, 10_000_000)}
    least, most = usual.get(unit, (0, 0)) if unit else (0, 0)
    return unit if least <= figure < most else None


def _hint(before: str, after: str) -> WageUnit | None:
    just = _JUST_BEFORE.search(before)
    if just:
        return _UNITS[just[1]]
    near = before[-10:]
    found = [(near.rfind(match), unit) for words, unit in _HINTS for match in re.findall(words, near)]
    if found:
        return max(found)[1]
    return _U.DAY if re.match(r" ?[,(]?(日结|天结)", after) else None


def _open_ends(low: Decimal, high: Decimal, before: str, after: re.Match[str]) -> tuple[Decimal | None, Decimal | None]:
    """A single figure is both ends, unless words around it open one; a range keeps what it says."""
    if low != high:
        return low, high
    bounds = f"{after['bound'] or ''}{after['late'] or ''}"
    if "以下" in bounds or "以内" in bounds or _MOST_BEFORE.search(before):
        return None, high
    if "以上" in bounds or "起" in bounds or after["plus"] or _LEAST_BEFORE.search(before):
        return low, None
    return low, high


def _believed(unit: WageUnit | None, low: Decimal | None, high: Decimal | None, months: int | None) -> Wage:
    """The wage, or UNSTATED where the figures cannot be meant; `unit` None assumes a month. Ends in the wrong order are exchanged."""
    low, high = low or None, high or None
    if low and high and low > high:
        low, high = high, low
    ends = [end for end in (low, high) if end]
    if not ends or ends[0] < _least(unit) or ends[-1] > ends[0] * _WIDEST_RANGE:
        return UNSTATED
    if unit is None and not _LEAST_ASSUMED <= ends[-1] <= _MOST_ASSUMED:
        return UNSTATED
    if ends[-1] * (_per_month(unit or _U.MONTH, _ROUGHLY) or 1) > _MOST_A_MONTH or any(end % _FEN for end in ends):
        return UNSTATED
    return Wage(unit or _U.MONTH, unit is None, low and low.quantize(_FEN), high and high.quantize(_FEN), months)


def _least(unit: WageUnit | None) -> Decimal:
    return _FEN if unit in _BY_RESULT else Decimal(1)


def _per_month(unit: WageUnit, factors: Factors) -> Decimal | None:
    """How many of the unit make a month; None where nobody can say (pieces, single tasks)."""
    return {
        _U.HOUR: factors.hours_per_day * factors.days_per_month,
        _U.DAY: factors.days_per_month,
        _U.WEEK: _WEEKS_PER_MONTH,
        _U.MONTH: Decimal(1),
        _U.YEAR: Decimal(1) / 12,
    }.get(unit)


def current_factors(on: date | None = None) -> Factors:
    """The factors that hold on a day (today), each the parameter of its name."""
    names = ("work_days_per_month", "work_hours_per_day", "part_time_hours_per_week")
    return Factors(*(number(name, on=on) for name in names))


def monthly(wage: Wage, factors: Factors | None = None) -> tuple[int | None, int | None]:
    """Whole yuan a month for filters and order: (low, high), cut where the unit is a month, an estimate to the next ten where it is not.

    (None, None) where nothing comparable is stated. Months paid above twelve are not spread: a month's pay is what is paid a month.
    """
    if wage.unit is None:
        return None, None
    if wage.unit is _U.MONTH:
        return _whole(wage.low), _whole(wage.high)
    factors = factors or current_factors()
    factor = factors.part_time_hours_per_week * _WEEKS_PER_MONTH if _is_part_time_hourly(wage) else _per_month(wage.unit, factors)
    if factor is None:
        return None, None
    low, high = (None if end is None else int((end * factor / 10).quantize(Decimal(1), ROUND_HALF_UP)) * 10 for end in (wage.low, wage.high))
    return low, high


def _is_part_time_hourly(wage: Wage) -> bool:
    return wage.part_time and wage.unit is _U.HOUR


def _whole(yuan: Decimal | None) -> int | None:
    return None if yuan is None else int(yuan)


def show(wage: Wage, text: str = "", *, factors: Factors | None = None) -> str:
    """The wage for a card; what nobody could compare is shown as it was written (`text`)."""
    if wage.unit is None:
        return "面议" if wage.negotiable else (text.strip() or "薪资未注明")
    shown = _span(wage.low, wage.high, wage.unit)
    if wage.months:
        shown += f"·{wage.months}薪"
    if wage.assumed:
        return f"{shown}（周期未注明，按月计）"
    if wage.unit is _U.MONTH or wage.unit in _BY_RESULT:
        return shown
    factors = factors or current_factors()
    basis = f"，按每周{write(factors.part_time_hours_per_week)}小时估算" if _is_part_time_hourly(wage) else ""
    return f"{shown}（约{_span(*monthly(wage, factors), _U.MONTH)}{basis}）"


def write(yuan: Decimal | int) -> str:
    """`22.5`, `6000`: without zeros that say nothing."""
    return f"{Decimal(yuan).normalize():f}"


def in_json(yuan: Decimal) -> int | float:
    """The same as a number of JSON, which has no other; to the fen a float is written as exactly as it was given."""
    return int(yuan) if yuan == int(yuan) else float(yuan)


def _span(low: Decimal | int | None, high: Decimal | int | None, unit: WageUnit) -> str:
    scale, yuan = (10_000, "万元") if unit is _U.YEAR and all((end or 0) % 1_000 == 0 for end in (low, high)) else (1, "元")
    ends = [write(Decimal(end) / scale) for end in dict.fromkeys((low, high)) if end is not None]
    shown = f"{'–'.join(ends)}{yuan}/{unit.label}"
    if low is None:
        return f"{shown}以下"
    return shown if high is not None else f"{shown}起"
