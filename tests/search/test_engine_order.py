"""The contract of every engine: order, distance, cursors, widening, and what a rebuild may not lose."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from search.cells import distance
from search.documents import PostingDocument, tombstone
from search.engine import Engine, Shrunk, Writer
from search.query import RANKED, WINDOW, BadQuery, Near, PostingQuery, Sort, Widening, Wish
from tests.search.engines import ENGINES
from tests.search.samples import TODAY, assorted, document
from tests.search.test_engine_contract import put


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    made = ENGINES[request.param](tmp_path / "index")
    made.rebuild(())
    return made


def keys(engine: Engine, **conditions: object) -> list[str]:
    return list(engine.find(PostingQuery(limit=WINDOW, facets=False, **conditions)).keys)


def test_of_thousands_that_tie_the_newest_are_ranked(engine: Engine) -> None:
    days = list(range(600))
    put(engine, *(document(f"d{day}", day, title="焊工", posted_on=TODAY - timedelta(days=day * 7 % 600)) for day in days))
    first = engine.find(PostingQuery(text="焊工", limit=RANKED)).keys
    newest = sorted(days, key=lambda day: (day * 7 % 600, -day))[:RANKED]
    assert set(first) == {f"d{day}" for day in newest}
    everything = [key for start in (0, 200, 400) for key in engine.find(PostingQuery(text="焊工", limit=200, offset=start)).keys]
    assert len(set(everything)) == 600


def test_levels_come_one_behind_the_other(engine: Engine) -> None:
    put(
        engine,
        document("body", 1, title="后勤", body="负责扫地"),
        document("likely", 2, title="家政", occupation="4-10-01-06"),
        document("coded", 3, title="后勤保障", occupation="4-08-01-01"),
        document("also", 4, title="保洁"),
        document("said", 5, title="扫地"),
        document("none", 6, title="焊工"),
    )
    wish = Wish("扫地", also=("保洁",), occupations=("4-08-01-01",), likely=("4-10-01-06",))
    assert keys(engine, wishes=(wish,)) == ["said", "also", "coded", "body"]
    assert keys(engine, wishes=(wish,), widening=Widening.OCCUPATION) == ["said", "also", "coded", "likely", "body"]


def test_an_optional_wish_orders_and_excludes_nothing(engine: Engine) -> None:
    put(
        engine,
        document("without", 2, title="焊工"),
        document("with", 1, title="焊工", benefit_codes=("lodging",)),
        document("other", 3, title="会计"),
    )
    assert keys(engine, wishes=(Wish("焊工"), Wish("包住", optional=True, benefits=("lodging",)))) == ["with", "without"]
    put(engine, document("night", 4, title="焊工", body="夜班"))
    preferred = keys(engine, wishes=(Wish("焊工"), Wish("夜班", optional=True, unwanted=True)))
    assert preferred[-1] == "night" and len(preferred) == 3


def test_the_surroundings_come_behind_the_place_asked_for(engine: Engine) -> None:
    put(engine, document("far", 1, region="370102"), document("near", 3, region="370203"), document("asked", 2, region="370202"))
    place = {"regions": ("370202",), "nearby": ("370203",)}
    assert keys(engine, **place) == ["asked"]
    assert keys(engine, **place, widening=Widening.NEARBY) == ["asked", "near"]


def test_three_quarters_of_the_words_are_the_last_step(engine: Engine) -> None:
    put(
        engine,
        document("all", 1, title="餐厅服务员", body="包吃 双休"),
        document("some", 2, title="餐厅服务员", body="双休"),
        document("few", 3, title="餐厅"),
    )
    assert keys(engine, text="餐厅 服务员 包吃 双休") == ["all"]
    assert keys(engine, text="餐厅 服务员 包吃 双休", widening=Widening.TERMS) == ["all", "some"]


def test_shifts_are_alternatives_and_benefits_are_not(engine: Engine) -> None:
    put(
        engine,
        document("a", 1, shift="day", benefit_codes=("meals", "lodging")),
        document("b", 2, shift="night", benefit_codes=("meals",)),
        document("c", 3, experience_years=2),
    )
    assert set(keys(engine, shifts=("day", "night"))) == {"a", "b"}
    assert keys(engine, benefits=("meals", "lodging")) == ["a"]
    counts = engine.find(PostingQuery()).facets
    assert counts["shift"] == (("day", 1), ("night", 1))
    assert counts["benefit"] == (("meals", 2), ("lodging", 1))
    assert counts["no_experience"] == (("1", 2),)


QINGDAO = (120.38, 36.07)


def around(count: int) -> list[PostingDocument]:
    """In a widening spiral around 青岛, up to some 40 km."""
    spots = [(QINGDAO[0] + 0.004 * n * (1 if n % 2 else -1), QINGDAO[1] + 0.003 * n * (1 if n % 3 else -1)) for n in range(count)]
    return [document(f"s{n}", (n * 37) % 1009, lon=lon, lat=lat) for n, (lon, lat) in enumerate(spots)]


def test_a_radius_is_met_to_half_a_cell(engine: Engine) -> None:
    spots = around(100)
    put(engine, *spots, document("nowhere", 999))
    for kilometres in (2, 10, 25):
        found = set(keys(engine, near=Near(*QINGDAO, kilometres)))
        far = {one.key: distance(*QINGDAO, one.lon or 0, one.lat or 0) for one in spots}
        assert {key for key, km in far.items() if km <= kilometres - 0.8} <= found
        assert found <= {key for key, km in far.items() if km <= kilometres + 0.8}


def test_by_distance_is_exact_among_the_ranked(engine: Engine) -> None:
    spots = around(100)
    put(engine, *spots)
    far = {one.key: distance(*QINGDAO, one.lon or 0, one.lat or 0) for one in spots}
    found = keys(engine, near=Near(*QINGDAO, 100), sort=Sort.DISTANCE)
    assert found == sorted(far, key=lambda key: round(far[key] * 1000))
    with pytest.raises(BadQuery):
        PostingQuery(sort=Sort.DISTANCE)


@pytest.mark.parametrize("sort", [Sort.DATE, Sort.WAGE])
def test_a_cursor_goes_on_beyond_the_window(engine: Engine, sort: Sort) -> None:
    put(engine, *assorted(1200))
    whole: list[str] = []
    after = None
    while True:
        page = engine.find(PostingQuery(sort=sort, limit=100, after=after))
        assert page.total == 1200
        whole += page.keys
        after = page.cursor
        if after is None:
            break
    assert len(whole) == len(set(whole)) == 1200
    assert whole[:WINDOW] == keys(engine, sort=sort)


def test_a_rebuild_that_would_lose_a_fifth_is_refused(engine: Engine) -> None:
    put(engine, *(document(f"k{n}", n) for n in range(10)))
    with pytest.raises(Shrunk, match="7"):
        engine.rebuild([document(f"k{n}", n) for n in range(7)])
    assert engine.count() == 10
    assert engine.rebuild([document(f"k{n}", n) for n in range(8)]) == 8
    assert engine.rebuild([document("k0", 0)], may_shrink=True) == 1
    assert engine.count() == 1


def test_changes_go_on_while_an_index_is_built(engine: Engine) -> None:
    put(engine, *(document(f"k{n}", n) for n in range(10)))
    seen: list[set[str]] = []

    def rows() -> Iterator[PostingDocument]:
        yield document("k0", 0, version=5, title="重建")
        yield from (document(f"k{n}", n) for n in range(1, 10))

    def change(writer: Writer) -> None:
        writer.put([document("k0", 0, version=9, title="修改"), tombstone("k1", 1, 9), document("new", 20)])
        writer.flush()
        seen.append(set(keys(engine)))

    engine.rebuild(rows(), meanwhile=change)
    assert seen and "new" in seen[0] and "k1" not in seen[0]
    assert keys(engine, text="修改") == ["k0"]
    assert set(keys(engine)) == {"new", "k0", *(f"k{n}" for n in range(2, 10))}
