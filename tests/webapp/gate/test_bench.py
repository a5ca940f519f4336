"""The figures the gate is held to, on what a reviewer judged of real postings. `python -m tests.bench.gate` prints them all."""

import pytest

from tests.bench.gate import DATA, check_all, figures, judged
from tests.factories.gate import shipped_book

BARS = ("AGE", "LOOKS", "FRAUD", "OVERTIME")


@pytest.mark.real_data
def test_the_frequent_rules_find_what_a_reviewer_found_and_leave_ordinary_postings_alone():
    postings = judged(DATA / "gate_labels.csv")
    check_all(postings, shipped_book())
    for some in (postings, [posting for posting in postings if not posting.is_tuned]):
        told = figures(some)
        assert {code: told[f"{code}_recall"] for code in BARS if told[f"{code}_recall"] < 0.95} == {}
        assert {code: told[f"{code}_precision"] for code in BARS if told[f"{code}_precision"] < 0.85} == {}
        assert told["false_alarms"] <= 0.03


@pytest.mark.real_data
def test_every_finding_of_a_real_posting_names_its_article_and_quotes_the_words():
    postings = judged(DATA / "gate_labels.csv")
    check_all(postings, shipped_book())
    findings = [(posting, finding) for posting in postings for finding in posting.found]
    assert len(findings) > 150
    for posting, finding in findings:
        assert finding.basis and finding.message and finding.label
        if finding.start is not None:
            assert posting.subject.values[finding.field][finding.start : finding.end] == finding.words
