"""Two engines, one answer: over real postings every generated question gets the same documents, counts and order from both."""

import random
from pathlib import Path

import pytest

from search.engine import Engine, Hits
from search.query import PostingQuery, Sort
from tests.search.engines import ENGINES
from tests.search.questions import question, real_documents
from tests.search.samples import needs_real_postings

QUESTIONS = 120
POSTINGS = 2500


def overlap(one: Hits, other: Hits) -> float:
    """The share of the first twenty that both have."""
    first, second = set(one.keys[:20]), set(other.keys[:20])
    return len(first & second) / max(1, len(first | second)) if first or second else 1.0


def differences(engines: list[Engine], query: PostingQuery) -> tuple[list[str], float]:
    """What differs, and the overlap of the first twenty."""
    one, other = (engine.find(query) for engine in engines)
    wrong = [name for name in ("total", "facets", "cursor") if getattr(one, name) != getattr(other, name)]
    if query.sort in (Sort.DATE, Sort.WAGE) and one.keys != other.keys:
        wrong.append("order")
    if one.total <= query.limit and set(one.keys) != set(other.keys):
        wrong.append("set")
    return wrong, overlap(one, other)


@pytest.mark.real_data
@needs_real_postings
def test_generated_questions_get_one_answer_from_both_engines(tmp_path: Path) -> None:
    documents = real_documents(POSTINGS)
    engines = [make(tmp_path / name) for name, make in ENGINES.items()]
    for engine in engines:
        engine.rebuild(documents)
    choose = random.Random(11)
    found = [(query, *differences(engines, query)) for query in (question(choose, documents) for _ in range(QUESTIONS))]
    assert [(query, wrong) for query, wrong, _ in found if wrong] == []
    assert sum(shared for _, _, shared in found) / len(found) >= 0.9
    answered = [query for query, _, _ in found if engines[0].find(query).total]
    assert len(answered) > QUESTIONS / 3, "questions that find nothing prove little"
