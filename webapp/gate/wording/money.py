"""Money taken from the worker (FEE) and security held back (DEPOSIT); documents kept, too.

Most postings that speak of fees deny them (不收任何费用, 无押金): a denial is no finding. Nor are fees of the firm's own business (投标保证金,
客户押金, 抵押贷款), what a recruiter is paid (介绍费提成), meals and electricity a worker lives on, or wages paid some days later where they are
paid by the day or the week.
"""

import re
from collections.abc import Iterator

from webapp.gate.wording.family import Family, Hit, after, any_of, any_word, apart, before, sentence

_OWN_COST = (
    r"(?:报名费|入会费|会员费|登记费|建档费|培训费|学费|教材费|资料费|工服费|服装费|工装费|体检费|保密费|办卡费|工牌费|制证费|办证费|小白卡费|证件费)"
)
_OTHER_COST = r"(?:考试费|入职费|面试费|上岗费|设备费|装备费|保险费|岗位费|稳岗费|加盟费|材料费|茶水费)"
_FEE_OF_OTHERS = r"(?:中介费|介绍费|推荐费|手续费|信息费|服务费|管理费)"
_KIND = rf"(?:{_OWN_COST}|{_OTHER_COST}|{_FEE_OF_OTHERS})"
_SELF = r"(?:个人|员工|本人|自己)"
_TAKEN = any_of(
    rf"(?:须|需要?|要|应|得|必须|自行|先|入职时?|面试时?|报到时?|{_SELF})[^\n。;,不免无]{{0,6}}?(?:缴纳?|交纳?|支付|付|承担|购买)"
    rf"[^\n。;,不免无]{{0,8}}?(?:{_KIND}|\d+(?:元|块)(?!以上|底薪|/餐|一餐))",
    rf"(?:收取|收)[^\n。;,不免无]{{0,6}}?{_KIND}(?!的?(?:都是|一律|均为)?骗|提成|奖)",
    rf"(?:{_OWN_COST}|{_OTHER_COST}):?(?:约|共|每人|一共)?\d{{2,4}}(?:元|块|/人)(?![^\n。;,]{{0,4}}(?:提成|奖))",
    rf"{_KIND}[^\n。;,不免无报公]{{0,4}}(?:自理|自付|自费|员工自费|由?{_SELF}(?:承担|支付|出|负责)|自行(?:承担|支付)|从工资[中里]?扣)",
    rf"(?:从|在)?(?:首月|第一个月|当月)?工资(?:中|里|内)?(?:直接)?(?:扣除?|代扣)(?!税|社保|五险|个税|个人所得|公积金|保险个人)"
    rf"[^\n。;,]{{0,10}}(?:{_KIND}|元|保险|工装|服装)",
    r"(?:保险|工装|服装)[^\n。;]{0,14}(?:工资|薪资)[里中内]?扣除?",
    r"付费(?:教学|培训|学习|指导)|自费(?:培训|学习)|有偿培训|先交钱|先付款|贷款培训|培训贷|分期付(?:学费|款培训)",
    rf"(?:交|缴|付)\d{{2,5}}(?:元|块)?的?(?:{_KIND}|入职|上岗|报名)",
)
_SECURITY_MONEY = r"(?:押金|保证金|担保金|抵押金|风险金|质保金|保底金)"
_PAPER = r"(?:身份证|证件|毕业证|学历证|资格证|驾驶证|驾照|档案)"
_COUNT = r"(?:一|二|两|三|半|[1-9]\d?)"
_SECURITY = any_of(
    rf"(?:须|需要?|要|应|得|必须|先|入职时?|收取|收|缴纳?|交纳?|支付|付|冻结|预交|预扣)[^\n。;,不免无没零0]{{0,8}}?{_SECURITY_MONEY}",
    rf"{_SECURITY_MONEY}[^\n。;,不免无没零0]{{0,6}}?(?:\d{{2,5}}|[一二三四五六七八九]百|随走随退|(?:离职|到期|期满)[^\n。;,]{{0,6}}退|可退|从工资[中里]?扣|自理)",
    r"(?:饭卡|工服|工装|服装|宿舍|住宿|水电|钥匙|被褥|设备|工具|车辆|电动?车|租车|装备|制服|卡)的?押金(?![^\n。;,]{0,4}(?:0|零|免|无))",
    rf"(?:扣押?|押|收缴|保管|上交|收取|收)(?:你的|您的|员工|本人)?的?{_PAPER}(?:原件)?(?!复印|信息|号)",
    r"(?:提供|需要?|须|要有)[^\n。;,]{0,6}(?:担保人|保证人|经济担保|财产担保|本地人担保)",
    rf"(?<![按抵质拘冲高低中电气油水液血抗变增减加耐])(?:压|押)[了住着]?(?:你|您|员工)?的?(?:工资|薪资|薪水|薪|钱)?\(?{_COUNT}个?半?(?:月|天|班|周|星期)的?"
    rf"(?:\)?\d{{1,2}}个班)?(?:工资|薪资|薪水|钱)?",
    rf"(?:工资|薪资)先?(?:压|押){_COUNT}个?(?:月|天|周)",
    r"(?:首月|第一个?月|前[一二三两\d]+(?:天|个?班|个?月))的?工资[^\n。;,不]{0,6}(?:押|压|作为?押金|不发|离职时?发)",
    r"(?:前\d{1,2}个?班|不满[一1]?个?月)[^\n。;]{0,6}按?\d{1,2}%(?:结|发)",
)
_DENIED = re.compile(
    r"(?:不(?:会|需|用|要|收|得|向|再|必|存在|涉及|押|压|扣)?|无(?:需|须|任何)?|免(?:收|交|除|费)?|没有?(?:任何)?|零|(?<!\d)0|未|拒绝|禁止|严禁|谨防|警惕|凡|如有?|遇到"
    r"|以任何|任何|非|勿|全免|如果|要求你|骗|若)[^\n。;,]{0,10}$"
)
_DENIED_AFTER = re.compile(
    r"[^\n。;,]{0,8}?(?:都是骗|骗子|骗局|全免|免(?:费|收|除|交)|由?(?:公司|企业|单位|我司|厂方|店里)(?:承担|报销|出|支付|负责|提供|全额)|报销|可报|返还|全额返|补贴"
    r"|不收|无|为?(?:零|(?<!\d)0(?:元|费))|实报|已含|减免|不用|不需)"
)
_PAID_BACK = re.compile(r"[^\n。;]{0,16}(?:报销|返还|返给|退还|公司承担|单位承担)")
_LIVING = re.compile(r"水电|餐|饭|伙食|住宿")
_BUSINESS = re.compile(
    r"投标|招标|履约|客户|租户|业主|商户|合同|工程|质量|项目|农民工工资|保函|业务|账务|财务|核算|台账|管理|催|租金|房屋|租赁|酒店|退房|对账|发票|供应商|经销商|会员|顾客"
    r"|学员|家长|患者|车主|买家|卖家|平台|店铺|淘宝|天猫|加盟|单据|凭证|记账|记帐|报表|立账|往来|贷款|融资|期货|证券|办理|跟进"
)
_PAPER_WORK = re.compile(r"办理|帮|代|协助|审核|登记|核对|查验|面试|携带|客户|旅客|保管好|原件查")
_PAID_SOON = re.compile(r"周结|周薪|一周一结|每周(?:发|结)|周[一二三四五六日]发|日结|天结")
_AMOUNT = re.compile(r":?(?:约|共|每人|人民币)?\d{2,5}(?:元|块钱?)?")


def _fees(plain: str) -> Iterator[Hit]:
    for found in _TAKEN.finditer(plain):
        ahead, behind = before(plain, found.start(), 14), after(plain, found.end(), 18)
        if _DENIED.search(ahead) or _DENIED_AFTER.match(behind) or _PAID_BACK.match(behind):
            continue
        is_security = re.search(_SECURITY_MONEY, found[0])
        if not is_security and not _BUSINESS.search(ahead[-10:] + found[0]) and not _LIVING.search(ahead[-5:] + found[0]):
            yield Hit("FEE", found.start(), _with_amount(plain, found.end()))


def _deposits(plain: str) -> Iterator[Hit]:
    for found in _SECURITY.finditer(plain):
        ahead, behind = before(plain, found.start(), 14), after(plain, found.end(), 14)
        if not (_DENIED.search(ahead) or _DENIED_AFTER.match(behind) or _is_usual(plain, found, ahead, behind)):
            yield Hit("DEPOSIT", found.start(), _with_amount(plain, found.end()))


def _with_amount(plain: str, end: int) -> int:
    """Where the words end if the sum behind them is one of them: what mends the words must not leave it behind."""
    amount = _AMOUNT.match(plain, end)
    return amount.end() if amount else end


def _is_usual(plain: str, found: re.Match[str], ahead: str, behind: str) -> bool:
    """Security in the firm's own business, papers that are only shown, some days' wages where pay is daily or weekly."""
    said = found[0]
    if "金" in said:
        return _BUSINESS.search(ahead[-10:] + said + behind[:6]) is not None
    if re.search(r"证|档案", said):
        return _PAPER_WORK.search(sentence(plain, *found.span(), at_most=12)) is not None
    return re.search(r"周|[1-7一二两三四五六七]天", said) is not None and _PAID_SOON.search(plain) is not None


FEE = Family(("FEE",), any_word("费 扣 交钱 付款 培训贷 缴 元 块"), lambda plain: apart(_fees(plain)))
DEPOSIT = Family(
    ("DEPOSIT",),
    any_word("押 保证金 担保 风险金 压 质保金 证 档案 驾照 个班 不满 工资"),
    lambda plain: apart(_deposits(plain)),
)
