import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.inspection.estimating import Cell, estimate, wilson

KNOWN = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
"""Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3 (Wilson, no continuity correction)."""


@pytest.mark.parametrize(("good", "base", "low", "high"), KNOWN)
def test_wilsons_interval_is_that_of_the_literature(good, base, low, high):
    assert [round(end, 4) for end in wilson(good, base)] == [low, high]


@given(st.integers(1, 5000), st.data())
def test_the_interval_holds_the_share_and_mirrors_itself(base, data):
    good = data.draw(st.integers(0, base))
    low, high = wilson(good, base)
    assert 0 <= low <= good / base <= high <= 1
    mirrored = wilson(base - good, base)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high))


def test_more_checks_make_it_surer():
    widths = [high - low for low, high in (wilson(count * 0.9, count) for count in (10, 50, 200, 1000))]
    assert widths == sorted(widths, reverse=True)


def test_one_stratum_is_not_weighted():
    found = estimate([Cell(100_000, 60, 50, 45)])
    assert found is not None
    assert found.value == pytest.approx(0.9)
    assert (found.low, found.high) == pytest.approx(wilson(45, 50), abs=1e-4)
    assert (found.good, found.base) == (45, 50)


def test_what_was_not_put_back_makes_it_surer():
    """60 of 100 checked: what is unsure are the other 40, as if 50 / 0.4 of an endless population had been asked."""
    found = estimate([Cell(100, 60, 50, 45)])
    assert found is not None and found.value == pytest.approx(0.9)
    assert (found.low, found.high) == pytest.approx(wilson(0.9 * 125, 125))


def test_where_everything_was_checked_nothing_is_unsure():
    found = estimate([Cell(30, 30, 30, 27), Cell(10, 10, 10, 3)])
    assert found is not None and found.is_census
    assert found.low == found.value == found.high == pytest.approx(0.75)
    partly = estimate([Cell(30, 30, 30, 27), Cell(10, 9, 9, 3)])
    assert partly is not None and not partly.is_census and partly.low < partly.value < partly.high


def test_a_stratum_counts_as_much_as_it_stands_for():
    """900 of which 10 were checked, all valid, beside 100 of which 10 were checked, none valid: 90 %, not 50."""
    found = estimate([Cell(900, 10, 10, 10), Cell(100, 10, 10, 0)])
    assert found is not None
    assert found.value == pytest.approx(0.9)
    effective = (10 * 90 + 10 * 10) ** 2 / (10 * 90**2 * (1 - 10 / 900) + 10 * 10**2 * (1 - 10 / 100))
    assert (found.low, found.high) == pytest.approx(wilson(0.9 * effective, effective))
    assert found.high - found.low > wilson(18, 20)[1] - wilson(18, 20)[0]


def test_strata_drawn_at_one_rate_give_the_plain_share():
    found = estimate([Cell(100, 10, 10, 9), Cell(300, 30, 30, 24)])
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((33 / 40, *wilson(33 / 0.9, 40 / 0.9)))


def test_what_does_not_count_says_nothing():
    assert estimate([]) is None
    assert estimate([Cell(100, 5, 0, 0)]) is None
    assert estimate([Cell(100, 0, 0, 0), Cell(50, 5, 5, 5)]).value == 1.0


@given(st.lists(st.tuples(st.integers(1, 400), st.floats(0.01, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12))
def test_every_estimate_lies_between_nothing_and_everything(parts):
    cells = []
    for population, checked_part, base_part, good_part in parts:
        checked = max(1, int(population * checked_part))
        base = int(checked * base_part)
        cells.append(Cell(population, checked, base, int(base * good_part)))
    found = estimate(cells)
    assert (found is None) == (sum(cell.base for cell in cells) == 0)
    if found is not None:
        assert 0 <= found.low <= found.value + 1e-12 and found.value - 1e-12 <= found.high <= 1
