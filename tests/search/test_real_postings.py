"""The words people search for, on the postings they would search: compared by id with a plain reading of the rows."""

import re

import pytest

from search.embedded import EmbeddedEngine
from search.query import WINDOW, PostingQuery
from tests.search.samples import from_row, needs_real_postings, real_rows

pytestmark = [pytest.mark.real_data, needs_real_postings]
WORDS = ("焊工", "保洁", "质检", "收银", "仓管", "司机")
JAVA = re.compile(r"(?<![a-z])java(?![a-z0-9+#])", re.IGNORECASE)


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str]]:
    """Every row a search below should find, and one of thirty of all others to be wrong about."""
    return {row["id"]: row for n, row in enumerate(real_rows()) if n % 30 == 0 or _interesting(row)}


@pytest.fixture(scope="module")
def engine(rows: dict[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    engine = EmbeddedEngine(tmp_path_factory.mktemp("real") / "index")
    engine.rebuild(from_row(seq, row) for seq, row in enumerate(rows.values()))
    return engine


def _interesting(row: dict[str, str]) -> bool:
    return any(word in row["title"] for word in WORDS) or (row["region_code"][:4] == "3702" and bool(JAVA.search(row["title"])))


def _found(engine: EmbeddedEngine, text: str, **conditions: object) -> tuple[str, ...]:
    hits = engine.find(PostingQuery(text=text, limit=WINDOW, **conditions))
    assert hits.total == len(hits.keys)
    return hits.keys


@pytest.mark.parametrize("word", WORDS)
def test_every_title_with_the_word_is_found_and_stands_first(engine: EmbeddedEngine, rows: dict[str, dict[str, str]], word: str) -> None:
    titled = {key for key, row in rows.items() if word in row["title"]}
    keys = _found(engine, word)
    assert len(titled) > 50
    assert titled <= set(keys)
    assert all(word in rows[key]["title"] for key in keys[:10])


def test_a_city_is_searched_whole(engine: EmbeddedEngine, rows: dict[str, dict[str, str]]) -> None:
    titled = {key for key, row in rows.items() if "保洁" in row["title"] and row["region_code"].startswith("3701")}
    keys = _found(engine, "保洁", regions=("370100",))
    assert len(titled) == 9
    assert titled <= set(keys)
    assert all(rows[key]["region_code"].startswith("3701") for key in keys)


def test_java_is_a_word(engine: EmbeddedEngine, rows: dict[str, dict[str, str]]) -> None:
    local = {key: row for key, row in rows.items() if row["region_code"].startswith("3702")}
    titled = {key for key, row in local.items() if JAVA.search(row["title"])}
    keys = set(_found(engine, "Java", regions=("370200",)))
    assert len(titled) == 63
    assert titled <= keys
    texts = {key: " ".join((row["title"], row["company"], row["skills"], row["description"])) for key, row in local.items()}
    assert keys == {key for key, text in texts.items() if JAVA.search(text)}
