"""Limits and preferences of sex (SEX), and stricter terms for one sex.

男女不限 in all its forms is the contrary. The words may tell of goods (女装), customers, dormitories, benefits or relatives: then they are
no condition. Heights for men and for women are looks, not sex; ages that differ are a stricter term.
"""

import re
from collections.abc import Iterator

from webapp.gate.wording.family import Family, Hit, after, any_of, any_word, apart, before, number, sentence

_ONE = r"(?:男(?:性|士|生|孩子?|员工|工)?|女(?:性|士|生|孩子?|员工|工)?)"
_JOB = r"(?:普工|服务员|保洁|司机|文员|收银|前台|操作工|保安|学徒|工人|店员|营业员|销售|主播|客服|助理|会计|出纳|技师|员工)"
_BOTH = any_of(
    r"男[,、/.和或与女士性生工员孩]{0,4}女[士性生工员孩子]*|女[,、/.和或与士性生工员孩]{0,4}男[士性生工员孩子]*",
    r"性别(?:年龄|学历|专业|户籍|地域|民族|[、和,及/])*:?(?:均|都)?(?:不限|无要求|没有要求|不做要求|不作要求|无限制)",
    r"不(?:限|分|论|问|拘)(?:制)?(?:男女|性别)|(?:无|没有)性别(?:限制|要求)|年龄性别不限",
    r"(?:年龄|学历|专业|经验)[、,和及]?性别(?:[、,和及](?:年龄|学历|专业|经验))*(?:均)?不限",
)
_LIMIT = any_of(
    r"(?:仅限|只限|限定?|仅招|只招|只要|只收|仅招收|只招聘|限招|专招|招聘?收?|急招|诚招|诚聘|急聘|聘|需要?|要求|须为?|需为)"
    rf"(?:\d{{1,3}}(?:名|个|位|人))?(?:年轻|已婚|未婚|中年)?的?{_ONE}"
    rf"(?=$|[\W一两\d]|优先|即可|为主|的|名|位|[一-鿿]{{0,5}}(?:名|位|人)|应聘|报名|求职|{_JOB})",
    r"(?<![子妇儿孙])(?:男(?:性|士|生|孩子?|员工)?|女(?:性|士|生|孩子?|员工)?)者?(?:从业者|求职者|应聘者|候选人)?(?:均可)?"
    r"(?:优先|为佳|最佳|最好|优选|为宜|更佳|较好|为主|为先|者佳)",
    rf"(?:优先(?:考虑|录用|选择)?|首选|倾向于?|偏好|最好(?:是|为)?){_ONE}(?![装鞋包士科])",
    r"性别(?:要求|限制)?[:是为]?(?:要求)?(?:仅限|限|须|需|为|只)?[男女](?:性|士|生)?(?![,、/.和或与]?[男女]|均可|不限)",
    r"(?:(?<=\n)|(?<=[\d][.、,)])|(?<=[,;。:(])|^)(?:仅限|限|要求)?[男女](?:性|士|生)?(?=[,。;、!)\n]|$|\d[,.、])(?![,、]?[男女])",
    r"(?:(?<=\n)|(?<=[,;。:])|^)[男女](?:性|士|生)?(?=[1-5]\d-[2-6]\d周?岁)",
    rf"(?:不(?:要|招|收|考虑|接受|录用)|谢绝|拒绝|勿招){_ONE}(?![装士友])",
    rf"{_ONE}(?:请?勿(?:扰|投|面|来)|不要|免(?:谈|投)|不招|不收|不考虑|除外|止步|谢绝)",
    rf"(?:不适合|不适宜|不宜|不方便){_ONE}(?:从事|应聘|工作|做|投递|[,。;\n]|$)|(?<=适合)[男女](?:性|士|生)(?:从事|做|应聘|工作|$|[,。;\n])",
    r"(?:要|招|需要)(?:男孩子?|女孩子?|小伙子?|小姐姐|姑娘)(?=[,。;、!\n]|优先|$)|(?:小姐姐|小哥哥|小伙子?|姑娘)优先",
)
_AGED = r"(?:性|士|生)?[:,]?(?:年龄)?[^\n。;男女]{0,6}?(\d\d)(?:周?岁)?(?:(?:-|至|到)(\d\d))?(?:周?岁)"
_BY_AGE = re.compile(rf"(?P<first>[男女]){_AGED}?[^\n。;男女]{{0,6}}[,、;/\n ]*(?!(?P=first))(?P<second>[男女]){_AGED}")
_OF_OTHERS = re.compile(
    r"(?:子|儿|孙|长|少|孕产|产|时尚|服务|针对|面向|关爱|顾客|客户|用户|客群|人群|目标|受众|学员|老年|中老年|舍|宿|住宿?|单身|相亲|提供|陪护|照顾|护理|雇主|为"
    r"|患者|病人|团队|公司|同事)[^\n,。;]{0,3}$"
)
_OF_THINGS = re.compile(
    r"(?:装|鞋|包(?!吃|住|食|干)|裤|袜|衣|服(?!务|从)|士?内衣|童|宝(?!妈)|婴|科|厕|卫|浴|宿舍?|舍|寝|厂|团|篮|足|排|乒|子(?:篮|足|排|监)|用品|健康|产品|款"
    r"|表|频道?|单|双|女友|朋友|主角|主持|模特?|歌手|声|人群|用户|客户|消费者|顾客|学员|病人|患者|会员|节|神节|性(?:友好|成长|关怀|可以兼顾|私密|健康|福利|假)"
    r"|工保护|职工(?:特殊|保护|享|权益|福利)|生节|方|儿|孩(?:宝|可爱)|老人|雇主|业主|户主)"
)
_BENEFIT = re.compile(r"生理假|例假|特殊保护|产假|哺乳|陪产|三八|妇女节|女神节|女生节|福利|宿舍|寝室|人间|住宿|卫生间|厕所|更衣")
_NEEDED = any_of(
    r"(?:国家|法律|法规|依法|按规定|规定)[^\n。;]{0,10}(?:不适合|禁忌|不得安排|禁止安排|女职工)|禁忌劳动|矿山井下|第四级体力劳动",
    r"[女男](?:浴|更衣|澡|子监狱|子戒毒|生公寓|厕|性?浴室|宾部|病房|性?私密|性?内衣试)|[女男](?:生)?宿舍(?:管理|宿管|楼管)|宿管",
    r"(?:贴身|陪护|护理|照护|照顾)[女男](?:性)?(?:病|患|老|雇主|客)|女(?:雇主|病人|患者|客人|顾客|老人)(?:要求|指定|需)",
    r"[女男]角色|饰演|扮演|[女男]子(?:队|组|监)|月嫂|催乳|搜身|人身检查|女检",
)
_OPEN_TO_BOTH = re.compile(r"[^\n。;]{0,4}(?:均可|都可|皆可|不限|都行|都要|兼收|各\d|各招|亦可)")
_OF_HEIGHT = re.compile(r"[^\n。;\d]{0,3}1[4-9]\d(?!\d)|[:,]?(?:身高|1[.米])")
_OF_HEIGHT_BEFORE = re.compile(r"(?:身高|净高|体重|不限|不分|无论)[^\n。;]{0,8}$")


def _limits(plain: str) -> Iterator[Hit]:
    both = [found.span() for found in _BOTH.finditer(plain)]
    for found in _LIMIT.finditer(plain):
        start, end = found.span()
        if any(low < end and start < high for low, high in both) or _is_no_condition(plain, start, end) or _is_half_of_both(plain, found):
            continue
        yield Hit("SEX.needed" if _NEEDED.search(sentence(plain, start, end)) else "SEX", start, end)
    yield from _by_age(plain)


def _is_half_of_both(plain: str, found: re.Match[str]) -> bool:
    """`男18-40岁,女18-35岁` limits nobody to one sex; that the ages differ is told by itself."""
    other = {"男": "女", "女": "男"}.get(found[0][:1], "")
    return bool(other) and plain[found.end() : found.end() + 1].isdigit() and other in sentence(plain, *found.span(), at_most=30)


def _is_no_condition(plain: str, start: int, end: int) -> bool:
    behind = after(plain, end, 10)
    word = re.search(r"[男女]", plain[start:end])
    named = plain[start + word.end() : end + 8] if word else ""
    return bool(
        _OF_THINGS.match(named)
        or _OF_THINGS.match(behind)
        or _OF_OTHERS.search(before(plain, start, 8))
        or _OPEN_TO_BOTH.match(behind)
        or _BENEFIT.search(plain[start:end] + behind)
        or _OF_HEIGHT.match(behind)
        or _OF_HEIGHT_BEFORE.search(before(plain, start, 10))
    )


def _by_age(plain: str) -> Iterator[Hit]:
    """Other ages for women than for men: the hit is what is said of women. The law itself sets two ages of retirement."""
    for found in _BY_AGE.finditer(plain):
        first, second = (_ages(found[2], found[3]), _ages(found[5], found[6]))
        if first != second and all(16 <= ages[0] <= 70 for ages in (first, second)) and "退休" not in sentence(plain, *found.span()):
            start = plain.index("女", found.start(), found.end())
            end = found.end() if found["second"] == "女" else found.start("second")
            yield Hit("SEX", start, end)


def _ages(low: str, high: str | None) -> tuple[int, int]:
    return number(low), number(high) if high else 0


SEX = Family(("SEX", "SEX.needed"), any_word("男 女 小伙 姑娘 小姐姐 小哥哥"), lambda plain: apart(_limits(plain)))
