"""What a posting's title says of the work, without what employers hang on it to be seen.

`急招！高级焊工（包吃住，月薪8000）-济南` says 焊工. Only lists of what never names work are used here; whatever is not
on them stays, because the resolver weighs unknown words lightly, while a word cut away cannot be found again.
"""

import re
from dataclasses import replace

from search.resolver import Guess, Resolver
from search.text import normalise

_BRACKETED = re.compile(r"[(\[{【〔「『<《][^()\[\]{}【】〔〕「」『』<>《》]*[)\]}】〕」』>》]")
_BRACKETS = re.compile(r"[(\[{【〔「『<《)\]}】〕」』>》]")
_PARTS = re.compile(r"[/|,、;:~—–_!。…*★☆&\\]+|(?<![a-z+])\++|(?<![a-z])-|-(?![a-z0-9])|\s+")
_NUMBER = r"\d+(?:\.\d+)?"
_MONEY = r"(?:k|w|万|千|元|块)"
_AFTER = r"(?:以上|起步|起|左右|/?每?(?:月|天|日|小时|时|年|件|单)|薪|名|人|个|岁|届|后|号|班|险|点|周|%|期)"
_FIGURES = re.compile(
    r"(?:月薪|年薪|日薪|时薪|周薪|底薪|保底|薪资|薪|工资|综合|到手|收入|补贴|房补|餐补|奖金)*(?<![a-z\d])(?:"
    rf"{_NUMBER}{_MONEY}?\s*[-~至到—]\s*{_NUMBER}(?:\s*{_MONEY})?(?:\s*{_AFTER})*"
    rf"|{_NUMBER}\s*{_MONEY}(?:\s*{_AFTER})*|{_NUMBER}(?:\s*{_AFTER})+|\d{{3,}})(?![a-z])"
)
"""A figure with a unit, a span, or three digits and more: 4S店 and 3D stay."""
_SALES = (
    "热门投递|招贤纳士|不要错过|就近分配|上一休一|免费培训|带薪培训|带薪年假|带薪|年终急招|年终分红|年终奖金|年终奖|年终双薪|年底双薪|双薪|"
    "五险一金|六险一金|七险一金|五险|六险|社保一档|社保|公积金|一金|节日福利|福利待遇|福利好|福利|高温补贴|住房补贴|采购补贴|餐补|房补|车补|饭补|补贴|"
    "包吃包住|包吃住|包食宿|提供食宿|提供吃住|提供住宿|管吃住|管吃|管住|包吃|包住|包餐|食宿|住宿|吃住|定期体检|定期团建|体检|团建|"
    "周末双休|做五休二|双休|单休|大小周|月休|轮休|排休|长白班|白班|夜班|常白班|两班倒|三班倒|倒班|不加班|朝九晚五|不上夜班|"
    "急招|急聘|直招|直聘|诚招|诚聘|高薪诚聘|高薪|高提成|高底薪|高待遇|无责底薪|无责|底薪|提成|绩效奖金|绩效|奖金|薪资|工资|月薪|年薪|日薪|待遇优厚|待遇优|有保障|放心投|"
    "长期稳定|稳定|长期|招聘|热招|招募|招(?![聘商生投标])|(?<!招)聘|可兼职|可全职|兼职|全职|灵活|劳务派遣|外派|外包|派遣|正式工|临时工|小时工|日结|周结|月结|现结|"
    "应届毕业生|应届生|应届|毕业生|实习生|实习|见习|校招|社招|春招|秋招|校园招聘|无需经验|无经验|经验不限|零经验|小白|可培训|可带教|学徒|学历不限|男女不限|"
    "接受小白|合伙人|就近|附近|家门口|大厂|国企|央企|上市公司|上市|外企|自主研发|自研项目|自研|短期项目|双休日|五天八小时|八小时|工作轻松|轻松|环境好|氛围好|晋升快"
)
_SALE = re.compile(rf"(?:{_SALES})(?!专员|经理|主管|顾问|助理|会计|总监|岗|师|员)")
"""招聘专员 and 薪资会计 are trades."""
_LEVEL = re.compile(r"^(?:中/高级|初/中级|中高级|初中级|初级|中级|高级|资深|首席|特级|一级|二级|三级|储备|见习|熟练|高阶|助理(?=.*工程师))(?=.{2})")
_NUMBERED = re.compile(r"\bj?\d{4,}\b")
_SPACED = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff](?![\u4e00-\u9fff]))")
"""秘 书, 质检 员: a single sign set apart belongs to what stands before it."""
_MIXED_LEVEL = re.compile(r"(?:初级?/)?中级?/高级?|初级?/中级?|高级?/资深")


def title_parts(title: str) -> tuple[str, ...]:
    """The names of work in a title, in its order: what stands in brackets comes after what stands outside."""
    plain = _MIXED_LEVEL.sub("", _SPACED.sub("", normalise(title)))
    inside = [text for found in _BRACKETED.findall(plain) for text in _named(found)]
    outside = _named(_BRACKETED.sub("", plain))
    return tuple(dict.fromkeys((*outside, *inside)))


def clean_title(title: str) -> str:
    """The parts a title's work is named in, parted by spaces; the title itself where nothing would be left."""
    return " ".join(title_parts(title)) or normalise(title).strip()


def _named(text: str) -> list[str]:
    text = _SALE.sub(" ", _FIGURES.sub(" ", _NUMBERED.sub(" ", _BRACKETS.sub(" ", text))))
    parts = (_LEVEL.sub("", part.strip()) for part in _PARTS.split(text) if part)
    return [part for part in parts if len(part) > 1]


CONFIDENT = 0.7
"""The least confidence at which an imported posting is coded; `tests.bench.coding` prints what other figures would give."""


def code_title(title: str, resolver: Resolver, confident: float = CONFIDENT) -> Guess | None:
    """The occupation a title names, or None where that is not sure enough: an uncoded posting is found by its words, a
    wrongly coded one by people who want other work.
    """
    guess = best_guess(title, resolver)
    return guess if guess is not None and guess.confidence >= confident else None


def best_guess(title: str, resolver: Resolver) -> Guess | None:
    """The likeliest occupation however unsure."""
    for guess in ranked_title(title, resolver, limit=1):
        return guess
    return None


def ranked_title(title: str, resolver: Resolver, limit: int = 5) -> tuple[Guess, ...]:
    """The likeliest occupations of a title, each once, the surest first; of equals the part that is named first."""
    parts = title_parts(title)
    whole = " ".join(parts) or title
    if len(parts) < _SEVERAL or resolver.exact(whole):
        return resolver.ranked(whole, limit)
    surest: dict[str, Guess] = {}
    for part, share in zip(parts, _SHARES, strict=False):
        if limit == 1 and share <= max((guess.confidence for guess in surest.values()), default=0.0):
            break  # nothing that follows can be surer
        for guess in resolver.ranked(part, limit):
            confidence = round(guess.confidence * share, 3)
            if confidence > surest.get(guess.code, _NONE).confidence:
                surest[guess.code] = replace(guess, confidence=confidence)
    return tuple(sorted(surest.values(), key=lambda guess: -guess.confidence)[:limit])


_SEVERAL = 2
_SHARES = (1.0, 0.8, 0.6)
"""How much of a guess's confidence stays: of several trades in a title the first one counts."""
_NONE = Guess("", 0.0, "")
