"""Limits of where somebody comes from (HUKOU), of people and of faith (ETHNICITY_FAITH).

A place to live near the work, a benefit (可落户), a dialect or a number plate is none; nor is the care the law orders for ethnic
minorities (就业促进法 §28). A register that must be of here bars others: that is the hard form (HUKOU.only).
"""

import re
from collections.abc import Iterator

from webapp.gate.wording.family import Family, Hit, after, any_of, any_word, apart, before, lines_with, sentence

_REGISTER = r"(?:户口|户籍|籍贯)"
_HERE = r"(?:本地|本市|当地|本省|本县|本区|本村|本镇|本乡|本埠)"
_NAMED = (
    r"(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古?|广西|西藏"
    r"|宁夏|新疆|香港|澳门|东北|苏北|济南|青岛|淄博|枣庄|东营|烟台|潍坊|济宁|泰安|威海|日照|临沂|德州|聊城|滨州|菏泽|莱芜|广州|深圳|杭州|南京|苏州|武汉|成都|西安"
    r"|郑州|长沙|潮汕|温州|徐州|凉山)"
)
_PLACE = rf"(?:{_HERE}|本街道|本社区|城镇|城市|非农|农村|农业|外地|外省|外来|{_NAMED}|[一-鿿]{{2,4}}(?:省|市|县|区|镇|州|街道))"
_MUST = r"(?:仅限|只限|限定?|仅招|只招|只要|须为?|必须(?:为|是|有|具有)?|要求(?:为|有|是)?|须?具有|需(?:要)?(?:为|有|是)?)"
_NOT_WANTED = r"(?:请?勿(?:扰|投|来)|不要|不招|不收|不考虑|免(?:谈|投)|除外|谢绝)"
_KEEPS_OUT = r"(?:不(?:要|招|收|考虑|录用)|谢绝|拒绝|除外)"
_ONLY = any_of(
    rf"{_MUST}{_PLACE}(?:常住)?(?:人口)?{_REGISTER}(?!地)",
    rf"(?:仅限|只限|限定?|只招|仅招|只要)(?:{_HERE}|{_NAMED})(?:人|籍)(?!员|数|事|才|民币)(?=$|[\n,。;!) ]|员?应聘|报名)",
    rf"{_PLACE}{_REGISTER}(?:限制|方可|才可|的才|为必备|者方)",
    rf"{_REGISTER}(?:要求|限制|所在地)?:?(?:须|需|必须)?(?:在|为|是|限)?(?:{_HERE}|城镇|[一-鿿]{{2,3}}(?:省|市|县|区))(?!及|或|均|都|不限)",
    rf"(?:非|外地|外省|农村){_REGISTER}?(?:本地|本市)?(?:户口|户籍|人)?{_NOT_WANTED}",
    rf"{_KEEPS_OUT}(?:外地|外省|外来|农村)(?:人|户口|户籍|务工)|{_KEEPS_OUT}{_NAMED}(?:省|籍)?(?:人|户口|户籍|籍)",
    rf"(?:{_NAMED}|外地|外省)(?:省)?(?:人|籍)(?:员)?{_NOT_WANTED}",
)
_LIKED = any_of(
    rf"{_PLACE}(?:常住)?(?:人口)?{_REGISTER}(?:者|人员|的)?(?:优先|为佳|佳|最好|优选|首选)|(?:优先|首选|最好(?:是|为)?|偏向){_PLACE}{_REGISTER}",
    rf"(?:{_HERE}|{_NAMED})(?:人|籍)(?:员)?(?:士)?(?:者)?(?:优先|为佳|最好|优选|首选)",
    r"(?:优先(?:录用|考虑)?|首选|最好(?:是|为)?)(?:本地|当地|本市)(?:人|居民)",
    r"(?:同意|须|需|必须|要求|愿意)[^\n。;,]{0,8}(?:将[^\n。;,]{0,10})?(?:户口|户籍|\*{3})[^\n。;,]{0,3}(?:迁移?(?:至|到|入)|转入|落户)",
    rf"{_REGISTER}(?:须|需|要|必须)(?:迁|转)",
)
_SAYS_WHERE = re.compile(
    r"户口|户籍|籍|\*{3}|外地|外省|外来|农村|[地市省县区村镇乡北津海庆宁川江西东南建徽苏徽林古藏疆港门岛波州安照沂城泽芜圳京都汕山]人"
)
_OPEN = re.compile(r"(?:不限|无要求|没有要求|均可|都可|皆可|不做要求|不问|不看|无限制|也可|亦可|都行)")
_OPEN_BEFORE = re.compile(r"(?:不限|无论|不论|不分|不问|不看|无|没有)[^\n,。;]{0,6}$")
_SERVED = re.compile(
    r"用户口|客户口|办理|协助|代办|登记|管理|迁移手续|查询|资料|证明|政策|补贴|公积金|可落户|解决|享受|福利|贷款|购房|就近|附近|地址"
)
_BY_LAW = re.compile(
    r"公益性岗位|公益岗|就业困难|零就业|脱贫|低保|帮扶对象|退役军人安置|征地|安置|以工代赈|三支一扶|村(?:医|务|级)|社区工作者|就业援助"
)
_NATION = r"(?:汉|回|维吾尔|维|藏|蒙古?|壮|苗|彝|满|朝鲜|哈萨克|土家|侗|瑶|白|傣)族"
_BELIEVER = r"(?:佛教徒|基督徒|穆斯林|信佛|信主)"
_FAITH = any_of(
    rf"(?:仅限|只限|限定?|只招|仅招|只要|必须(?:是|为)?|要求(?:是|为)?)[^\n。;,]{{0,4}}?{_NATION}",
    rf"民族:?(?:要求)?:?(?:仅限|限|须为|须是|为)?{_NATION}(?!自治)|{_NATION}(?:人|员工)?(?:优先|为佳|者优先)",
    rf"(?:不(?:要|招|收|考虑|接受|录用)|谢绝|拒绝|除外)招?(?:少数民族|{_NATION}|疆籍|藏籍|信教|有宗教信仰)",
    rf"(?:少数民族|{_NATION}|新疆籍?|西藏籍?|藏籍|疆籍)(?:人|员工|人员)?{_NOT_WANTED}",
    r"(?:无|没有|非|不得有|不能有|无任何)(?:任何)?(?:宗教|信教)(?:信仰)?(?:者|人员)?(?!歧视|限制|要求)|不信(?:教|仰宗教)",
    r"(?:信教|有宗教信仰|信仰宗教)(?:者|人员|的)?(?:请?勿|不要|不招|优先|除外|免)",
    rf"(?:须|必须|要求|限|只招|优先)[^\n。;,]{{0,4}}(?:信(?:仰)?(?:佛教?|基督|伊斯兰|天主|道教|主)|{_BELIEVER})|{_BELIEVER}(?:者|人士)?优先",
    r"种族|肤色(?:要求|限)|(?:白人|黑人|白种人|黄种人)(?:优先|不要|勿|外教优先)|(?:限|只要|优先)(?:白人|白种人)",
)
_NO_BIAS = re.compile(r"(?:不|无|禁止|反对|拒绝|平等|不分|不因|没有|不问|不论|多元|尊重|包括|歧视)[^\n。;]{0,14}$")
_NO_BIAS_AFTER = re.compile(r"[^\n。;]{0,10}(?:不限|歧视|平等|多元|尊重|均可|无要求|不问)")
_OF_THE_WORK = re.compile(r"清真|寺院|寺庙|教堂|教会|道观|宗教(?:场所|团体|院校)|民族(?:歌舞|医|餐|风味)|回民食堂")


def _origins(plain: str) -> Iterator[Hit]:
    is_by_law = _BY_LAW.search(plain) is not None
    for pattern, code in ((_ONLY, "HUKOU" if is_by_law else "HUKOU.only"), (_LIKED, "HUKOU")):
        for line in lines_with(plain, _SAYS_WHERE):
            for found in pattern.finditer(plain, *line):
                if not _is_open(plain, found):
                    yield Hit(code, *found.span())


def _is_open(plain: str, found: re.Match[str]) -> bool:
    """Open to all, or the words tell of a service, a benefit, or a way to work that is short."""
    behind = after(plain, found.end(), 12)
    return bool(
        _OPEN_BEFORE.search(before(plain, found.start(), 10))
        or _OPEN.match(behind)
        or _OPEN.search(found[0])
        or _SERVED.match(behind)
        or _SERVED.search(found[0])
        or re.search(r"附近|就近", sentence(plain, *found.span(), at_most=24))
    )


def _faiths(plain: str) -> Iterator[Hit]:
    code = "ETHNICITY_FAITH.needed" if _OF_THE_WORK.search(plain) else "ETHNICITY_FAITH"
    for found in _FAITH.finditer(plain):
        if not _NO_BIAS.search(before(plain, found.start(), 18)) and not _NO_BIAS_AFTER.match(after(plain, found.end(), 14)):
            yield Hit(code, *found.span())


_HOME_HINTS = any_word("户口 户籍 籍贯 *** 本地 当地 外地 外省 本市 人优先 人勿 籍 人不要")
_FAITH_HINTS = any_word("族 教 信仰 佛 基督 信主 穆斯林 新疆 西藏 藏籍 疆籍 种族 肤色 白人 种人")
HUKOU = Family(("HUKOU", "HUKOU.only"), _HOME_HINTS, lambda plain: apart(_origins(plain)))
ETHNICITY_FAITH = Family(("ETHNICITY_FAITH", "ETHNICITY_FAITH.needed"), _FAITH_HINTS, lambda plain: apart(_faiths(plain)))
