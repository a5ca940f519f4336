"""How the tables of services are written in a file."""

from collections.abc import Iterator, Mapping

from webapp.reference.cells import BadRow, Row, is_true, matched, span, text, whole, words
from webapp.reference.models import WordOrigin
from webapp.reference.service_models import Counting, Period

_COUNTINGS = {one.value: one for one in Counting}
_PERIODS = {one.value: one for one in Period}
_CODE = r"[a-z][a-z0-9_]{1,29}"
_TESTS = "age|tag|unemployed"


def _code(record: Mapping[str, str], column: str = "code") -> str:
    return matched(_CODE, record[column].strip(), f"{column} 只能用小写字母、数字和下划线")


def _told(record: Mapping[str, str]) -> Row:
    return {"basis": text(record, "basis", 2000), "source": text(record, "source", 2000), "checked": is_true(record, "checked")}


def service_type(record: Mapping[str, str]) -> Iterator[Row]:
    yield {
        "code": _code(record),
        "label": text(record, "label", 40, required=True),
        "counts": _COUNTINGS[matched("|".join(_COUNTINGS), record["counts"].strip(), "counts 只能是 visit、subject 或 contact")],
        "needs_evidence": is_true(record, "needs_evidence"),
        "facts": words(record, "facts"),
        "position": whole(record, "position") or 0,
        "means": text(record, "means", 200),
        **_told(record),
    }


def service_channel(record: Mapping[str, str]) -> Iterator[Row]:
    yield {
        "code": _code(record),
        "label": text(record, "label", 40, required=True),
        "speaks": is_true(record, "speaks"),
        "serves": words(record, "serves"),
        "position": whole(record, "position") or 0,
        **_told(record),
    }


def service_standard(record: Mapping[str, str]) -> Iterator[Row]:
    types, count = words(record, "types"), whole(record, "count")
    if not types or not count:
        raise BadRow("types 和 count 不能为空，count 至少是 1")
    yield {
        "standard": text(record, "standard", 30, required=True),
        "programme": _code(record, "programme"),
        **span(record, r"|CN|\d{6}"),
        "item": _code(record, "item"),
        "types": types,
        "count": count,
        "period": _PERIODS[matched("|".join(_PERIODS), record.get("period", "").strip() or "once", "period 只能是 once 或 month")],
        "within_days": whole(record, "within_days"),
        **_told(record),
        "origin": WordOrigin.SHIPPED,
        "change_id": None,
    }


def case_programme(record: Mapping[str, str]) -> Iterator[Row]:
    exits = dict(part.split(":", 1) for part in record.get("exits", "").split("|") if ":" in part)
    yield {
        "code": _code(record),
        "label": text(record, "label", 40, required=True),
        "entry": matched("roster|unemployed|hardship_rules", record["entry"].strip(), "entry 只能是 roster、unemployed 或 hardship_rules"),
        "entry_parameters": words(record, "entry_parameters"),
        "exits": exits,
        "exits_by_itself": words(record, "exits_by_itself"),
        "confirmed": words(record, "confirmed"),
        "queue": words(record, "queue"),
        "contact_days": whole(record, "contact_days"),
        "position": whole(record, "position") or 0,
        **_told(record),
    }


def hardship_rule(record: Mapping[str, str]) -> Iterator[Row]:
    test, tags, least = matched(_TESTS, record["test"].strip(), "test 只能是 age、tag 或 unemployed"), words(record, "tags"), whole(record, "least")
    if (test == "tag" and not tags) or (test != "tag" and least is None):
        raise BadRow("test 为 tag 时要写 tags，为 age 或 unemployed 时要写 least")
    yield {
        **span(record),
        "code": _code(record),
        "label": text(record, "label", 80, required=True),
        "test": test,
        "sex": matched("|male|female", record.get("sex", "").strip(), "sex 只能是 male、female 或不填"),
        "least": least,
        "most": whole(record, "most"),
        "tags": tags,
        "registered": is_true(record, "registered"),
        **_told(record),
    }
