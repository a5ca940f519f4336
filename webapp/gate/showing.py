"""Findings in the words of a screen: by the field they stand in, and as marks in a text that is shown."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from webapp.gate.findings import Finding

_MARK = Markup("<mark>{}</mark>")


def by_field(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings of each field of a form, in order; equal words of one rule are told once."""
    told: dict[str, list[Finding]] = {}
    seen: set[tuple[str, str, str]] = set()
    for finding in findings:
        key = finding.field, finding.code, finding.words
        if key not in seen:
            seen.add(key)
            told.setdefault(finding.field, []).append(finding)
    return told


def marked(text: str, findings: Iterable[Finding]) -> Markup:
    """The text with the words that were found marked, wherever they stand in it: a page shows several fields as one."""
    words = sorted({finding.words for finding in findings if finding.words}, key=len, reverse=True)
    if not words:
        return escape(text)
    pieces = re.split(f"({'|'.join(re.escape(word) for word in words)})", text)
    return Markup("").join(_MARK.format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces))
