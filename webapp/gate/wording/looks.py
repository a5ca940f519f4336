"""Limits of body and face (LOOKS): height, weight, figure, face, an agreeable appearance, scars, glasses.

What a person can put on or learn is none: neat dress, manners, bearing (仪表, 谈吐, 品行端正), a photograph, a tattoo. The image of the firm
is no face, and 形象岗 is the name of a post.
"""

import re
from collections.abc import Iterator

from webapp.gate.wording.age import is_of_the_army
from webapp.gate.wording.family import Family, Hit, after, any_of, any_word, apart, before

_GOOD = r"(?:较|很|特别|非常|要)?(?:好|佳|良好|端正|俱佳|优秀|优良|出众|靓丽|甜美|端庄|突出|优雅|大气|上佳|过关|在线|较佳|不错|阳光)"
_CM = r"(?:cm|公分|厘米|米|m)"
_METRES = r"1\.[4-9]\d?"
_TALL = any_of(
    rf"(?:净|裸)?身高(?!体重(?:测|管理|等))[^\n。;\d一]{{0,10}}(?:1[4-9]\d|1[.米][4-9]\d?|一米[四五六七八]|[4-9]\d(?=以上|cm)){_CM}?"
    rf"(?:[\-/·.、](?:1[4-9]\d|2[01]\d|{_METRES})(?:cm|厘米|米)?)?(?:以上|左右|\+)?",
    r"身高[^\n。;\d]{0,4}(?:不低于|不矮于|要求)[^\n。;\d]{0,4}\d",
    rf"(?<![\d.])(?:1[5-9]\d|{_METRES}){_CM}(?:及?以上|左右|\+|-1)",
    rf"[男女](?:性|士|生|孩)?[:,]?(?:净)?(?:1[5-9]\d|{_METRES}){_CM}?(?:及?以上|左右|\+|以下)",
    r"(?<![\d.])1[6-9]\d(?:以上|\+)(?=[\n,。;、 )]|$)",
    r"身高\d|个子(?:高挑|高|\d)|高挑",
)
_HEAVY = any_of(
    r"体重[^\n。;,\d]{0,8}(?:\d|一百|匀称|标准|适中|正常|协调|成比例|均匀)",
    r"(?:不能|不要|不可|非)(?:过于|太|过度)?肥?胖|微胖勿|胖(?:的|者)?(?:勿|不要)",
)
_FIGURE = any_of(
    r"(?:身材|体型|体态|身形|体格|体形)(?:比例)?(?:要求)?(?:体态|样貌|相貌|气质)?[^\n。;,、]{0,2}?"
    r"(?:匀称|均匀|均称|良好|较?好|标准|苗条|魁梧|高大|高挑|适中|健硕|壮硕|健壮|佳|协调|比例|出众|强壮|结实|偏瘦|挺拔)",
    r"(?:良好|优美|匀称)的?(?:身材|体型|体态|身形|身体形态)",
)
_FACE = any_of(
    rf"(?:五[官宫]|相貌|容貌|长相|外貌|样貌|面容|面相|脸型|外表)[^\n。;,、]{{0,3}}?(?:{_GOOD}|清秀|姣好|周正|秀气|无缺陷|可以|亲和)",
    rf"(?<!不看)(?<!不卡)(?:高颜值|颜值{_GOOD}|颜值[^\n。;,、不无]{{0,2}}高|有一定(?:的)?颜值)",
    rf"(?:外形|外型|外在)(?:形象)?(?:条件)?[^\n。;,、]{{0,2}}?(?:{_GOOD}|气质)",
    r"皮肤(?:白皙|白净|好|光滑|细腻)|(?:笑容|长得|外表)甜美|甜美(?:可爱)?(?:型|的外表)|眉清目秀|漂亮(?:大方)?优先|(?:帅哥|美女)(?:优先|来)|帅气优先",
)
_BEARING = any_of(
    rf"形象(?:气质|与气质|和气质|及气质|、气质|/气质|,气质|条件|品德|素质|面貌|谈吐|仪表)?(?:要求)?:?[^\n。;,、]?{_GOOD}(?:,?气质{_GOOD})?",
    r"(?<!艺术)气质(?:形象|与形象|和形象|、形象|谈吐)?(?:较|很)?(?:好|佳|良好|出众|俱佳|优雅|高雅|端庄|优|不错|上佳|大方)",
    r"(?:良好|较好|优秀|端庄|阳光|好|佳|不错|出众|一定)的?(?:个人|外在|外表|自身)?(?:形象(?:和|与|及|、)?气质|气质(?:与|和|及|、)?形象)",
    r"(?:良好|较好|优秀|端庄|出众|姣好|不错)的?(?:个人|外在|外表)(?:形象|气质)|有(?:良好|较好)的?(?:气质|形象)(?!的)",
)
_OF_THE_FIRM = any_of(
    r"(?:公司|企业|品牌|店面|门店|店铺|展厅|单位|集团|学校|酒店|项目|城市|产品|社会|对外|职业|专业|服务|银行|机构|部门|政府|市场|客户|商场|餐厅|平台"
    r"|维护|塑造|树立|提升|建立|树|保持|展现|展示|打造|传播|现场|车间|环境|景区|团队|宣传|行业|民族|正面|国际|医院|律所|媒体|舆论|消费者|用户|角色|人物"
    r"|数字|卡通|ip)[^\n。;,、:]{0,5}$"
)
_OF_A_DESIGN = re.compile(r"的(?:品牌|企业|维护|产品|建立|树立)")
_SCAR = any_of(
    r"(?:无|没有|不能有|不得有|不可有|不可以有|不许有|非)[^\n。;]{0,14}?(?:伤疤|疤痕|烟疤|烟花疤|刀疤|疤)",
    r"(?:伤疤|疤痕|烟疤)[^\n。;,]{0,6}(?:勿|不要|不招|不收|免)",
)
_SIGHT = any_of(
    r"(?:不|无|非)(?:能|可|得)?(?:戴|带|佩戴)(?:近视|框架)?眼镜|(?:不|无|非|不能|没有)(?:得|可)?近视",
    r"近视[^\n。;,]{0,6}(?:勿|不要|不招|不收|不考虑|免)",
)
_WAIVED = re.compile(r"(?:不限|无需|不需要?|不要求|没有?要求|无要求|不卡|不看|不挑|不求|无|不在意|不考察|不要)[^\n。;,、]{0,4}$")
_WAIVED_AFTER = re.compile(r"[^\n。;,、\d]{0,3}(?:不限|无要求|不作?要求|没有?要求|不做要求|要求不)|(?:的)?(?:团队|同事|小哥哥|小姐姐|帅哥)")


def _looks(plain: str) -> Iterator[Hit]:
    if is_of_the_army(plain):
        return
    for pattern in (_HEAVY, _SCAR, _SIGHT):
        yield from (Hit("LOOKS", *found.span()) for found in pattern.finditer(plain))
    for pattern in (_TALL, _FIGURE, _FACE, _BEARING):
        for found in pattern.finditer(plain):
            if not _is_waived(plain, found) and not (pattern is _BEARING and _is_of_the_firm(plain, found)):
                yield Hit("LOOKS", *found.span())


def _is_waived(plain: str, found: re.Match[str]) -> bool:
    return bool(_WAIVED.search(before(plain, found.start(), 10)) or _WAIVED_AFTER.match(after(plain, found.end(), 10)))


def _is_of_the_firm(plain: str, found: re.Match[str]) -> bool:
    """`维护公司良好形象`, `良好形象的维护`."""
    return bool(_OF_THE_FIRM.search(before(plain, found.start(), 14)) or _OF_A_DESIGN.match(after(plain, found.end(), 5)))


_HINTS = any_word(
    "身高 体重 身材 体型 体态 身形 体格 体形 五官 五宫 相貌 容貌 长相 外貌 样貌 面容 颜值 外形 外型 外在 外表 皮肤 甜美 眉清 漂亮 帅 美女",
    "形象 气质 疤 眼镜 近视 高挑 个子 胖 脸型 面相 cm 厘米 公分 米以上 男1 女1 0以上 5以上 8以上",
)
LOOKS = Family(("LOOKS",), _HINTS, lambda plain: apart(_looks(plain)))
