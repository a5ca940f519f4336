"""Hours of work against 劳动法 §36, §38 and §41 (OVERTIME).

Hours are read where a text says how long a day is, by figure (10 小时) or by the clock (早七晚七), rest by the days of a month or the rhythm of
shifts. A day of ten hours with one day of rest a week, or with none said, goes to a person; twelve with at most four a month block, and
so do two days of rest a month and more overtime than a month may have. Work that alternates with as much rest is not measured.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from webapp.gate.measures.asked import Asked, Met
from webapp.gate.wording.family import after, any_of, any_word, before, number, sentence

_H = r"(?:个)?(?:多)?(?:小时|钟头|h(?![a-z0-9]))"
_FROM_TO = re.compile(rf"(?<!\d)(?<!\d[.:])(\d{{1,2}}(?:\.5)?)(?:{_H})?(?:-+|到|至|或)(\d{{1,2}}(?:\.5)?){_H}")
_ONE = re.compile(rf"(?<!\d)(?<!\d[.:\-])(\d{{1,2}}(?:\.5)?|十[一二三四]?){_H}")
_OF_A_DAY = re.compile(r"每天|每日|一天|一日|日均|当天|天|日|工作|上班|班|工时|出勤|时长|制|倒|岗|站|白|夜|平均|实际|左右|全职")
_OF_ELSE_BEFORE = re.compile(
    r"(?:每周|一周|周(?![一二三四五六日末])|每月|一个月|月|累计|加班|休息|培训|回复|响应|提前|车程|路程|驾|学时|课时|按|计薪|满|以内|超过?|超出|热水|直播|营业|随时|前)[^\d\n,。;]{0,5}$"
)
_OF_ELSE_AFTER = re.compile(
    r"^(?:热水|监控|响应|内(?!部)|之内|以内|在线|客服|营业|无休|/?(?:周|月)|(?:的)?(?:培训|课|学习)|计薪|工资|薪|免费|后|前|制?计|(?:按|以))"
)
_REAL = re.compile(
    rf"实际(?:上班|工作|纯上班|工时|上岗|出勤)?(?:时间|时长)?(?:为|是|约|大概|:)?(\d{{1,2}}(?:\.5)?|十[一二]?)(?:-+(\d{{1,2}}(?:\.5)?))?{_H}|(?:\(|,)?工作(\d)小时\)"
)
_CLOCK = re.compile(
    r"(?<![\d:.\-·])(早上?|上午|白班|早班|晚上?|夜班|夜间|下午)?[:]?(\d{1,2}|[六七八九十])(?:[:.点时](\d\d|半)?分?)?"
    r"(?:-+|到|至|对)(次日|第二天|晚上?|下午|夜里|凌晨|早上?|上午|次日早上?)?(\d{1,2}|[六七八九十])(?:[:.点时](\d\d|半)?)?(?![\d年月.kw%人岁元号cm])"
    r"|(早)([六七八九])(?:点)?()(?:-+|到|至|,)?(晚)([六七八九十])(?:点)?()"
)
_CLOCKED = re.compile(r"上班|工作时间|工时|时间|时长|两班|二班|倒|长白|白班|夜班|早班|晚班|班次|班|上岗|作息")
_NOT_CLOCKED = re.compile(
    r"营业|直播|面试|之间|可选|自选|选择|弹性|配送时|送餐|食堂|开放|供应|热水|投递|咨询|联系|来电|排班|轮班|浮动|内安排|活动|门店时间|预约|任选|自由"
)
_BREAK = re.compile(
    rf"(?:午休|休息|吃饭|就餐|用餐)[^\d\n。;一两半]{{0,8}}(\d(?:\.5)?|一|两|半|一个?半){_H}|(\d(?:\.5)?|一|两){_H}(?:的)?(?:午休|吃饭|休息|就餐|用餐)"
)
_SHORT_DAY = re.compile(rf"(?:每天|每日|一天|工作|上班|实行|八|班|时长)?(?:[4-9](?:\.5)?|八){_H}(?:工作制|制|工作|/天|,|。|;|班|左右|\(|$|\n)")

_DAYS = r"(\d|[一二三四五六七八两])"
_MONTHLY_REST = re.compile(
    rf"月(?:[^\n。;,]{{0,4}})?(?:可|带薪|能|固定|正常|至少)?(?:/)?(?:休息|休假|休班|轮休|公休|调休|休)(?:/|固定)?{_DAYS}"
    rf"(?:/|-+(\d))?(?:到(\d))?(?:天|日)|(?:休班|带薪休班|每月可?休|月假|休){_DAYS}天(?:/月|每月)|月\(休{_DAYS}天"
)
_ONE_A_WEEK = re.compile(
    r"[上做工]?(?:六|6)休(?:一|1)|单休|周休(?:一|1)(?:天|日)|每周(?:休息|休|固定休)(?:一|1)天|(?:一周|每周|周)(?:上|工作)?(?:六|6)天|(?:六|6)天工作制|周一(?:至|到|-)周六|周日休|星期天休"
)
_TWO_A_WEEK = re.compile(
    r"双休|(?:五|5)休(?:二|2|两)|(?:五|5)天(?:工作)?制|周末休|每周(?:休息|休)?(?:二|两|2)天|周一(?:至|到|-)周五(?!.{0,8}加班)|大小周|单双休"
)
_ALTERNATING = re.compile(
    r"[上做](?:一|1|二|2|三|3|四|4|几|24|48)(?:天|班|小时)?休(?:一|1|二|2|三|3|四|4|几|24|48|72)|一天一休|(?:三|四|五)班(?:两|二|三|四)(?:倒|运转)"
    r"|四班|三班倒|24小时(?:一)?(?:轮换|倒班)|隔天|隔日|[上做]一天休一天|干一休一"
)
_RHYTHM = re.compile(r"[上做]([一二三四1-4])(?:天|班)?休([一二三四1-4])(?!\d)")
_NONE = re.compile(
    r"(?:全月|整月|每月|月)(?:均)?(?:无休|不休(?!息日工资)|没有休息|不休息)|月无休"
    r"|(?:出勤|满勤|上满|上够|月满)[^\d\n。;,]{0,3}(2[89]|3[01])个?(?:天|班)(?!内|左右后|后(?:可|报)|可|报|[^\n。;,]{0,3}奖)"
    r"|(?:没有|无)(?:休息日|休班|周末)"
)
_OVERTIME_A_DAY = re.compile(
    rf"(?:每天|每日|平时|工作日|周一(?:至|到|-)周五每?天?|每晚|天天)(?:都|需|要|固定)?加班(?:时间)?[^\d\n。;,]{{0,4}}(\d(?:\.5)?)(?:-+(\d(?:\.5)?))?{_H}"
)
_OVERTIME_A_MONTH = re.compile(
    rf"(?:每月|月|一个月)(?:均|平均)?加班(?:时间|时长|工时)?[^\d\n。;,]{{0,5}}(\d{{2,3}})(?:-+(\d{{2,3}}))?{_H}"
    rf"|加班(?:时间|工时)?[^\d\n。;,]{{0,3}}(\d{{2,3}})(?:-+(\d{{2,3}}))?{_H}(?:/|每)月"
)
_HOURS_A_MONTH = re.compile(
    rf"(?:月均|每月|月|一个月)(?:总|综合|平均|出勤)?(?:工时|工作时间|工作时长|上班)?[^\d\n。;,元]{{0,5}}(2\d\d|3\d\d)(?:-+([23]\d\d))?{_H}"
)
_OF_A_BLOCK = any_of(
    any_word(
        "月休 月公休 月轮休 休班 月假 月(休 无休 不休 没有休息 休息日 无周末 出勤 满勤 上满 上够 月满 月可休 月带薪休 月至少休 月固定休",
        "天加班 日加班 时加班 月加班 均加班 晚加班 天都加班 天需加班 天要加班 天固定加班 加班时 加班工时 加班8 加班9 加班1 0小时 0个小时",
    ).pattern,
    rf"\d\d(?:\.5)?{_H}|十[一二三四]?{_H}",
)
"""A day of less than ten hours blocks nowhere, whatever the parameters say."""
_FIGURES = {"半": Decimal("0.5"), "一": Decimal(1), "两": Decimal(2), "一半": Decimal("1.5"), "一个半": Decimal("1.5")}


@dataclass(frozen=True, slots=True)
class Day:
    """How long a day is said to be, and where; `is_said` False: worked out from the clock."""

    low: Decimal
    high: Decimal
    place: tuple[int, int]
    is_said: bool = True


def may_block(plain: str) -> bool:
    """Whether it is worth looking for a blocking case: without one of these words there is none."""
    return _OF_A_BLOCK.search(plain) is not None


def find(asked: Asked) -> Iterator[Met]:
    plain = asked.text.plain
    long, extreme = asked.figure("gate_long_day_hours"), asked.figure("gate_extreme_day_hours")
    few, weekly, full = asked.figure("gate_rest_days_few"), asked.figure("gate_rest_days_weekly"), asked.figure("work_hours_per_day")
    if long is None or extreme is None or few is None or weekly is None or full is None:
        return
    yield from _overtime(asked)
    rest = rest_days(plain)
    if rest is not None and rest[0] <= few:
        yield Met("OVERTIME.extreme", place=rest[1], figure=f"每月休息 {rest[0]} 天")
    if _ALTERNATING.search(plain) and not _is_uneven(plain):
        return
    for day in days(plain):
        if not _is_long(day, long, extreme, full) or (rest is not None and rest[0] >= 2 * weekly and day.high < extreme):
            continue
        is_extreme = day.is_said and day.low >= extreme and rest is not None and rest[0] <= weekly
        yield Met("OVERTIME.extreme" if is_extreme else "OVERTIME", place=day.place, figure=f"每天 {_said(day)} 小时")
        return


def _is_long(day: Day, long: Decimal, extreme: Decimal, full: Decimal) -> bool:
    """A range counts by its lower end, unless it starts at a full day and reaches an extreme one (8-12 小时)."""
    return day.low >= long or (day.low >= full and day.high >= extreme)


def _said(day: Day) -> str:
    return f"{day.low.normalize():f}" if day.low == day.high else f"{day.low.normalize():f}—{day.high.normalize():f}"


def days(plain: str) -> Iterator[Day]:
    """The lengths of a day the text states; hours really worked stand for all others."""
    real = [_day(found, (found[1] or found[3]), found[2] or found[1] or found[3]) for found in _REAL.finditer(plain)]
    if real:
        yield from real
        return
    said = list(_said_days(plain))
    yield from said
    if not said and not _SHORT_DAY.search(plain):
        yield from _clocked(plain)


def _said_days(plain: str) -> Iterator[Day]:
    taken = 0
    for found in sorted([*_FROM_TO.finditer(plain), *_ONE.finditer(plain)], key=lambda found: (found.start(), -found.end())):
        if found.start() < taken:
            continue
        taken = found.end()
        high = found[2] if found.re is _FROM_TO else found[1]
        day = _day(found, found[1], high)
        ahead, behind = before(plain, found.start(), 14), after(plain, found.end(), 8)
        if not 4 <= day.low <= day.high <= 16 or _OF_ELSE_BEFORE.search(ahead) or _OF_ELSE_AFTER.match(behind):
            continue
        if _OF_A_DAY.search(ahead + behind) or day.low != day.high or "\n" not in plain[: found.start()]:
            yield day


def _day(found: re.Match[str], low: str, high: str) -> Day:
    return Day(_hours(low), _hours(high), found.span())


def _hours(text: str) -> Decimal:
    return Decimal(text) if text[0].isdigit() else Decimal(number(text))


def _clocked(plain: str) -> Iterator[Day]:
    for found in _CLOCK.finditer(plain):
        around = plain[max(0, found.start() - 24) : found.end() + 12]  # the words that say so may be the heading of a line above
        is_named = found[7] is not None or _CLOCKED.search(around)
        if not is_named or _NOT_CLOCKED.search(sentence(plain, *found.span(), at_most=14)):
            continue
        length = _length(found)
        if length is None or not 10 <= length <= 14:
            continue
        pause = _pause(plain[found.end() : found.end() + 60])
        worked = length - (pause if pause is not None else Decimal(1) if length < 12 else Decimal(0))
        yield Day(worked, worked, found.span(), is_said=False)


def _length(found: re.Match[str]) -> Decimal | None:
    """Hours between two times of the clock; an evening hour may be written without its twelve (早八到晚八, 8-8)."""
    first, begin, half, second, end, half_end = (
        (found[2], found[1], found[3], found[4], found[5], found[6]) if found[2] else (found[8], found[7], "", found[10], found[11], "")
    )
    start, stop = _time(first, half, begin), _time(end, half_end, second)
    is_bare = not (found[1] or found[3] or found[4] or found[6] or "点" in found[0] or ":" in found[0] or not found[2])
    if start is None or stop is None or (is_bare and first != end):
        return None
    length = stop - start
    if length <= 0:
        is_next_day = start > 12 or (second or "").startswith(("早", "次", "第", "凌", "上"))
        length += 24 if is_next_day or length + 12 < 0 else 12
    return length


def _time(hour: str, minutes: str | None, part: str | None) -> Decimal | None:
    value = Decimal(hour) if hour.isdigit() else Decimal(number(hour))
    if minutes:
        value += Decimal("0.5") if minutes == "半" else Decimal(minutes) / 60
    if part and part[0] in "晚下夜" and part != "夜班" and value < 12:
        value += 12
    return value if value <= 24 else None


def _pause(near: str) -> Decimal | None:
    found = _BREAK.search(near)
    if found is None:
        return None
    text = found[1] or found[2]
    return _FIGURES.get(text) or Decimal(text)


def rest_days(plain: str) -> tuple[int, tuple[int, int]] | None:
    """Days of rest a month that the text states, and where; of a range the most, of several statements the first."""
    found = _NONE.search(plain)
    if found:
        return (30 - int(found[1]) if found[1] and int(found[1]) < 30 else 0), found.span()
    found = _MONTHLY_REST.search(plain)
    if found:
        said = [number(group) for group in found.groups() if group]
        return max(said), found.span()
    for pattern, count in ((_TWO_A_WEEK, 8), (_ONE_A_WEEK, 4)):
        found = pattern.search(plain)
        if found:
            return count, found.span()
    return None


def _is_uneven(plain: str) -> bool:
    """上三休一 is no alternation of work and rest: only as much rest as work is."""
    rhythms = [(number(found[1]), number(found[2])) for found in _RHYTHM.finditer(plain)]
    return bool(rhythms) and all(rest < work for work, rest in rhythms)


def _overtime(asked: Asked) -> Iterator[Met]:
    most, paid_days, day = asked.figure("overtime_month_max"), asked.figure("work_days_per_month"), asked.figure("work_hours_per_day")
    if most is None or paid_days is None or day is None:
        return
    plain = asked.text.plain
    for pattern, times, less in (
        (_OVERTIME_A_DAY, paid_days, Decimal(0)),
        (_OVERTIME_A_MONTH, Decimal(1), Decimal(0)),
        (_HOURS_A_MONTH, Decimal(1), paid_days * day),
    ):
        for found in pattern.finditer(plain):
            stated = Decimal(next(group for group in found.groups() if group)) * times - less
            if stated > most and not _OF_ELSE_AFTER.match(after(plain, found.end(), 6)):
                yield Met("OVERTIME.extreme", place=found.span(), figure=f"每月加班约 {stated.quantize(Decimal(1))} 小时")
                return
