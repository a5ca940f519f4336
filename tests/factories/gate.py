"""The gate as it ships, without a database; and with rows of a test's own."""

from datetime import date
from functools import cache
from typing import Any

from webapp.gate.checking import check_said
from webapp.gate.findings import Finding
from webapp.gate.rules import Rulebook
from webapp.gate.subject import Profile, Subject
from webapp.reference.models import GateRule, Parameter, Severity
from webapp.reference.operations import SHIPPED
from webapp.reference.tables import Row, read_file

ON = date(2026, 11, 28)
"""A day on which every shipped rule has begun."""


@cache
def shipped_book() -> Rulebook:
    return book_of(rows_of("gate_rules"))


@cache
def rows_of(kind: str) -> tuple[Row, ...]:
    return tuple(read_file(kind, SHIPPED / f"{kind}.csv").rows)


def book_of(rules: Any) -> Rulebook:
    """These rules, with the shipped figures."""
    return Rulebook.of((GateRule(**row) for row in rules), (Parameter(**row) for row in rows_of("parameters")))


def rule(code: str, **changes: Any) -> dict[str, Any]:
    """A row as a file states it."""
    row = {
        "code": code,
        "profile": "",
        "label": "规则",
        "severity": Severity.FLAG,
        "holds": False,
        "necessity": False,
        "fields": [],
        "region": "CN",
        "valid_from": None,
        "valid_to": None,
        "article": "某法第一条",
        "message": "不能这样写",
        "mending": "",
        "instead": "",
        "source": "",
        "checked": False,
    }
    return row | changes


def check_text(text: str, book: Rulebook, on: date, *, profile: Profile = Profile.DIRECT, region: str | None = None) -> list[Finding]:
    """The findings of a bare text: places are those in `text`."""
    return check_said(Subject(profile=profile, values={"duties": text, "region": region}), book, on)
