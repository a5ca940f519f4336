"""How the tables of destinations are written in a file: lists within a cell are divided by `|`."""

from collections.abc import Iterator, Mapping

from webapp.reference.cells import BadRow, Row, is_true, matched, text
from webapp.reference.destination_models import ComparisonPurpose, DestinationCode, DestinationGroup, EvidenceKind, PressurePhrase, Weight

__all__ = ["ComparisonPurpose", "DestinationCode", "EvidenceKind", "PressurePhrase", "code", "evidence", "phrase", "purpose"]
_GROUPS = {group.value: group for group in DestinationGroup}
_WEIGHTS = {weight.value: weight for weight in Weight}
_NAME = r"[a-z][a-z_]{1,29}"


def code(record: Mapping[str, str]) -> Iterator[Row]:
    year = matched(r"0|(19|20)\d\d", record["year"].strip(), "年度要写成 2026 的样子，年度不明写 0")
    kind = text(record, "kind", 30, required=True)
    if kind not in _GROUPS:
        raise BadRow(f"kind 只能是 {'、'.join(_GROUPS)}：{kind}")
    yield {
        "year": int(year),
        "code": matched(r"[0-9A-Z]{1,6}", record["code"].strip(), "去向代码只能是数字和大写字母"),
        "label": text(record, "label", 40, required=True),
        "kind": _GROUPS[kind],
        "numerator": is_true(record, "numerator"),
        **_told(record),
    }


def evidence(record: Mapping[str, str]) -> Iterator[Row]:
    weight = text(record, "weight", 30, required=True)
    if weight not in _WEIGHTS:
        raise BadRow(f"weight 只能是 {'、'.join(_WEIGHTS)}：{weight}")
    proves, article = _parts(record, "proves"), text(record, "article", 1000)
    if set(proves) - set(_GROUPS):
        raise BadRow(f"proves 只能是 {'、'.join(_GROUPS)}，用 | 隔开")
    if weight == Weight.REFUSED and not article:
        raise BadRow("不得作为证明的材料要写明依据（article）")
    yield {
        "code": matched(_NAME, record["code"].strip(), "材料代码只能用小写字母和下划线"),
        "label": text(record, "label", 40, required=True),
        "weight": _WEIGHTS[weight],
        "proves": proves,
        "article": article,
        **_told(record),
    }


def phrase(record: Mapping[str, str]) -> Iterator[Row]:
    words = _parts(record, "words")
    if not words:
        raise BadRow("words 不能为空")
    yield {
        "code": matched(_NAME, record["code"].strip(), "代码只能用小写字母和下划线"),
        "words": words,
        "unless": _parts(record, "unless"),
        "article": text(record, "article", 1000, required=True),
        "message": text(record, "message", 300, required=True),
        **_told(record),
    }


def purpose(record: Mapping[str, str]) -> Iterator[Row]:
    yield {
        "code": matched(_NAME, record["code"].strip(), "代码只能用小写字母和下划线"),
        "label": text(record, "label", 80, required=True),
        "basis": text(record, "basis", 1000, required=True),
        "keep_days": int(matched(r"[1-9]\d{0,3}", record["keep_days"].strip(), "保留天数要写成整数")),
        **_told(record),
    }


def _parts(record: Mapping[str, str], column: str) -> list[str]:
    return [part.strip() for part in record.get(column, "").split("|") if part.strip()]


def _told(record: Mapping[str, str]) -> Row:
    return {"source": text(record, "source", 500), "checked": is_true(record, "checked")}
