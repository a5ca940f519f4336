"""The Python test of one posting against one search, held against the engine as its oracle: they may not differ in a single pair."""

import csv
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from search.analysis import default_analysis
from search.compiling import matching
from search.documents import PostingDocument, tombstone
from search.embedded import EmbeddedEngine
from search.query import PostingQuery, parse
from search.tree import Everything, Not, Term
from tests.conftest import SHARED
from webapp.matching.meeting import IndexedPosting
from webapp.seekers.filing import ANYWHERE, filing_word

TODAY = date(2026, 3, 1)
WORDS = (
    "焊工", "电焊工", "仓管", "仓库管理员", "会计", "司机", "C1", "Java", "C++", "java工程师", "五险一金", "一金", "包住", "双休", "质检",
    "质检员", "保洁", "收银", "客服", "销售", "历下", "工", "员", "高级", "维修电工", "叉车", "学徒", "经理助理", "SQL Server", "3年",
    "-销售", "-司机", "-五险", '"仓库管理"', '"包住 双休"', '-"电焊"', "，", "“会计”",
)  # fmt: skip


def random_query(rng: random.Random) -> PostingQuery:
    def some(values, chance):
        return tuple(rng.sample(values, rng.randint(1, min(2, len(values))))) if rng.random() < chance else ()

    return PostingQuery(
        text=" ".join(rng.choices(WORDS, k=rng.choice((0, 1, 1, 1, 2, 2, 3)))),
        regions=some(["370100", "370102", "370200", "370000", "440100", "110000", "110105"], 0.4),
        outside="37" if rng.random() < 0.05 else None,
        wage_at_least=rng.choice((None, None, 3000, 6000, 12000)),
        wage_at_most=rng.choice((None, None, None, 5000, 9000)),
        employment_types=some(["full_time", "part_time"], 0.15),
        educations=some([0, 20, 30, 40, 50], 0.2),
        posted_since=rng.choice((None, None, TODAY - timedelta(days=3))),
        experience_none=rng.random() < 0.1,
        sources=some(["齐鲁", "BOSS直聘", "智联招聘"], 0.1),
        valid_on=rng.choice((None, TODAY)),
        limit=1000,
        facets=False,
    )


def random_document(rng: random.Random, number: int) -> PostingDocument:
    if rng.random() < 0.05:
        return tombstone(f"k{number}", number, 1)
    low = rng.choice((None, 2500, 4000, 6000, 9000))
    title = "".join(rng.choices((*WORDS[:24], "（", "）", "/", " ", "招聘"), k=rng.randint(1, 4)))
    return PostingDocument(
        key=f"k{number}",
        seq=number,
        version=1,
        title=title,
        employer=rng.choice(("济南焊接技术有限公司", "齐鲁物流", "百家会计师事务所")),
        body="".join(rng.choices((*WORDS[:29], "，", "。", "\n", " ", "负责"), k=rng.randint(0, 12))),
        skills=tuple(rng.sample(WORDS[:20], rng.randint(0, 3))),
        benefits=tuple(rng.sample(("五险一金", "包住", "周末双休"), rng.randint(0, 2))),
        wording=("焊工", "电焊工") if "焊" in title else (),
        region=rng.choice(("", "370102", "370100", "370202", "440103", "110105")),
        employment_type=rng.choice(("", "full_time", "part_time")),
        education=rng.choice((0, 20, 30, 40, 50)),
        experience_years=rng.choice((0, 0, 1, 3)),
        wage_low=low,
        wage_high=None if low is None or rng.random() < 0.2 else low + rng.choice((0, 2000)),
        posted_on=TODAY - timedelta(days=rng.randint(0, 8)),
        valid_through=TODAY + timedelta(days=rng.randint(-2, 20)),
        source=rng.choice(("", "齐鲁", "BOSS直聘")),
    )


def disagreements(engine: EmbeddedEngine, documents: list[PostingDocument], queries: list[PostingQuery]) -> tuple[list[object], int]:
    """Pairs in which engine and Python differ, or in which a met search would not have been looked up; and how many pairs met."""
    indexed = {document.key: IndexedPosting(document, default_analysis()) for document in documents}
    wrong, met = [], 0
    for query in queries:
        hits = engine.find(query)
        assert hits.total == len(hits.keys), "the oracle has to see all"
        node = matching(query, default_analysis())
        found = {key for key, posting in indexed.items() if posting.meets(node)}
        word = filing_word(query.wishes or parse(query.text))
        missed = [] if word in (None, ANYWHERE) else [key for key in found if word not in indexed[key].words]
        wrong += [(query, key) for key in found ^ set(hits.keys)] + [(query, "not looked up", key) for key in missed]
        met += len(found)
    return wrong, met


@pytest.mark.parametrize("seed", range(4))
def test_random_postings_and_searches_meet_as_in_the_engine(index, seed):
    rng = random.Random(seed)
    documents = [random_document(rng, number) for number in range(150)]
    index.rebuild(documents)
    wrong, met = disagreements(index, documents, [random_query(rng) for _ in range(250)])
    assert wrong == []
    assert met > 500, "a test in which nothing meets proves nothing"


def test_a_tombstone_meets_nothing_not_even_what_excludes():
    gone = IndexedPosting(tombstone("k1", 1, 1), default_analysis())
    assert not gone.meets(Not(Term("every", "焊工")))
    assert not gone.meets(Everything())


@pytest.mark.real_data
def test_real_postings_meet_searches_made_of_their_own_words_as_in_the_engine(index):
    rng = random.Random(7)
    rows = real_rows()
    documents = [real_document(number, row) for number, row in enumerate(rows[:800])]
    index.rebuild(documents)
    queries = [replace(random_query(rng), text=text_from(rng, rng.choice(rows[:800]))) for _ in range(400)]
    wrong, met = disagreements(index, documents, queries)
    assert wrong == []
    assert met > 500


def real_rows() -> list[dict[str, str]]:
    path = SHARED / "data" / "jobs_sample.csv"
    if not path.exists():
        pytest.skip("../shared/data/jobs_sample.csv is missing")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def real_document(number: int, row: dict[str, str]) -> PostingDocument:
    return PostingDocument(
        key=row["id"],
        seq=number,
        version=1,
        title=row["title"],
        employer=row["company"],
        body=row["description"],
        skills=tuple(row["skills"].split(",")),
        benefits=tuple(row["benefits"].split(",")),
        region=row["region_code"] if len(row["region_code"]) == 6 else "",
        education=(number % 6) * 10,
        source=row["platform"],
        posted_on=TODAY,
        valid_through=TODAY,
    )


def text_from(rng: random.Random, row: dict[str, str]) -> str:
    """A stretch of a title or a description, sometimes quoted, sometimes two of them, sometimes one excluded."""
    parts = []
    for _ in range(rng.choice((1, 1, 2))):
        source = row["title"] if rng.random() < 0.6 else row["description"]
        start = rng.randint(0, max(0, len(source) - 4))
        stretch = source[start : start + rng.randint(2, 8)]
        parts.append(rng.choice((stretch, stretch, stretch, f'"{stretch}"', f"-{stretch}")))
    return " ".join(parts)
