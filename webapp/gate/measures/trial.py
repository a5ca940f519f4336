"""Trial periods against 劳动合同法 §19, §20 and §70 (TRIAL)."""

import re
from collections.abc import Iterator
from decimal import Decimal

from webapp.gate.measures.asked import Asked, Met
from webapp.gate.wording.family import number
from webapp.reference.models import EmploymentType

_N = r"(\d{1,2}|[一二三四五六七八九两]|十[一二]?|半)"
_TRIAL = r"(?:试用期?|见习期|考察期|试岗期)"
_LENGTH = re.compile(
    rf"{_TRIAL}(?:限|时间|时长)?(?:为|是|:|约|一般|期限)?{_N}(?:(?:-+|到|至|~){_N})?个?(月|年|天|周)"
    rf"|{_N}(?:(?:-+|到|至){_N})?个?(月|年|天|周)(?:的)?{_TRIAL}"
)
_CONTRACT = re.compile(
    rf"(?:签订?|订立|首签|合同期?限?)[^\d\n。;一二三四五六七八九两十半]{{0,8}}{_N}(?:(?:-+|到|至){_N})?(年|个?月)(?:期)?"
    rf"(?:的)?(?:固定期限)?(?:劳动)?(?:合同)?|{_N}(年|个?月)(?:期)?(?:的)?(?:固定期限)?劳动合同"
)
_OPEN_END = re.compile(r"无固定期限")
_SHARE = re.compile(
    rf"{_TRIAL}[^\n。;]{{0,12}}?(?:工资|薪资|薪酬|待遇|底薪|发放?|按|打)[^\d\n。;]{{0,6}}?(\d{{2}})%"
    rf"|{_TRIAL}[^\n。;]{{0,10}}?打?([五六七])折|{_TRIAL}[^\n。;]{{0,8}}?(?:工资|薪资)?(?:打|按)([5-7])折"
)
_WITHOUT = re.compile(
    r"(?:试用期?|试岗|试工|培训期?|实习期?|考核期|带教期)[^\n。;]{0,10}?(?:无薪|无工资|没有?工资|不发工资|不计(?:薪|工资)|没薪|无报酬|不算工资|不给工资|义务)|(?:无薪|无偿|义务)(?:试用|试岗|试工|培训期)"
)
_PAY = r"(\d{4,5}|\d{1,2}(?:\.\d)?k|\d{1,2}(?:\.\d)?(?=-+\d{1,2}(?:\.\d)?k))(?:元)?(?:-+(\d{4,5}|\d{1,2}(?:\.\d)?k))?"
_STEPS = re.compile(
    rf"(?:试用|实习|试岗|见习|培训)(?:期|/培训)?(?:间|内)?(?:的)?(?:综合|月|基本)?(?:薪资|工资|薪酬|待遇|底薪|收入)?[^\d\n。;]{{0,8}}?{_PAY}[^\n。;]{{0,24}}?"
    rf"(?:转正|实习期满|试用期?(?:过|满|结束)?后|期满|正式)[^\d\n。;]{{0,16}}?{_PAY}"
)
_TRAINED = re.compile(rf"(?:实习/培训|培训|实习)(?:期间?)?(?:薪资|工资)[:]?{_PAY}")
_SETTLED = re.compile(rf"(?:转正(?:后)?|正式)[^\d\n。;]{{0,10}}?(?:综合)?(?:薪资|工资|薪酬|收入)?[^\d\n。;]{{0,8}}?{_PAY}")
_NOT_LONGER = re.compile(r"(?:不超过|最长|最多|最高|提前|不打折|全薪|全额|同薪)")
_NO_TRIAL = re.compile(r"(?:无|没有|免|不设|取消)(?:任何)?试用")
_MONTHS = {"月": Decimal(1), "个月": Decimal(1), "年": Decimal(12), "周": Decimal("0.25"), "天": Decimal(1) / 30}


def find(asked: Asked) -> Iterator[Met]:
    plain = asked.text.plain
    if _NO_TRIAL.search(plain):
        return
    yield from _too_long(asked, plain)
    yield from _paid_less(asked, plain)
    found = _WITHOUT.search(plain)
    if found:
        yield Met("TRIAL.pay", place=found.span(), figure="试用、试岗期间不发工资")


def _too_long(asked: Asked, plain: str) -> Iterator[Met]:
    found = _LENGTH.search(plain)
    if found is None:
        return
    low, high, unit = (found[1], found[2], found[3]) if found[1] else (found[4], found[5], found[6])
    months = _count(high or low) * _MONTHS[unit]
    if asked.subject.values.get("employment_type") is EmploymentType.PART_TIME:
        yield Met("TRIAL.part_time", place=found.span())
        return
    most, contract = _most(asked, plain)
    if most is not None and months > most:
        yield Met("TRIAL.length", place=found.span(), figure=f"{contract}，试用期最长 {most.normalize():f} 个月，文中为 {months.normalize():f} 个月")


def _most(asked: Asked, plain: str) -> tuple[Decimal | None, str]:
    """The longest trial this contract may have; of a contract whose length is not told, the longest any may."""
    longest = asked.figure("trial_max_contract_3y_or_open")
    none_below, year, three_years = (asked.figure(key) for key in ("trial_none_below_months", "trial_contract_1y_months", "trial_contract_3y_months"))
    found = None if _OPEN_END.search(plain) else _CONTRACT.search(plain)
    if found is None or none_below is None or year is None or three_years is None:
        return longest, "任何劳动合同"
    count, unit = (found[2] or found[1], found[3]) if found[1] else (found[4], found[5])
    months = _count(count) * _MONTHS[unit]
    if months < none_below:
        return Decimal(0), f"合同不满 {none_below.normalize():f} 个月的不得约定试用期"
    if months < year:
        return asked.figure("trial_max_contract_3m_to_1y"), f"合同 {months.normalize():f} 个月"
    if months < three_years:
        return asked.figure("trial_max_contract_1y_to_3y"), f"合同 {months.normalize():f} 个月"
    return longest, f"合同 {months.normalize():f} 个月"


def _count(text: str) -> Decimal:
    if text == "半":
        return Decimal("0.5")
    return Decimal(text) if text.isdigit() else Decimal(number(text))


def _paid_less(asked: Asked, plain: str) -> Iterator[Met]:
    share = asked.figure("trial_pay_share")
    if share is None:
        return
    found = _SHARE.search(plain)
    if found:
        said = Decimal(found[1]) / 100 if found[1] else Decimal(number(found[2]) if found[2] else int(found[3])) / 10
        if said < share:
            yield Met("TRIAL.pay", place=found.span(), figure=f"试用期工资为 {said:.0%}")
            return
    found, settled = _STEPS.search(plain), None
    if found is None:
        found, settled = _TRAINED.search(plain), _SETTLED.search(plain)
    if found is None or _NOT_LONGER.search(found[0]) or (found.re is _TRAINED and settled is None):
        return
    first = _ends(found[1], found[2])
    then = _ends(settled[1], settled[2]) if settled else _ends(found[3], found[4])
    if first[0] < then[0] * share and sum(first) < sum(then) * share:
        yield Met("TRIAL.pay", place=found.span(), figure=f"约为转正后的 {sum(first) / sum(then):.0%}")


def _ends(low: str, high: str | None) -> tuple[Decimal, Decimal]:
    return _yuan(low, high), _yuan(high or low, low)


def _yuan(text: str, other: str | None) -> Decimal:
    """`2-3k` are both thousands."""
    in_thousands = text.endswith("k") or ((other or "").endswith("k") and len(text) < 4)
    return Decimal(text.rstrip("k")) * (1000 if in_thousands else 1)
