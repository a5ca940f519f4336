"""What a posting may not say, because it cannot be true or may not be: every figure compared with is a dated parameter.

A problem stops the posting, a warning is shown beside it: an unconfirmed minimum wage must not stop anybody, and whether a low wage is
lawful (shifts, part-time, a trial period) is a person's decision.
"""

from datetime import date, timedelta
from decimal import Decimal

from webapp.gate.completeness import Finding
from webapp.postings.values import PostingValues, monthly
from webapp.reference import queries as reference
from webapp.reference import wages
from webapp.reference.models import Parameter, WageUnit

_OWN_RULE = "本平台规定"


def problems(values: PostingValues, *, on: date) -> list[Finding]:
    return [*_headcount(values, on), *_wage(values, on), *_place(values), *_validity(values, on)]


def warnings(values: PostingValues, *, on: date) -> list[Finding]:
    """A wage whose highest figure stays below the minimum of its place; where that is not known, below the lowest of its province."""
    key, wage = _minimum_for(values)
    minimum, name = _minimum(key, values.region, on)
    if wage is None or minimum is None or wage >= Decimal(minimum.value or 0):
        return []
    mark = "" if minimum.checked else "（未核实）"
    unit, hint = ("小时", "") if key == "minimum_wage_hourly" else ("月", "，非全日制用工请写小时工资")
    compared = f"工资最高约 {wages.write(wage)} 元/{unit}，低于{name} {minimum.value} 元/{unit}{mark}"
    return [Finding("wage_low", f"{compared}。请再核对一次{hint}", minimum.basis)]


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
    if values.wage_months is not None and not 12 <= values.wage_months <= 16:
        found.append(Finding("wage_months", "一年发的月数在 12 到 16 之间", _OWN_RULE))
    return found or _absurd(values, on)


def _absurd(values: PostingValues, on: date) -> list[Finding]:
    limit = reference.parameter("posting_wage_month_max", on=on)
    _, high = monthly(values) if values.wage_unit else (None, None)
    if limit is None or limit.value is None or high is None or high <= int(limit.value):
        return []
    return [Finding("wage_high", f"折合每月约 {high:,} 元，超过 {int(limit.value):,} 元的上限，请核对金额和计算单位", limit.basis)]


def _minimum_for(values: PostingValues) -> tuple[str, Decimal | int | None]:
    if values.wage_unit is WageUnit.HOUR:
        return "minimum_wage_hourly", values.wage_high or values.wage_low
    low, high = monthly(values) if values.wage_unit else (None, None)
    return "minimum_wage_monthly", high or low


def _minimum(key: str, region: str | None, on: date) -> tuple[Parameter | None, str]:
    """(the row, its name). A county whose grade was not seen pays at least the lowest grade of its province."""
    place = region or "CN"
    own = reference.parameter(key, region=place, on=on)
    if own is not None and own.value:
        return own, "当地最低工资标准"
    grades = (reference.parameter(f"{key}_class{grade}", region=place, on=on) for grade in (1, 2, 3))
    known = [row for row in grades if row is not None and row.value]
    return min(known, key=lambda row: Decimal(row.value or 0), default=None), "全省最低一档的最低工资标准"


def _place(values: PostingValues) -> list[Finding]:
    found = []
    if values.region is not None and not reference.regions().is_known(values.region):
        found.append(Finding("region", "没有这个地区，请从列表里选一个县（市、区）", _OWN_RULE))
    if (values.lon is None) != (values.lat is None):
        found.append(Finding("lon", "经度和纬度要一起填写，或者都不填", _OWN_RULE))
    elif values.lon is not None and values.lat is not None and not (73 <= values.lon <= 136 and 3 <= values.lat <= 54):
        found.append(Finding("lon", "坐标不在国内：经度在 73 到 136 之间，纬度在 3 到 54 之间，请看看是否填反了", _OWN_RULE))
    return found


def _validity(values: PostingValues, on: date) -> list[Finding]:
    if values.valid_through is None:
        return []
    most = reference.whole("posting_valid_days_max", on=on)
    last = on + timedelta(days=most)
    if values.valid_through < on:
        return [Finding("valid_through", f"有效期 {values.valid_through} 已经过去，请改成今天或以后的日期", _OWN_RULE)]
    if values.valid_through > last:
        return [Finding("valid_through", f"有效期最长 {most} 天，最晚可以填 {last}；到期前可以再次发布", _OWN_RULE)]
    return []
