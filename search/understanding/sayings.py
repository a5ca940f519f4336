"""What people say about a job beside its name, and what each saying means here.

A list of the language, not of single queries: forms are combined (不 / 不用 / 不想 + 上 + 夜班). Codes are those of
`PostingDocument.shift` and `benefit_codes` and of 用工类型. Few sayings are hard: most postings state neither shift nor
type, and a filter on what is not stated empties the page. Those order; they exclude when nothing else is asked for.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files
from itertools import product
from types import MappingProxyType
from typing import Any


class Kind(Enum):
    """The value is the `kind` of a chip."""

    PLACE = "place"
    TRADE = "trade"
    WAGE = "wage"
    TYPE = "type"
    SHIFT = "shift"
    EDUCATION = "education"
    EXPERIENCE = "experience"
    POSTED = "posted"
    BENEFIT = "benefit"
    WISH = "wish"  # orders, and is no chip: there is no filter to show
    FILLER = "filler"
    PERSON = "person"  # age, sex: dropped, and the page says so


CHIPS = frozenset({Kind.PLACE, Kind.TYPE, Kind.SHIFT, Kind.EDUCATION, Kind.EXPERIENCE, Kind.POSTED, Kind.BENEFIT})
"""What a page shows as chosen, beside pay."""


@dataclass(frozen=True, slots=True)
class Saying:
    """`wish` is looked for as text, `also` in titles. `left`, `right`: on that side must be an end or another understood piece.

    `firm`: a hard condition. `unwanted`: what has it not is preferred.
    """

    kind: Kind
    codes: tuple[str, ...] = ()
    label: str = ""
    wish: str = ""
    also: tuple[str, ...] = ()
    firm: bool = False
    unwanted: bool = False
    avoid: tuple[str, ...] = ()
    """Words of titles that are not for who says so: orders, excludes nothing."""
    left: bool = False
    right: bool = False
    note: str = ""


def _word_lists() -> dict[str, tuple[str, ...]]:
    read = tomllib.loads(files("search.understanding").joinpath("words.toml").read_text("utf-8"))
    return {name: tuple(words.split()) for name, words in read.items()}


WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(_word_lists())
"""words.toml."""
NO_PERSON = "年龄、性别不作为搜索条件，也不影响排序"
NEAR = "想找离家近的，可以点“用我的位置”按距离看"
EARLY = "岗位里很少写明几点下班，没有用它作条件，可以打电话问单位"
BY_WAGE = "想看工资高的，可以选“按工资排序”"
_ONLY = ("只要", "只找", "只上", "只做", "仅限", "仅要", "必须")
_HAVING, _AND_ABOVE = ("学历", "毕业", "文化", "毕业生", "学历以下", "及以下", "以下", "水平"), ("以上", "及以上", "以上学历", "起")
_NEWS = ("发布", "发布的", "内发布", "内发布的", "新发布", "新增", "发的", "新发的", "内的", "以内发布", "更新")
_NOT_TYPE = ("不要", "不做", "非", "不接受", "拒绝", "不干")
_NO = ("不", "不要", "不用", "不想", "不愿", "不能", "不需要", "无", "没有", "没", "免", "拒绝", "非")
_TYPES: tuple[tuple[str, str, str, str], ...] = (  # code, forms, text to look for, words in titles
    ("full_time", "全职|长期工|正式工|长白工", "全职", ""),
    ("part_time", "兼职|兼职工|非全日制|业余时间|周末兼职|小时工|钟点工|半天班|半天", "兼职", "兼职|小时工|钟点工"),
    ("temporary", "临时工|日结|日结工|天结|短期工|零工|散工|临时|干一天|做一天|一天", "临时", "临时工|日结|短期工"),
    ("temporary", "暑假工|寒假工|暑期工|寒假|暑假|假期工|学生工", "暑假工", "暑假工|寒假工|暑期工|假期工|学生工"),
    ("dispatch", "劳务派遣|派遣|派遣工|劳务工", "派遣", "劳务派遣"),
    ("internship", "实习|实习岗|实习岗位|顶岗实习", "实习", "实习生"),
    ("traineeship", "见习|就业见习|见习岗|见习岗位", "见习", "就业见习"),
)
_SENIOR = ("经理", "主管", "总监", "资深", "高级", "负责人", "专家", "店长", "主任")
_BEGINNER = ("学徒", "学徒工", "实习", "助理")
_OWN_WORD = frozenset({"小时工", "钟点工", "日结", "日结工", "暑假工", "寒假工", "暑期工", "临时工", "短期工", "零工", "散工"})
"""Looked for as said: postings are titled with them."""
_SHIFTS: Mapping[str, tuple[str, str]] = {
    "day": ("白班|长白班|常白班|正常班|白天班|上白班|早班", "白班"),
    "night": ("夜班|晚班|大夜班|小夜班|上夜班|夜间|晚上班|通宵班", "夜班"),
    "rotating": ("倒班|两班倒|2班倒|三班倒|3班倒|四班三倒|轮班|上倒班|倒夜班|翻班|四班两倒|两班制|三班制", "倒班"),
    "flexible": ("弹性工作|弹性时间|时间自由|自由时间|弹性上班|时间灵活|灵活时间", "弹性"),
}
_LEVELS: Mapping[int, str] = {
    10: "小学",
    20: "初中",
    30: "高中",
    35: "中专|技校|职高|中技",
    40: "大专|专科|高职",
    50: "本科",
    60: "硕士|研究生",
    70: "博士",
}
_BENEFITS: Mapping[str, tuple[str, str, str]] = {  # forms: codes, label, words in titles; the first form is looked for
    "包吃住|管吃住|包食宿|管吃管住|包吃包住|提供食宿|吃住全包|包住包吃|管住管吃|有吃有住|免费食宿|供吃住|食宿": ("meals|lodging", "包吃住", "包食宿"),
    "包住|管住|提供住宿|包住宿|有宿舍|住宿|免费住宿|供住宿|提供宿舍|能住宿|可住宿|带宿舍|包宿舍": ("lodging", "包住", "住宿"),
    "包吃|管吃|管饭|包餐|工作餐|包午餐|管午饭|包三餐|免费工作餐|餐补|饭补|包饭|提供午餐": ("meals", "包吃或有餐补", "管饭"),
    "五险一金|五险1金|5险1金|六险一金|六险二金": ("insurance|housing_fund", "五险一金", "六险一金"),
    "五险|社保|交社保|缴社保|有社保|上社保|社会保险|交五险|缴五险|有五险|上五险|交保险|有保险|保险齐全|五险齐全": ("insurance", "有社保", "社保"),
    "公积金|住房公积金|交公积金|有公积金": ("housing_fund", "公积金", ""),
    "双休|周末双休|周末休息|双休日|朝九晚五|大小周": ("weekends", "双休", ""),
    "单休|月休四天|月休4天|做六休一": ("day_off", "单休或月休", ""),
    "班车|有班车|厂车|通勤车|接送|上下班接送|有厂车": ("shuttle", "班车", "厂车"),
    "年底双薪|年终奖|双薪|十三薪|13薪|年底奖|年终奖金": ("year_end_bonus", "年终奖", "双薪"),
    "带薪年假|年假|带薪休假": ("paid_leave", "带薪年假", ""),
    "加班费|加班补助|加班补贴|有加班费": ("overtime_pay", "加班费", ""),
    "节日福利|过节费|节日礼品": ("holiday_gifts", "节日福利", ""),
    "高温补贴|高温费|降温费": ("heat_allowance", "高温补贴", ""),
    "交通补贴|交通补助|车补|油补": ("travel_allowance", "交通补贴", ""),
    "房补|住房补贴|租房补贴": ("housing_allowance", "住房补贴", ""),
    "体检|免费体检|定期体检": ("medical_check", "体检", ""),
    "包培训|免费培训|带薪培训|岗前培训|有培训": ("training", "培训", ""),
}  # fmt: skip
_DAYS: Mapping[int, str] = {
    0: "今天|今日|当天",
    1: "昨天|最近一天|近一天|24小时|一天内",
    3: "三天|3天|近三天|近3天",
    7: "一周|近一周|本周|这周|一星期|七天|7天|近7天|1周",
    31: "一个月|近一个月|本月|这个月|一月|30天|近30天|1个月",
}


def _said(kind: Kind, forms: str | Iterable[str], **meaning: Any) -> Iterator[tuple[str, Saying]]:
    for form in forms.split("|") if isinstance(forms, str) else forms:
        yield form, Saying(kind, **meaning)


def _crossed(*parts: Iterable[str]) -> Iterator[str]:
    return ("".join(words) for words in product(*parts))


def _types() -> Iterator[tuple[str, Saying]]:
    for code, forms, text, also in _TYPES:
        titles = tuple(also.split("|")) if also else ()
        for form in forms.split("|"):
            ended = form in {"一天", "寒假", "暑假", "临时", "半天", "零工", "派遣", "见习", "实习", "全职", "兼职"}
            wish = form if form in _OWN_WORD else text
            avoid = _SENIOR if code in {"internship", "traineeship"} else ()
            yield from _said(
                Kind.TYPE, (form,), codes=(code,), wish=wish, also=titles, avoid=avoid, right=ended, left=form in {"一天", "半天", "临时"}
            )
            yield from _said(Kind.TYPE, _crossed(_ONLY, (form,)), codes=(code,), wish=wish, also=titles, firm=True)
            yield from _said(
                Kind.TYPE, _crossed(("不要", "不做", "非", "不接受", "拒绝", "不干"), (form,)), wish=wish, unwanted=True, label=f"不要{wish}"
            )


def _shifts() -> Iterator[tuple[str, Saying]]:
    for code, (listed, text) in _SHIFTS.items():
        forms = listed.split("|")
        yield from _said(Kind.SHIFT, forms, codes=(code,), wish=text, also=tuple(forms[:2]))
        yield from _said(Kind.SHIFT, _crossed(_ONLY, forms), codes=(code,), wish=text, firm=True)
        if code in {"night", "rotating"}:
            no = _crossed(_NO, ("", "上", "倒", "干", "值"), forms)
            yield from _said(Kind.SHIFT, no, codes=(f"-{code}",), wish=text, unwanted=True, label=f"最好不{'上夜班' if code == 'night' else '倒班'}")


def _educations() -> Iterator[tuple[str, Saying]]:
    """What the person has: nothing is left out but what asks for more. A bare 小学, 初中, 高中 may be a school to work at."""
    for rank, listed in _LEVELS.items():
        codes = tuple(str(level) for level in (0, *_LEVELS) if level <= rank)
        forms = listed.split("|")
        label = f"{forms[0]}可以应聘"
        yield from _said(
            Kind.EDUCATION,
            _crossed(forms, _HAVING),
            codes=codes,
            label=label,
            firm=True,
        )
        yield from _said(Kind.EDUCATION, _crossed(forms, _AND_ABOVE), codes=(str(rank),), wish=forms[0], label=f"{forms[0]}及以上")
        if rank >= 35:
            yield from _said(Kind.EDUCATION, forms, codes=codes, label=label, firm=True, left=True, right=True)
    none = WORDS["no_education"]
    yield from _said(Kind.EDUCATION, none, codes=("0",), label="学历不限", firm=True)


def _experience() -> Iterator[tuple[str, Saying]]:
    forms = _crossed(("无", "没", "没有", "不要", "不需要", "无需", "不用", "零", "0"), ("", "工作"), ("经验",))
    more = ("零基础", "0基础", "无基础", "没基础", "经验不限", "不限经验", "没干过", "没做过", "小白", "新手", "生手", "包教会", "包教包会")
    yield from _said(Kind.EXPERIENCE, (*forms, *more), codes=("none",), label="不要求经验", firm=True)
    graduates = "应届|应届生|应届毕业生|毕业生|应届大学生|大学毕业生|刚毕业|校招|校园招聘|2025届|2026届|2027届|2028届|25届|26届|27届"
    yield from _said(
        Kind.EXPERIENCE,
        graduates,
        codes=("graduate",),
        label="应届生优先",
        wish="应届",
        also=("应届生", "毕业生", "管培生", "校招"),
        avoid=_SENIOR,
        right=True,
    )
    yield from _said(Kind.EXPERIENCE, "学徒|学徒工|当学徒|收学徒|带徒弟", codes=("apprentice",), label="学徒", wish="学徒", also=("学徒工",))


def _benefits() -> Iterator[tuple[str, Saying]]:
    for listed, (codes, label, also) in _BENEFITS.items():
        forms = listed.split("|")
        titles = tuple(also.split("|")) if also else ()
        yield from _said(Kind.BENEFIT, forms, codes=tuple(codes.split("|")), label=label, wish=forms[0], also=titles)


def _posted() -> Iterator[tuple[str, Saying]]:
    """A span of days alone may be working time (一周 五天): it needs a word of news beside it, today and yesterday do not."""
    for days, listed in _DAYS.items():
        forms, label = listed.split("|"), "今天发布" if days == 0 else f"{days} 天内发布"
        told = _crossed(("", "最近", "近"), forms, _NEWS)
        yield from _said(Kind.POSTED, told, codes=(str(days),), label=label, firm=True)
        bare = (*_crossed(("最近", "近"), forms, ("", "内", "的")), *_crossed(forms, ("内", "以内")))
        yield from _said(Kind.POSTED, bare, codes=(str(days),), label=label, firm=True, left=True, right=True)
    yield from _said(Kind.POSTED, "今天|今日|昨天", codes=("1",), label="1 天内发布", firm=True, left=True, right=True)


def _others() -> Iterator[tuple[str, Saying]]:
    yield from _said(Kind.FILLER, WORDS["before"], left=True)
    yield from _said(Kind.FILLER, "师傅|熟手|熟练工|老师傅", avoid=_BEGINNER, right=True)
    yield from _said(
        Kind.FILLER, _crossed(("我想", "我要", "想", "想要", "我"), ("", "找", "干", "做"), ("", "个", "一个", "份", "一份", "点")), left=True
    )
    yield from _said(Kind.FILLER, _crossed(("找",), ("", "个", "一个", "份", "一份", "点")), left=True)
    yield from _said(Kind.FILLER, WORDS["after"], right=True)
    yield from _said(Kind.FILLER, WORDS["alone"], left=True, right=True)
    yield from _said(Kind.FILLER, WORDS["nearby"], note=NEAR, right=True)
    yield from _said(Kind.FILLER, WORDS["easy"], note=EARLY, left=True, right=True)
    yield from _said(Kind.FILLER, WORDS["well_paid"], note=BY_WAGE, left=True, right=True)
    yield from _said(Kind.PERSON, WORDS["person"], note=NO_PERSON, left=True, right=True)
    yield from _said(
        Kind.WISH, "在家|居家|在家做|在家办公|居家办公|远程|远程办公|在家工作|线上", wish="居家", also=("在家", "远程", "线上"), right=True
    )
    yield from _said(Kind.WISH, WORDS["hours"], wish="8小时", also=("八小时", "早九晚五", "朝九晚五"), left=True, right=True)
    yield from _said(Kind.WISH, "计件|计件工资|多劳多得", wish="计件")
    yield from _said(Kind.WISH, _crossed(("会", "会用", "懂", "熟悉", "会使"), ("电脑", "办公软件")), wish="电脑", right=True)
    by_hand, *others = WORDS["by_hand"]
    yield from _said(
        Kind.WISH, _crossed(("不会", "不会用", "不懂", "不用", "不会使"), ("电脑", "办公软件")), wish=by_hand, also=tuple(others), right=True
    )


def _all() -> Iterator[tuple[str, Saying]]:
    for group in (_others, _benefits, _experience, _types, _educations, _posted, _shifts):
        yield from group()


SAYINGS: Mapping[str, Saying] = MappingProxyType(dict(_all()))
"""Normalised form -> what it means."""
BENEFIT_FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {form: tuple(codes.split("|")) for listed, (codes, _, _) in _BENEFITS.items() for form in listed.split("|")}
)
"""Form -> benefit codes: the same list reads what a posting offers."""
BENEFIT_LABELS: Mapping[str, str] = MappingProxyType({codes: label for codes, label, _ in _BENEFITS.values() if "|" not in codes})

PLACE_ENDS = frozenset(WORDS["place_ends"])
"""A short place name before one of these is part of another name (曲阜 + 路, 平原 + 地区)."""
ORDINARY = frozenset(WORDS["ordinary_places"])
"""Place names that are ordinary words as well: taken only between ends or other understood pieces."""
