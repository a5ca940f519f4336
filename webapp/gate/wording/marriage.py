"""Marriage and children as a condition, or asked about (MARRIAGE). What is given for them (婚假, 生育保险, 礼金) is a benefit, no condition."""

import re
from collections.abc import Iterator

from webapp.gate.wording.family import Family, Hit, after, any_of, any_word, apart, before

_STATE = r"(?:已婚已育|未婚未育|已婚|未婚|单身|已育|未育|离异|无孩)"
_PLANS = r"(?:结婚|怀孕|生育|生孩子|要孩子|要小孩|婚育|备孕|生小孩|生二胎|二胎|三胎|恋爱)"
_SOON = r"(?:近期|短期|暂|[一二三两1-5]年内|入职[^\n。;,]{0,6}内|合同期内|在职期间|服务期内|试用期内)"
_CONDITION = any_of(
    rf"(?:仅限|只限|限定?|只招|仅招|只要|必须|须|需|要求|招聘?)(?:是|为)?{_STATE}(?![,、/]?(?:未婚|已婚)|均可|不限|都可)",
    rf"(?:{_STATE}|婚育状况稳定|婚姻稳定|已婚有孩?|婚后|无婚育计划)(?:者|人士|女性|男性|女士|的|妇女|人员)?(?:均可)?"
    r"(?:优先|为佳|最佳|最好|优选|更佳|佳|首选)",
    rf"(?:婚姻|婚育|生育)(?:状况|情况|状态)(?:要求)?:?(?:须|需|要求|为|限)?(?:{_STATE}|无生育计划|稳定)|婚否:[已未]",
    rf"(?:优先|首选|最好(?:是|为)?){_STATE}",
    rf"{_SOON}[^\n。;,]{{0,6}}(?:无|没有|不(?:得|能|准|许|可|要|考虑|打算)?)[^\n。;,]{{0,3}}{_PLANS}(?:计划|打算|安排)?",
    rf"(?:无|没有|暂无|不存在)(?:近期|短期|[一二三两1-5]年内)?{_PLANS}(?:计划|打算|需求|安排|意愿)",
    r"不(?:招|要|收|录用|考虑|接受)(?:已婚|未婚|未育|孕妇|怀孕|哺乳期|备孕|离异|单身)",
    r"(?:孕妇|怀孕|哺乳期|备孕|未婚|已婚|未育|单身|离异)(?:者|女性|人员|的)?(?:请?勿(?:扰|投|来)|不要|不招|不收|不考虑|除外|免(?:谈|投)|谢绝)",
    r"(?:须|需|要求|必须|签订?|承诺)[^\n。;,]{0,8}(?:不(?:得)?(?:结婚|怀孕|生育)|晚婚|禁孕|不孕)",
    r"(?:说明|填写|提供|告知|了解|注明)[^\n。;,]{0,6}(?:婚育|婚姻|生育)(?:状况|情况|计划)|已婚已育(?=[,。;、\n)]|$)",
)
_OPEN = re.compile(
    r"(?:不(?:限|问|论|分|看|影响|打听|询问|得(?:询问|以)|涉及)|无论|均可|都可|皆可|不作|不做|无要求|没有要求|不因|禁止|平等|不要求|无需|不需要|不得|不必|无须)[^\n。;]{0,10}"
)
_BENEFIT = re.compile(
    r"婚假|产假|礼金|贺金|慰问|福利|保险|津贴|补贴|红包|宿舍|住房|夫妻|相亲|交友|会员|用户|红娘|婚恋|客户|资料|顾问|情侣|报销|节|免费"
)


def _conditions(plain: str) -> Iterator[Hit]:
    for found in _CONDITION.finditer(plain):
        ahead, behind = before(plain, found.start(), 12), after(plain, found.end(), 10)
        if not (_OPEN.search(ahead) or _OPEN.match(behind) or _BENEFIT.search(ahead[-6:] + behind[:6])):
            yield Hit("MARRIAGE", *found.span())


_HINTS = any_word("婚 育 孕 单身 离异 孩 二胎 三胎 恋爱 哺乳")
MARRIAGE = Family(("MARRIAGE",), _HINTS, lambda plain: apart(_conditions(plain)))
