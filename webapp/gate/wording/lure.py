"""Promises that draw people in: easy money (LURE), training dressed as a post (TRAINING_LURE), pay that is none (ZERO_PAY)."""

import re
from collections.abc import Iterator

from webapp.gate.wording.family import Family, Hit, after, any_of, any_word, apart, before

_MUCH = r"(?:过万|上万|破万|过1?w|万元|几万|数万|十万)"
_PITCH = any_of(
    r"(?:轻轻松松|轻松|随随便便|随便|稳稳|躺着?|闭眼|分分钟|妥妥)(?:就|也|都|能|可|可以|日|干|做)*(?:月薪|月入|收入|拿到?|赚到?|突破)?:?"
    rf"(?:{_MUCH}|\d{{4,5}}(?!年)|\d+(?:\.\d)?(?:w|万|k))",
    rf"(?:月薪|月入|收入|工资|薪资|提成)[^\n。;,]{{0,2}}{_MUCH}[^\n。;,]{{0,4}}"
    r"(?:轻轻松松|轻松|不是梦|不难|很简单|so ?easy|没问题|不是问题|很轻松|是基本|很正常|起步)",
    r"[日天](?:入|赚|进)(?:斗金|过千|上千|\d{3,})|躺赚|一夜暴富|暴富|年入百万|月入(?:十|百|几十)万|财务自由|轻松赚钱|快速致富|稳赚",
    r"低投入高回报|有手机?就能(?:做|赚)|赚钱(?:多|快|轻松)",
)
_TITLE_PITCH = any_of(
    r"高薪(?!酬管理)",
    r"月入(?:过|超|破|不低于|轻松|稳定)?[^\n,。;]{0,8}?(?:万|w)|月入(?:过|超|破|轻松)|日(?:入|赚|进)\d{2,}|月[薪均](?:过|超|破)万",
    r"月薪[^\n,。;]{0,8}?\d+(?:\.\d)?(?:w|万)\+?(?=[^\n]{0,8}(?:可兼|兼职|小白|不限|无需|轻松))|月薪\d+千-\d+w|月\d-\d+w",
    r"赚钱|发财|暴富",
)
_UNTRAINED = re.compile(
    rf"(?:小白|无经验|零基础|0基础|不看学历|有无经验|接受新人)[^\n。;]{{0,12}}(?:月入|月薪|综合|保底|轻松)[^\n。;\d]{{0,6}}(?:{_MUCH}|[1-9]\d{{4}}|[1-9](?:\.\d)?(?:w|万))"
)
_NOT_A_PITCH = re.compile(r"(?:勿|不(?:是|要|求)|非|拒绝|警惕|挑战|渴望|追求|想要)[^\n。;,]{0,4}$")

_BEGINNERS = re.compile(r"[零0](?:基础|经验|门槛)|不限专业|专业不限|任何专业|转行|跨行业?|小白|非(?:计算机|本)专业|文科|学历不限")
_TEACHES = any_of(
    r"(?:系统|免费|专业|岗前|带薪|集中|技能|项目|全程|统一)化?的?(?:培训|实训|学习|培养)|实训|学徒",
    r"培训(?:后|合格后|期|结束后|完)(?:上岗|入职|分配|就业|推荐|安排)|推荐就业|包(?:就业|分配)|定向(?:培养|就业)",
    r"从零(?:开始)?(?:培养|学|教)|工程师(?:带领|指导|进行系统)",
)
_OUTLOOK = any_of(
    r"(?:it|互联网|软件|计算机|编程|人工智能|大数据|ui|java|python|web|测试|前端|后端)[^\n。;,]{0,10}(?:行业|前景|人才|方向|发展)",
    r"(?:行业|职业|就业|发展)前景(?:广阔|好|大|光明)|高薪(?:就业|行业|挑战)|渴望高薪",
    r"转正后?(?:工资|薪资)[^\n。;]{0,6}(?:8000|[1-9]\d{4}|[1-9](?:w|万))",
)
_ENROLS = any_of(
    r"招收?(?:学员|学徒班|生简章)|(?:付费|收费|自费)(?:教学|培训|学习|指导)|先(?:培训|学习)后(?:上岗|就业|付)",
    r"学[会成完]后?(?:包|推荐|安排)(?:就业|工作|分配)|[零0]?基础学(?:习|ps|剪辑|编程|播音|配音)|招转培|培训贷|学费(?:分期|贷)|以工代?抵学费",
)
_SKILLED = re.compile(r"(?:熟练|精通|熟悉|掌握)[^\n。;]{2,}")
_OF_A_SCHOOL = re.compile(r"讲师|老师|教师|课|招生|班主任|顾问|教练|助教")

_COMMISSION_ONLY = any_of(
    r"(?:无|没有|零)底薪|(?<!\d)0底薪|纯(?:提成|佣金)(?:制|模式|结算|岗)?|(?:只有|仅有|全靠|全是)提成",
    r"(?:无|没有|不发|不给|无任何)(?:工资|薪资|薪酬|薪水|报酬)(?!条|拖欠|单)",
    r"[以用](?:住宿|食宿|奖金|产品|购物券|代金券)(?:抵|代替|充当)(?:工资|薪)|(?:包食宿|包吃住)[^\n。;,]{0,4}[无没](?:工资|薪)",
    r"(?:义务|免费)(?:帮忙|劳动|上班|试工)|无薪(?:实习|试岗|试工|培训)|无偿(?:实习|试岗|试工|加班)",
)
_DENIED = re.compile(r"(?:不(?:是|存在|会)?|非|拒绝|绝不|没有|禁止|杜绝|无)[^\n。;,]{0,3}$")
_ONE_OF_SEVERAL = re.compile(r"[^\n。;,]{0,4}(?:可选|自选|或者?|二选一|拖欠|压力|上限)")


def _lures(plain: str) -> Iterator[Hit]:
    title = plain.partition("\n")[0]
    for pattern, where in ((_PITCH, plain), (_TITLE_PITCH, title), (_UNTRAINED, plain)):
        for found in pattern.finditer(where):
            if not _NOT_A_PITCH.search(before(plain, found.start(), 8)):
                yield Hit("LURE", *found.span())


def _schools(plain: str) -> Iterator[Hit]:
    """Said outright, or beginners of any kind taught for a trade with a future, while nothing has to be known. Teachers are hired by schools."""
    if _OF_A_SCHOOL.search(plain.partition("\n")[0]):
        return
    for found in _ENROLS.finditer(plain):
        yield Hit("TRAINING_LURE", *found.span())
    teaches = _TEACHES.search(plain)
    if teaches and _BEGINNERS.search(plain) and _OUTLOOK.search(plain) and not _SKILLED.search(plain):
        yield Hit("TRAINING_LURE", *teaches.span())


def _unpaid(plain: str) -> Iterator[Hit]:
    for found in _COMMISSION_ONLY.finditer(plain):
        if not _DENIED.search(before(plain, found.start(), 6)) and not _ONE_OF_SEVERAL.match(after(plain, found.end(), 8)):
            yield Hit("ZERO_PAY", *found.span())


_LURE_HINTS = any_word(
    "高薪 轻松 随便 月入 日入 日赚 天赚 过万 暴富 赚 月薪 百万 过w 财务自由 躺 稳稳 月均 上万 小白 经验 基础 致富 发财 分分钟 妥妥 回报",
)
_SCHOOL_HINTS = any_word("基础 专业 转行 跨行 小白 学员 培训 学徒 招转培 零经验 0经验 文科 学历不限")
LURE = Family(("LURE",), _LURE_HINTS, lambda plain: apart(_lures(plain)))
TRAINING_LURE = Family(("TRAINING_LURE",), _SCHOOL_HINTS, lambda plain: apart(_schools(plain)))
ZERO_PAY = Family(("ZERO_PAY",), any_word("底薪 提成 佣金 工资 薪 抵 义务 免费 无偿"), lambda plain: apart(_unpaid(plain)))
