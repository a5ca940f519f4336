"""Limits of age for who is hired (AGE), and posts for children (UNDER16).

A figure is an age where 岁 stands beside it or 年龄 before it; it is a condition unless it tells of customers, pupils or the team. A lower
limit of 18 is the law's own and none above it is asked for. Where an army is recruited, the law sets the ages: then nothing is found.
"""

import re
from collections.abc import Iterator

from webapp.gate.wording.family import Family, Hit, after, any_word, apart, before, number

_N = r"(?:(?<!\d)[1-7]\d(?![\d%])|[二三四五六七]?十[一二三四五六七八九]?)"
_Y = r"(?:\n?周?岁(?:数)?)"
_TO = r" ?(?:-+|到|至|一(?=\d))[ \-]*"
_NOTE = r"(?:\([^)\n]{1,8}\))?"
_RANGE = re.compile(rf"({_N})({_Y})?{_NOTE}(?:及?以上)?{_TO}({_N})({_Y})?")
_OVER_TO = re.compile(rf"({_N})({_Y})?{_NOTE}及?以上[,、 ]?({_N})({_Y})?{_NOTE}及?(?:以下|以内)")
_UPPER = re.compile(rf"({_N})({_Y})?{_NOTE}(?:及其?|或)?(?:以下|一下|以内|之内|以里|之下|以前|封顶|止|(?<=岁)内)")
_AT_MOST = re.compile(
    rf"(?:不(?:得|能|可|要|应|宜)?(?:超过?|大于|高于)|放宽(?:至|到)|小于|低于|少于|<=?|≤|最大|上限|超不过)[^\d\n十,。;]{{0,4}}({_N})({_Y})?"
)
_TOO_OLD = re.compile(rf"(?:超过|大于|满)?({_N})({_Y})?(?:及?以上)?的?(?:请?勿|不要|不收|不招|不考虑|免谈|除外|谢绝|不予)")
_AROUND = re.compile(rf"({_N})({_Y})?左右")
_FROM = re.compile(rf"({_N})({_Y})?{_NOTE}及?(?:以上|起)")
_AT_LEAST = re.compile(rf"(?:>=?|≥|(?:年|须|需|要)满|年纪满|不低于|大于)({_N})({_Y})")
_BORN = re.compile(
    r"(?:19|20)\d\d[年.\-/]?(?:\d{1,2}[月.\-/]?)?(?:\d{1,2}[日号]?)?(?:\([^)\n]{1,4}\))?(?:及?以?后|之后)(?:\([^)\n]{1,4}\))?出生"
    r"|(?:年龄|年纪)[^\d\n,。;]{0,6}(?:[6-9]\d|0\d)年?(?:及?以?后|之后)"
    r"|出生(?:日期|年月|年份)?[^\d\n。;]{0,6}(?:19|20)\d\d[^\n。;,]{0,10}?(?:以后|之后|后)"
)
_DECADE = re.compile(r"(?<!\d)(?:[6-9][05]|0[05])后(?:[、/,和或\-]?(?:[6-9][05]|0[05])后)*(?:的)?(?:优先|均可|即可|为佳|最佳|最好|才可)")
_CONTEXT = re.compile(r"(?:年龄|年纪|岁数)[^\d\n,。;、]{0,10}$")
_RUN_ON = re.compile(r"(?:年龄|年纪|岁数)[^\d\n,。;、]{0,6}$")
_OTHERS_BEFORE = re.compile(
    r"(?:(?:用户|客户|客群|人群|学员|学生|会员|粉丝|受众|读者|玩家|幼儿|孩子|儿童|老人|宝宝|对象)(?:群体|年龄段?|主要|大多|多|均|都|为|在|是|以|[:(])*"
    r"|面向|针对|服务于?|照顾|照护|平均年龄|平均|团队|同事|职场内?|小伙伴|都是|均为|多为|覆盖|男主|女主|孕周)[^\d\n,。;]{0,6}$"
)
_OTHERS_AFTER = re.compile(
    r"(?:左右|之间|以下|以内|以上|的|年龄段?)*(?:小?儿童|孩子|小孩|宝宝|幼儿|婴|少儿|青少年|学生|学员|人群|用户|客户|客群|老人|老年|消费者|患者|家长|会员|粉丝|受众|读者|玩家|"
    r"女宝|男宝|小朋友|小学|中学|娃|年轻人,?可以)"
)
_FORBIDDEN = re.compile(r"(?:打破|拒绝|不受|取消|没有|无)(?:年龄|任何|所谓)*$")
_CHILD = re.compile(
    r"(?<!\d)(1[0-5]|[十][一二三四五]?)(?:周?岁)?(?:及?以上)?(?:-+|到|至)([1-7]\d)(?:周?岁)"
    r"|(?<!\d)(1[0-5]|十[一二三四五]?)周?岁(?:及?以上|起)?(?:都|也|均)?(?:即可|可来|可以|可|行|要|就行|起招)"
    r"|(?:招|招聘|招收|接受|可招|欢迎)[^\n,。;不勿]{0,6}(?:(1[0-5]|十[一二三四五]?)周?岁|童工|未满十六|未满16|16周?岁以下|十六周?岁以下|未成年(?!人?保护)|初中在读|小学生|初中生)"
)
_WORKER = re.compile(r"招|聘|工|员|年龄|要求|条件|学徒|服务|包吃|入职")
_REFUSED = re.compile(r"(?:不|勿|严禁|禁止|拒绝|谢绝|杜绝|未满|不满|低于|非|反对)[^\n,。;]{0,8}$")
_REFUSED_AFTER = re.compile(r"[^\n,。;]{0,6}?(?:勿|不要|不招|不收|不得|谢绝|请绕|拒绝|不予|不录|免)")
_TAUGHT = re.compile(r"授课|教学|辅导|学员|培训班|课程|早教|托管|带娃|宝宝|儿童|照顾|孩子")
_APPROVED = re.compile(r"文艺|体育|特种工艺|演员|童星|运动员|戏曲|杂技|体校|艺术团")
_OF_THE_ARMY = re.compile(r"征兵|兵员征集|应征入伍|征集条件|参军入伍条件")


def is_of_the_army(plain: str) -> bool:
    """Ages and bodies of recruits are set by the law on conscription."""
    return _OF_THE_ARMY.search(plain) is not None


def _limits(plain: str) -> Iterator[Hit]:
    if is_of_the_army(plain):
        return
    for pattern in (_RANGE, _OVER_TO):
        for found in pattern.finditer(plain):
            if found[2] or found[4] or _CONTEXT.search(before(plain, found.start(), 16)):
                yield from _limit(plain, found, number(found[3]), lowest=17)
    for pattern, lowest in ((_UPPER, 19), (_AT_MOST, 19), (_TOO_OLD, 21), (_AROUND, 19), (_FROM, 19), (_AT_LEAST, 19)):
        for found in pattern.finditer(plain):
            if found[2] or _CONTEXT.search(before(plain, found.start(), 16)):
                yield from _limit(plain, found, number(found[1]), lowest=lowest)
    for pattern in (_BORN, _DECADE):
        for found in pattern.finditer(plain):
            yield Hit("AGE", found.start(), found.end())


def _limit(plain: str, found: re.Match[str], figure: int, *, lowest: int) -> Iterator[Hit]:
    ahead = before(plain, found.start(), 20)
    if figure < lowest or _OTHERS_BEFORE.search(ahead) or _FORBIDDEN.search(ahead) or _OTHERS_AFTER.match(after(plain, found.end(), 12)):
        return
    named = _RUN_ON.search(ahead)
    start = found.start() - (len(ahead) - named.start() if named else 0)
    yield Hit("AGE", start, found.end(), str(figure))


def _children(plain: str) -> Iterator[Hit]:
    is_approved = _APPROVED.search(plain)
    for found in _CHILD.finditer(plain):
        ahead, behind = before(plain, found.start(), 14), after(plain, found.end(), 14)
        if _REFUSED.search(ahead) or _REFUSED_AFTER.match(behind) or (found[1] and not _WORKER.search(ahead + behind)):
            continue
        if is_approved:
            yield Hit("UNDER16.approved", *found.span())
        elif not _TAUGHT.search(ahead + behind):
            yield Hit("UNDER16", *found.span())


AGE = Family(("AGE",), any_word("岁 年龄 年纪 后优先 后均可 后即可 后为佳 后最 后的优先 后才 出生"), lambda plain: apart(_limits(plain)))
UNDER16 = Family(("UNDER16", "UNDER16.approved"), any_word("岁 童工 未成年 在读 小学生 初中生 未满"), lambda plain: apart(_children(plain)))
