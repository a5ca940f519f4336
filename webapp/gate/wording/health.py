"""Illness as a condition (HEALTH): its history, its absence, hepatitis, relatives.

身体健康, a health certificate and an examination are no findings, nor is what a certain work itself needs of eyes and head (色盲, 恐高). A
hepatitis carrier may not be asked for at all (HEALTH.carrier), nor the relatives' illness (HEALTH.family): those block. The same words in
a hospital's duties tell of patients.
"""

import re
from collections.abc import Iterator

from webapp.gate.wording.family import Family, Hit, after, any_of, any_word, apart, before

_KIND = (
    r"(?:重大|传染|慢性|急性|精神|遗传|严重|职业|不良|基础|既往|心脑血管|心血管|心脏|高危|其他|相关|影响工作|隐性|心理|特殊|妇科|任何"
    r"|先天性|突发性|潜伏性|或|及|、|和|等|方面|类|性|的)"
)
"""Each text can be cut into these in one way only (性, 类 and 的 stand alone): two ways a word would double the time with each of them."""
_ILL = (
    rf"(?:{_KIND}{{0,16}}(?:疾病|病史|传染病|精神病|慢性病|职业病|心脏病|皮肤病|肝炎|肺结核|高血压|三高|糖尿病|癫痫|腰间盘突出|残疾"
    r"|心脑(?:血管)?|病症|重病|大病))"
)
_NOT_WANTED = r"(?:请?勿(?:扰|投|来)?|不要|不招|不收|不考虑|不录用|除外|免(?:谈|投)|谢绝)"
_FREE_OF = any_of(
    r"(?:无|没有|未患(?:有)?|不患|不得有|不能有|不可有|无任何|没有任何|无明显|不得患有?|不能患有?|未曾患|非)"
    rf"[^\n。;,一-鿿]{{0,2}}[^\n。;,]{{0,12}}?{_ILL}",
    rf"{_ILL}(?:患者|病人|者|人员|史)?{_NOT_WANTED}|(?:不(?:要|招|收|考虑|录用)|谢绝|拒绝)招?有?{_ILL}",
    r"(?:残疾人?|残障人?士?)(?:请?勿|不要|不招|不收|除外|谢绝)|(?:孕|怀孕|妊娠)(?:检|测|试)",
)
_HISTORY = re.compile(r"(?:高血压|心脏病|传染性?疾?病|精神(?:类)?疾?病|癫痫|糖尿病)[^\n。;]{0,14}等?(?:既往)?病史(?!采集|资料|管理|询问|记录)")
_CARRIER = re.compile(r"(?:乙肝|乙型肝炎|两对半|大三阳|小三阳|hbv|hbsag|表面抗原|艾滋|hiv(?![a-z]))[^\n。;,]{0,12}")
_RELATIVES = re.compile(r"(?:家族|直系亲属|三代以?内?|父母|家人)(?:成员)?[^\n。;,]{0,8}(?:病史|遗传病|精神病|疾病史|遗传史|病)|家族史")
_ASKED = re.compile(r"(?:无|没有|不得有|不能有|须无|非|未有|不存在|如有|提供|填写|说明|询问)[^\n。;,]{0,10}$")
_NOT_TESTED = re.compile(
    r"(?:不(?:检测?|查|测|做|得|能|会|体检|要求|涉及|歧视|问|限|看|卡|因)|无需|不需要?|免(?!疫)|取消|禁止|严禁|除外|拒绝歧视|反对歧视|不含|均可|也可|可以)[^\n。;]{0,12}"
)
_OF_PATIENTS = re.compile(
    r"患者|病人|诊断|诊疗|治疗|临床|疫苗|研发|试剂|流行病|药(?:品|物|企|理|学|店)|医院|科室|门诊|护理(?:学|工作|常规)|保险|理赔|保障|报销|补助|慰问|救助|预防|防控"
    r"|防治|管理|数据|模型|研究|宣传|培训|检验|咨询|知识|康复|保健|施工"
)
_WARD = re.compile(r"(?:传染病|精神病|职业病)(?:院|科|医院|学|防治|危害|房|区|体检|检查|诊断)")
_CARRIER_JOB = re.compile(r"(?:国家|法律|法规|依法|按规定|卫生行政部门)[^\n。;]{0,20}(?:禁止|规定|不得)|特警|采供血|血站|血液制品|民航招飞|军队")
_CARED_FOR = re.compile(r"不(?:限|看)|优先|照顾|帮助|关爱")


def _illness(plain: str) -> Iterator[Hit]:
    for found in _CARRIER.finditer(plain):
        ahead, behind = before(plain, found.start(), 14), after(plain, found.start(), 24)
        if not (_NOT_TESTED.search(ahead) or _NOT_TESTED.search(behind) or _OF_PATIENTS.search(ahead[-8:] + behind[:16])):
            yield Hit("HEALTH" if _CARRIER_JOB.search(plain) else "HEALTH.carrier", *found.span())
    for found in _RELATIVES.finditer(plain):
        ahead = before(plain, found.start(), 14)
        if _ASKED.search(ahead) and not _NOT_TESTED.search(ahead) and not _OF_PATIENTS.search(after(plain, found.end(), 6)):
            yield Hit("HEALTH.family", *found.span())
    for pattern in (_FREE_OF, _HISTORY):
        for found in pattern.finditer(plain):
            if not _is_of_patients(plain, found):
                yield Hit("HEALTH", *found.span())


def _is_of_patients(plain: str, found: re.Match[str]) -> bool:
    ahead, behind = before(plain, found.start(), 12), after(plain, found.end(), 5)
    return bool(
        _WARD.search(found[0] + behind)
        or _OF_PATIENTS.search(found[0].replace("患者", "") + behind)
        or _NOT_TESTED.search(ahead)
        or _CARED_FOR.search(ahead[-4:])
    )


_HINTS = any_word("病 乙肝 两对半 三阳 hbv hiv 艾滋 残 三高 高血压 心脑 癫痫 孕 肝炎 乙型 家族 表面抗原 妊娠 腰间盘 肺结核")
HEALTH = Family(("HEALTH", "HEALTH.carrier", "HEALTH.family"), _HINTS, lambda plain: apart(_illness(plain)))
