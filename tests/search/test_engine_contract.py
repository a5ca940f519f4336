"""What every engine must answer alike; another one joins in tests.search.engines."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from search.documents import PostingDocument, tombstone
from search.engine import Engine, Unavailable
from search.query import POSTED_WITHIN, WAGE_BANDS, WINDOW, BadQuery, PostingQuery, Sort
from tests.search.engines import ENGINES
from tests.search.samples import TODAY, assorted, document


@pytest.fixture(params=ENGINES)
def unbuilt(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    return ENGINES[request.param](tmp_path / "index")


@pytest.fixture
def engine(unbuilt: Engine) -> Engine:
    unbuilt.rebuild(())
    return unbuilt


def put(engine: Engine, *documents: PostingDocument) -> int:
    with engine.writer() as writer:
        return writer.put(documents)


def found(engine: Engine, text: str = "", **conditions: object) -> set[str]:
    return set(engine.find(PostingQuery(text=text, limit=WINDOW, **conditions)).keys)


# text


@pytest.mark.parametrize("field", ["title", "employer", "body", "skills", "benefits", "wording"])
def test_a_word_is_found_in_every_text_field(engine: Engine, field: str) -> None:
    words = ("焊工",) if field in {"skills", "benefits", "wording"} else "招聘焊工若干"
    put(engine, document("with", 1, **{field: words}), document("without", 2))
    assert found(engine, "焊工") == {"with"}


def test_all_words_must_be_found_wherever_they_stand(engine: Engine) -> None:
    put(engine, document("both", 1, title="焊工", body="包吃住"), document("one", 2, title="焊工", body="双休"))
    assert found(engine, "焊工 包吃住") == {"both"}


def test_a_word_inside_a_longer_word_of_the_title_is_found(engine: Engine) -> None:
    titles = {"a": "二氧化碳电焊工", "b": "质检员", "c": "焊 工", "d": "焊接/工程"}
    put(engine, *(document(key, seq, title=title) for seq, (key, title) in enumerate(titles.items())))
    assert found(engine, "焊工") == {"a", "c"}
    assert found(engine, "氧化碳电") == {"a"}
    assert found(engine, "检") == {"b"}


def test_words_of_letters_are_whole_words(engine: Engine) -> None:
    titles = {"java": "Java开发", "js": "JavaScript开发", "c": "C语言", "cpp": "C++工程师", "cs": "C#工程师"}
    put(engine, *(document(key, seq, title=title) for seq, (key, title) in enumerate(titles.items())))
    assert found(engine, "java") == {"java"}
    assert found(engine, "c++") == {"cpp"}
    assert found(engine, "C#") == {"cs"}
    assert found(engine, "c") == {"c"}


def test_full_width_input_finds_the_same(engine: Engine) -> None:
    put(engine, document("a", 1, title="Ｊａｖａ工程师"), document("b", 2, title="java工程师"))
    assert found(engine, "ｊａｖａ　工程师") == found(engine, "JAVA 工程师") == {"a", "b"}


def test_part_of_a_trade_word_is_still_found(engine: Engine) -> None:
    put(engine, document("a", 1, body="缴纳五险一金"))
    assert found(engine, "五险") == found(engine, "一金") == found(engine, "五险一金") == {"a"}


def test_a_quoted_phrase_keeps_words_together_and_in_order(engine: Engine) -> None:
    bodies = {"a": "本市济南保洁若干", "b": "保洁，济南", "c": "济南招聘保洁"}
    put(engine, *(document(key, seq, body=body) for seq, (key, body) in enumerate(bodies.items())))
    assert found(engine, "济南保洁") == {"a", "b", "c"}
    assert found(engine, '"济南保洁"') == found(engine, "“济南 保洁”") == {"a"}


def test_a_phrase_does_not_reach_from_one_field_into_the_next(engine: Engine) -> None:
    put(engine, document("a", 1, title="本市济南", body="保洁若干"))
    assert found(engine, "济南保洁") == {"a"}
    assert found(engine, '"济南保洁"') == set()


def test_unwanted_words_are_left_out(engine: Engine) -> None:
    put(engine, document("a", 1, title="焊工"), document("b", 2, title="焊工", body="夜班"), tombstone("c", 3, 1))
    assert found(engine, "焊工 -夜班") == {"a"}
    assert found(engine, "-夜班") == {"a"}


def test_no_text_finds_everything_and_unsearchable_text_nothing(engine: Engine) -> None:
    put(engine, document("a", 1), tombstone("b", 2, 1))
    assert found(engine, "") == found(engine, "  ") == {"a"}
    assert found(engine, "★!") == set()


def test_titles_that_hold_the_word_come_first(engine: Engine) -> None:
    noise = (document(f"n{n}", n, title="普工", body="焊工 " * 50, skills=("焊工",)) for n in range(30))
    titled = (document(f"t{n}", 100 + n, title="急招高级电焊工" + "数名" * n, body="说明 " * 300) for n in range(10))
    put(engine, *noise, *titled)
    first = engine.find(PostingQuery(text="焊工", limit=10))
    assert {key[0] for key in first.keys} == {"t"}
    assert first.total == 40
    assert list(first.scores) == sorted(first.scores, reverse=True)


# filters


def test_a_city_covers_its_counties_and_a_province_both(engine: Engine) -> None:
    regions = ("370102", "370100", "370202", "370000", "320106", "")
    put(engine, *(document(f"r{region}", seq, region=region) for seq, region in enumerate(regions)))
    assert found(engine, regions=("370102",)) == {"r370102"}
    assert found(engine, regions=("370100",)) == {"r370102", "r370100"}
    assert found(engine, regions=("370000",)) == {"r370102", "r370100", "r370202", "r370000"}
    assert found(engine, regions=("370102", "320100")) == {"r370102", "r320106"}
    assert found(engine, outside="37") == {"r320106"}


def test_a_wage_matches_when_it_overlaps_and_negotiable_never_does(engine: Engine) -> None:
    wages = {
        "low": (3000, 4000),
        "wide": (3500, 9000),
        "high": (9000, 9000),
        "open": (None, None),
        "from": (6000, None),
    }
    put(engine, *(document(key, n, wage_low=a, wage_high=b) for n, (key, (a, b)) in enumerate(wages.items())))
    assert found(engine, wage_at_least=4001) == {"wide", "high", "from"}
    assert found(engine, wage_at_most=5999) == {"low", "wide"}
    assert found(engine, wage_at_least=4000, wage_at_most=6000) == {"low", "wide", "from"}


FILTERS = [
    ({"employment_types": ("part_time",)}, lambda d: d.employment_type == "part_time"),
    ({"educations": (0, 3)}, lambda d: d.education in (0, 3)),
    ({"posted_since": TODAY - timedelta(days=3)}, lambda d: d.posted_on >= TODAY - timedelta(days=3)),
    ({"experience_none": True}, lambda d: d.experience_years == 0),
    ({"occupations": ("6-18-02-04",)}, lambda d: d.occupation == "6-18-02-04"),
    ({"industries": ("C33", "F52")}, lambda d: d.industry is not None),
    ({"sources": ("某网",)}, lambda d: d.source == "某网"),
    ({"valid_on": TODAY}, lambda d: d.valid_through >= TODAY),
    ({"regions": ("370100",), "educations": (1,)}, lambda d: d.region[:4] == "3701" and d.education == 1),
    ({"outside": "37", "valid_on": TODAY}, lambda d: d.region[:2] not in ("", "37") and d.valid_through >= TODAY),
]


@pytest.mark.parametrize(("conditions", "holds"), FILTERS, ids=[" ".join(names) for names, _ in FILTERS])
def test_a_filter_leaves_exactly_what_it_says(engine: Engine, conditions: dict[str, object], holds: Callable[[PostingDocument], bool]) -> None:
    documents = assorted(200)
    put(engine, *documents)
    expected = {one.key for one in documents if holds(one)}
    assert 0 < len(expected) < 200
    assert found(engine, **conditions) == expected


# order, pages, totals


def _by(sort: Sort) -> Callable[[PostingDocument], tuple[object, ...]]:
    if sort is Sort.WAGE:
        return lambda d: (-1 if d.wage_low is None else d.wage_low, d.seq)
    return lambda d: (d.posted_on, d.seq)


@pytest.mark.parametrize("sort", [Sort.RELEVANCE, Sort.DATE, Sort.WAGE])
def test_pages_follow_the_order_without_gap_or_repeat(engine: Engine, sort: Sort) -> None:
    documents = assorted(200)
    for batch in (
        documents[:120],
        documents[120:170],
        documents[170:],
    ):  # several commits: ties lie in several segments
        put(engine, *batch)
    expected = [one.key for one in sorted(documents, key=_by(sort), reverse=True)]
    pages = [engine.find(PostingQuery(sort=sort, limit=7, offset=start)) for start in range(0, 203, 7)]
    assert [key for page in pages for key in page.keys] == expected
    assert {page.total for page in pages} == {200}


def test_equal_scores_are_ordered_by_seq_on_every_page(engine: Engine) -> None:
    order = list(range(500))
    random.Random(3).shuffle(order)
    for start in range(0, 500, 125):
        put(engine, *(document(f"k{seq}", seq, title="焊工") for seq in order[start : start + 125]))
    pages = (engine.find(PostingQuery(text="焊工", limit=10, offset=start)) for start in range(0, 500, 10))
    keys = [key for page in pages for key in page.keys]
    assert keys == [f"k{seq}" for seq in reversed(range(500))]


def test_a_limit_of_none_still_counts(engine: Engine) -> None:
    put(engine, *assorted(30))
    hits = engine.find(PostingQuery(limit=0))
    assert (hits.keys, hits.total) == ((), 30)
    assert sum(count for _, count in hits.facets["source"]) == 30


def test_what_lies_beyond_the_window_may_not_be_asked() -> None:
    PostingQuery(offset=980, limit=20)
    for wrong in ({"offset": 981}, {"limit": -1}, {"regions": ("3701",)}, {"outside": "370000"}, {"wage_at_least": -1}):
        with pytest.raises(BadQuery):
            PostingQuery(**wrong)


def test_a_text_beyond_all_measure_is_refused(engine: Engine) -> None:
    with pytest.raises(BadQuery):
        engine.find(PostingQuery(text=" ".join(f"w{n}" for n in range(65))))
    assert engine.find(PostingQuery(text=" ".join(["焊工"] * 65))).total == 0


# facets


def _counts(values: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(value for value in values if value))


@pytest.mark.parametrize("text", ["", "java", "五险一金"])
def test_facets_are_exact(engine: Engine, text: str) -> None:
    documents = assorted(300)
    for start in range(0, 300, 100):
        put(engine, *documents[start : start + 100])
    hits = engine.find(PostingQuery(text=text, limit=WINDOW, today=TODAY))
    matches = [one for one in documents if one.key in set(hits.keys)]
    assert len(matches) == hits.total > 0
    facets = {name: dict(values) for name, values in hits.facets.items()}
    assert facets["region"] == _counts(one.region for one in matches)
    assert facets["city"] == _counts(one.region[:4] for one in matches if not one.region.endswith("0000"))
    assert facets["province"] == _counts(one.region[:2] for one in matches)
    assert facets["employment_type"] == _counts(one.employment_type for one in matches)
    assert facets["education"] == _counts(str(one.education) for one in matches)
    assert facets["occupation"] == _counts(one.occupation for one in matches)
    assert facets["source"] == _counts(one.source for one in matches)


def test_facets_come_most_frequent_first(engine: Engine) -> None:
    put(engine, *(document(f"k{seq}", seq, source=source) for seq, source in enumerate("zzba")))
    assert engine.find(PostingQuery()).facets["source"] == (("z", 2), ("a", 1), ("b", 1))


def test_a_wage_band_or_a_day_counts_what_its_filter_leaves(engine: Engine) -> None:
    put(engine, *assorted(300))
    facets = engine.find(PostingQuery(text="java", today=TODAY)).facets
    filtered = [len(found(engine, "java", wage_at_least=low, wage_at_most=high)) for low, high in WAGE_BANDS]
    since = [len(found(engine, "java", posted_since=TODAY - timedelta(days=days))) for days in POSTED_WITHIN]
    assert [count for _, count in facets["wage"]] == filtered
    assert [value for value, _ in facets["wage"]][:2] == ["-3000", "3000-5000"]
    assert list(facets["posted"]) == list(zip(map(str, POSTED_WITHIN), since, strict=True))
    assert len(set(filtered)) > 2
    assert len(set(since)) > 2


def test_more_values_than_an_engine_would_list_by_itself_are_all_counted(engine: Engine) -> None:
    put(engine, *(document(f"k{n}", n, occupation=f"o{n % 700}") for n in range(1000)))
    counts = dict(engine.find(PostingQuery()).facets["occupation"])
    assert counts == {f"o{n}": 2 if n < 300 else 1 for n in range(700)}


def test_facets_follow_a_change(engine: Engine) -> None:
    put(engine, document("a", 1, source="direct"))
    assert engine.find(PostingQuery()).facets["source"] == (("direct", 1),)
    put(engine, document("a", 1, version=2, source="某网"), document("b", 2, source="某网"))
    assert engine.find(PostingQuery()).facets["source"] == (("某网", 2),)


def test_facets_are_left_out_when_not_asked(engine: Engine) -> None:
    put(engine, document("a", 1))
    assert engine.find(PostingQuery(facets=False)).facets == {}
    assert "posted" not in engine.find(PostingQuery()).facets


def test_an_empty_index_answers_with_nothing(engine: Engine) -> None:
    hits = engine.find(PostingQuery(text="焊工", today=TODAY))
    assert (hits.keys, hits.total, hits.facets["region"]) == ((), 0, ())
    assert (engine.count(), list(engine.versions())) == (0, [])


# writing


def test_only_a_newer_version_replaces(engine: Engine) -> None:
    assert put(engine, document("a", 1, version=5, title="焊工")) == 1
    assert put(engine, document("a", 1, version=4, title="保洁"), document("a", 1, version=5, title="保洁")) == 0
    assert found(engine, "焊工") == {"a"}
    assert put(engine, document("a", 1, version=6, title="保洁")) == 1
    assert (found(engine, "焊工"), found(engine, "保洁"), engine.count()) == (set(), {"a"}, 1)


def test_of_one_key_twice_in_a_batch_the_highest_version_wins(engine: Engine) -> None:
    put(engine, *(document("a", 1, version=version, title=f"焊工{version}号") for version in (2, 7, 3)))
    assert (list(engine.versions()), engine.count(), found(engine, "7")) == ([("a", 7)], 1, {"a"})


def test_a_tombstone_hides_until_something_newer_comes(engine: Engine) -> None:
    put(engine, document("a", 1, version=1, title="焊工"))
    put(engine, tombstone("a", 1, 3))
    assert put(engine, document("a", 1, version=2, title="焊工")) == 0
    assert (found(engine), engine.count(), list(engine.versions())) == (set(), 0, [("a", 3)])
    put(engine, document("a", 1, version=4, title="焊工"))
    assert found(engine) == {"a"}


def test_a_tombstone_may_come_first(engine: Engine) -> None:
    put(engine, tombstone("a", 1, 3))
    put(engine, document("a", 1, version=2))
    assert (found(engine), engine.count()) == (set(), 0)


def test_nothing_is_seen_before_the_flush_and_all_of_it_after(engine: Engine) -> None:
    with engine.writer() as writer:
        writer.put([document("a", 1)])
        assert found(engine) == set()
        writer.flush()
        assert found(engine) == {"a"}
        writer.put([document("b", 2)])
    assert found(engine) == {"a", "b"}


def test_a_failed_batch_leaves_nothing_behind(engine: Engine) -> None:
    def broken() -> Iterable[PostingDocument]:
        yield document("a", 1)
        raise LookupError("the database went away")

    with pytest.raises(LookupError), engine.writer() as writer:
        writer.put(broken())
    assert found(engine) == set()
    assert put(engine, document("a", 1)) == 1


def test_versions_tell_every_key(engine: Engine) -> None:
    put(engine, document("a", 1, version=3), document("b", 2, version=9), tombstone("c", 3, 4))
    assert dict(engine.versions()) == {"a": 3, "b": 9, "c": 4}


# rebuilding


def test_an_engine_without_an_index_says_so(unbuilt: Engine) -> None:
    assert unbuilt.needs_rebuild()
    with pytest.raises(Unavailable):
        unbuilt.find(PostingQuery())
    with pytest.raises(Unavailable), unbuilt.writer():
        pass
    unbuilt.rebuild(())
    assert not unbuilt.needs_rebuild()


def test_a_rebuild_replaces_everything(engine: Engine) -> None:
    put(engine, document("old", 1, title="焊工"))
    assert engine.rebuild(document(f"k{n}", n, title="保洁") for n in range(5)) == 5
    assert (found(engine, "焊工"), engine.count()) == (set(), 5)


def test_a_failed_rebuild_leaves_the_old_index(engine: Engine) -> None:
    put(engine, document("old", 1))
    with pytest.raises(ZeroDivisionError):
        engine.rebuild(document(f"k{n}", n, version=1 // (3 - n)) for n in range(5))
    assert found(engine) == {"old"}
    assert engine.rebuild([document("new", 2)]) == 1
    assert found(engine) == {"new"}


def test_the_state_is_told(engine: Engine) -> None:
    put(engine, document("a", 1), tombstone("b", 2, 1))
    state = engine.state()
    assert (state.documents, state.size > 0, "words" in state.fingerprint) == (1, True, True)


def test_a_day_far_off_is_no_trouble(engine: Engine) -> None:
    put(engine, document("a", 1, posted_on=date.min, valid_through=date.max, wage_low=1 << 40, wage_high=1 << 40))
    assert found(engine, sort=Sort.WAGE, valid_on=date.max) == found(engine, sort=Sort.DATE) == {"a"}
