import hashlib
import subprocess
import sys
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.db import new_key
from webapp.inspection import drawing
from webapp.inspection.drawing import Layer, NobodyMayCheck

COUNTIES = st.sampled_from(["370102", "370103", "370104", "370100"])
SOURCES = st.sampled_from(["用人单位直接发布", "齐鲁人才网", "海岱 工友栏"])
ROWS = st.lists(st.tuples(COUNTIES, SOURCES, st.uuids()), min_size=1, max_size=60, unique_by=lambda row: row[2])
SEEDS = st.text("0123456789abcXYZ", min_size=6, max_size=20)


def drawn_from(rows: list[tuple[str, str, UUID]], seed: str, rate: int) -> tuple[tuple[Layer, ...], list[list[UUID]]]:
    layers = drawing.layers_of(rows)
    return layers, drawing.draw(layers, seed, drawing.size_of(len(rows), len(layers), rate))


@given(ROWS, SEEDS, st.integers(1, 10_000))
def test_the_same_seed_draws_the_same_sample_however_the_rows_lie(rows, seed, rate):
    assert drawn_from(rows, seed, rate) == drawn_from(list(reversed(rows)), seed, rate)


@given(ROWS, SEEDS, st.integers(1, 10_000))
def test_every_stratum_is_drawn_from_and_never_beyond_what_it_has(rows, seed, rate):
    layers, drawn = drawn_from(rows, seed, rate)
    assert sum(map(len, drawn)) == drawing.size_of(len(rows), len(layers), rate)
    for layer, keys in zip(layers, drawn, strict=True):
        assert 1 <= len(keys) == len(set(keys)) <= len(layer.keys)
        assert set(keys) <= set(layer.keys)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=40), st.data())
def test_the_allocation_sums_to_the_size_and_a_larger_stratum_never_gets_less(populations, data):
    size = data.draw(st.integers(len(populations), sum(populations)))
    sizes = drawing.allocate(populations, size)
    assert sum(sizes) == size
    assert all(1 <= given_ <= population for given_, population in zip(sizes, populations, strict=True))
    by_population = [given_ for _, given_ in sorted(zip(populations, sizes, strict=True))]
    assert all(later >= earlier - 1 for earlier, later in pairwise(by_population))


def test_the_allocation_is_proportional_beyond_the_first_of_each():
    assert drawing.allocate([101, 201, 301], 63) == [11, 21, 31]
    assert drawing.allocate([1, 1, 98], 10) == [1, 1, 8]
    assert drawing.allocate([5, 5], 5) == [3, 2]


def test_another_seed_draws_another_sample():
    rows = [("370102", "甲", UUID(int=number)) for number in range(200)]
    samples = {tuple(drawn_from(rows, f"seed{number:03d}", 1000)[1][0]) for number in range(40)}
    assert len(samples) == 40


def test_every_posting_is_drawn_about_equally_often():
    """1,000 draws of 10 of 100: each is drawn 100 times, give or take; an order that favours some keys would show at once."""
    layer = Layer("370102", "甲", tuple(UUID(int=number) for number in range(100)))
    counts = dict.fromkeys(layer.keys, 0)
    for number in range(1000):
        for key in drawing.sample(layer, f"{number:06d}", 10):
            counts[key] += 1
    assert min(counts.values()) > 55 and max(counts.values()) < 150


@pytest.mark.parametrize(
    ("population", "layers", "rate", "size"), [(1000, 10, 500, 50), (1001, 10, 500, 51), (100, 12, 100, 12), (8, 3, 10_000, 8), (3, 3, 1, 3)]
)
def test_the_size_is_the_rate_rounded_up_but_at_least_one_a_stratum_and_at_most_everything(population, layers, rate, size):
    assert drawing.size_of(population, layers, rate) == size


@given(ROWS)
def test_the_digest_is_that_of_the_file_which_anybody_can_download(rows):
    layers = drawing.layers_of(rows)
    text = drawing.population_text(layers)
    assert drawing.digest(layers) == hashlib.sha256(text).hexdigest()
    assert len(text.decode().splitlines()) == len(rows)


def test_a_source_name_with_a_tab_or_a_line_end_does_not_break_the_file():
    layers = drawing.layers_of([("370102", "甲\t乙\n丙", UUID(int=1))])
    assert drawing.population_text(layers) == f"370102\t甲 乙 丙\t{UUID(int=1)}\n".encode()


@settings(max_examples=8, deadline=None)
@given(ROWS, SEEDS, st.integers(1, 10_000))
def test_the_printed_recipe_draws_the_same_without_this_program(tmp_path_factory, rows, seed, rate):
    folder = tmp_path_factory.mktemp("recipe")
    layers, drawn = drawn_from(rows, seed, rate)
    (folder / "population.txt").write_bytes(drawing.population_text(layers))
    (folder / "draw.py").write_text(drawing.RECIPE, encoding="utf-8")
    size = str(sum(map(len, drawn)))
    printed = subprocess.run([sys.executable, "-I", "draw.py", seed, size], cwd=folder, capture_output=True, text=True, check=True)
    assert printed.stdout.split() == [str(key) for keys in drawn for key in keys]


@given(st.dictionaries(st.uuids(), st.just(None), min_size=1, max_size=40), st.integers(1, 6), SEEDS)
def test_inspectors_are_drawn_with_even_loads_and_the_same_seed_gives_the_same(keys, count, seed):
    people = [UUID(int=number + 1) for number in range(count)]
    eligible = dict.fromkeys(keys, people)
    given_ = drawing.assign(seed, eligible)
    loads = [list(given_.values()).count(person) for person in people]
    assert max(loads) - min(loads) <= 1
    assert given_ == drawing.assign(seed, dict(reversed(eligible.items())))


def test_nobody_is_drawn_who_may_not_check_and_a_posting_without_anybody_is_named():
    near, other = new_key(), new_key()
    keys = [UUID(int=number) for number in range(30)]
    assert set(drawing.assign("seed01", {key: [other] for key in keys}).values()) == {other}
    with pytest.raises(NobodyMayCheck) as refused:
        drawing.assign("seed01", {keys[0]: [near], keys[1]: []})
    assert refused.value.key == keys[1]
