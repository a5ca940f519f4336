"""What cannot be typed into a posting's fields: it contradicts itself or is no place. What the rules say of it is the gate's to tell."""

from datetime import date

from webapp.gate.findings import Finding
from webapp.postings.values import PostingValues
from webapp.reference import queries as reference
from webapp.reference import wages

_OWN_RULE = "本平台规定"
MONTHS_OF_A_YEAR = 12


def problems(values: PostingValues, *, on: date) -> list[Finding]:
    return [*_headcount(values, on), *_wage(values, on), *_place(values)]


def _headcount(values: PostingValues, on: date) -> list[Finding]:
    if values.headcount is None:
        return []
    most = reference.whole("posting_headcount_max", on=on)
    if values.headcount < 1:
        return [Finding("headcount", "招聘人数至少是 1 人", _OWN_RULE)]
    if values.headcount > most:
        return [Finding("headcount", f"招聘人数不能超过 {most} 人，请核对是否多写了一位", _OWN_RULE)]
    return []


def _wage(values: PostingValues, on: date) -> list[Finding]:
    low, high = values.wage_low, values.wage_high
    found = []
    if low is not None and high is not None and low > high:
        found.append(Finding("wage_low", f"最低工资 {wages.write(low)} 元大于最高工资 {wages.write(high)} 元，请对调或修改", _OWN_RULE))
    if any(figure is not None and figure <= 0 for figure in (low, high)):
        found.append(Finding("wage_low", "工资必须大于 0 元", _OWN_RULE))
    if (low is not None or high is not None) and values.wage_unit is None:
        found.append(Finding("wage_unit", "请选择工资按什么计算（月、天、小时……）", _OWN_RULE))
    most = reference.whole("posting_wage_months_max", on=on)
    if values.wage_months is not None and not MONTHS_OF_A_YEAR <= values.wage_months <= most:
        found.append(Finding("wage_months", f"一年发的月数在 {MONTHS_OF_A_YEAR} 到 {most} 之间", _OWN_RULE))
    return found


def _place(values: PostingValues) -> list[Finding]:
    found = []
    if values.region is not None and not reference.regions().is_known(values.region):
        found.append(Finding("region", "没有这个地区，请从列表里选一个县（市、区）", _OWN_RULE))
    if (values.lon is None) != (values.lat is None):
        found.append(Finding("lon", "经度和纬度要一起填写，或者都不填", _OWN_RULE))
    elif values.lon is not None and values.lat is not None and not (73 <= values.lon <= 136 and 3 <= values.lat <= 54):
        found.append(Finding("lon", "坐标不在国内：经度在 73 到 136 之间，纬度在 3 到 54 之间，请看看是否填反了", _OWN_RULE))
    return found
