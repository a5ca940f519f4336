import pytest

from search.analysis import default_analysis
from search.documents import SEQ_LIMIT, tombstone
from search.fields import FIELDS, entry, packed
from tests.search.samples import assorted, document


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": ""},
        {"key": "a b"},
        {"seq": SEQ_LIMIT},
        {"seq": -1},
        {"version": -1},
        {"region": "3701"},
        {"wage_low": -1},
        {"wage_low": 2, "wage_high": 1},
        {"education": -1},
    ],
)
def test_a_document_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        document(**{"key": "a", **wrong})


def test_sort_columns_fit_a_signed_long_and_keep_the_order() -> None:
    assert packed(1 << 60, SEQ_LIMIT - 1) == (1 << 63) - 1
    assert packed(5, SEQ_LIMIT - 1) < packed(6, 0) < packed(6, 1)


def test_an_unpaid_posting_is_above_a_negotiable_one() -> None:
    unpaid, negotiable = (entry(document("a", wage_low=wage), default_analysis())["by_wage"] for wage in (0, None))
    assert unpaid > negotiable


def test_half_a_wage_counts_as_both_ends() -> None:
    fields = entry(document("a", wage_high=4000), default_analysis())
    assert (fields["wage_low"], fields["wage_high"], fields["wage_bands"]) == (4000, 4000, ("3000-5000",))


def test_a_tombstone_tells_nothing_but_its_version() -> None:
    assert entry(tombstone("a", 3, 9), default_analysis()) == {"seq": 3, "version": 9}


def test_every_entry_keeps_to_the_list_of_fields() -> None:
    for one in assorted(50):
        assert entry(one, default_analysis()).keys() <= FIELDS.keys()
