"""Every written example of a rare rule is judged rightly, and every finding names its article and the words."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.factories.gate import ON, check_text, shipped_book
from webapp.reference.models import Severity

CODES = ("SEX", "HUKOU", "ETHNICITY_FAITH", "HEALTH", "MARRIAGE", "FEE", "DEPOSIT", "UNDER16")


class Example(NamedTuple):
    code: str
    mark: str
    text: str
    words: tuple[str, ...]


def read() -> list[Example]:
    found, code = [], ""
    for line in Path(__file__).with_name("examples.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            code = line[3:]
        elif line[:2] in {"+ ", "- ", "~ "}:
            words = tuple(re.findall(r"\[([^]]+)\]", line))
            found.append(Example(code, line[0], line[2:].replace("[", "").replace("]", ""), words))
    return found


EXAMPLES = read()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.code}{example.mark}{example.text[:24]}")
def test_an_example_is_judged_rightly(example: Example) -> None:
    findings = [finding for finding in check_text(example.text, shipped_book(), ON) if finding.kind == example.code]
    if example.mark == "-":
        assert findings == []
        return
    assert findings
    assert all(finding.basis and finding.words and example.text[finding.start : finding.end] == finding.words for finding in findings)
    if example.mark == "~":
        assert {finding.severity for finding in findings} == {Severity.FLAG}
    else:
        said = [finding.words for finding in findings]
        assert any(_overlap(word, example.text, findings) for word in example.words), said


def _overlap(word: str, text: str, findings) -> bool:
    start = text.index(word)
    return any(finding.start < start + len(word) and start < finding.end for finding in findings)


@pytest.mark.parametrize("code", CODES)
def test_there_are_thirty_examples_a_third_of_them_denials_or_needs_of_the_work(code: str) -> None:
    of_code = [example for example in EXAMPLES if example.code == code]
    assert len(of_code) >= 30
    assert sum(example.mark != "+" for example in of_code) * 3 >= len(of_code)
    assert all(example.words for example in of_code if example.mark == "+")
