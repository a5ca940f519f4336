import pytest

from search import preparing
from search.analysis import Analysis, PythonCutter, default_analysis
from search.fields import entry
from tests.search.samples import assorted


def test_entries_made_by_other_processes_are_those_made_here_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "FEW", 100)
    monkeypatch.setattr(preparing, "AT_ONCE", 30)
    monkeypatch.setattr(preparing.os, "cpu_count", lambda: 2)
    documents = assorted(250)
    found = list(preparing.prepared(documents, default_analysis()))
    assert [one for one, _ in found] == documents
    assert [sorted_(fields) for _, fields in found] == [sorted_(entry(one, default_analysis())) for one in documents]


def sorted_(fields: preparing.Entry) -> dict[str, object]:
    """Keywords have no order."""
    return {name: value if isinstance(value, int) else sorted(value) for name, value in fields.items()}


def test_another_analysis_stays_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "FEW", 10)
    monkeypatch.setattr(preparing, "_elsewhere", None)
    other = Analysis({}, PythonCutter)
    documents = assorted(20)
    assert [fields for _, fields in preparing.prepared(documents, other)] == [entry(one, other) for one in documents]
