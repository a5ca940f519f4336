from datetime import date
from typing import Any

from search.analysis import default_analysis
from search.compiling import ALSO_IN_TITLE, ANYWHERE, OCCUPATION, OPTIONAL, OPTIONAL_IN_TITLE, PHRASE_IN_TITLE, WORDS_IN_TITLE, compile_query
from search.query import PostingQuery, Widening, Wish, parse
from search.tree import (
    AllOf,
    AnyOf,
    AtLeast,
    Best,
    Between,
    Everything,
    Flat,
    Node,
    Not,
    Nothing,
    OneOf,
    Perhaps,
    Term,
    exactly,
    is_scored,
)  # fmt: skip


def compiled(text: str = "", **conditions: Any) -> Any:  # the tests look into the parts of known nodes
    return compile_query(PostingQuery(text=text, **conditions), default_analysis())


def title(text: str) -> Node:
    return Term("title_grams", text)


def anywhere(text: str) -> Node:
    return AnyOf((title(text), Term("every", text)))


def word(text: str) -> Node:
    """How one short word is looked for."""
    return Best((Flat(title(text), PHRASE_IN_TITLE), Flat(anywhere(text), ANYWHERE)))


def test_what_a_person_types_is_read_without_mistakes() -> None:
    assert parse('焊工 -夜班 "五险 一金" C++-开发') == (
        Wish("焊工"),
        Wish("夜班", unwanted=True),
        Wish("五险 一金", quoted=True),
        Wish("c++-开发"),
    )
    assert parse("「双休」　－夜班") == (Wish("双休", quoted=True), Wish("夜班", unwanted=True))
    assert parse('27" 显示器') == (Wish("27"), Wish("显示器"))
    assert parse('-"夜班 倒班"') == (Wish("夜班 倒班", quoted=True, unwanted=True),)
    assert parse("  ") == ()


def test_one_word() -> None:
    assert compiled("焊工") == word("焊工")


def test_a_run_of_words_is_one_wish_and_repeats_fall_away() -> None:
    both = AllOf((anywhere("济南"), anywhere("保洁")))
    levels = (Flat(title("济南保洁"), PHRASE_IN_TITLE), Flat(AllOf((title("济南"), title("保洁"))), WORDS_IN_TITLE), Flat(both, ANYWHERE))
    assert compiled("济南保洁 焊工 焊工") == AllOf((Best(levels), word("焊工")))


def test_a_long_word_is_all_its_stretches_in_the_title() -> None:
    stretches = AllOf((title("人力资源"), title("力资源部")))
    assert compiled("人力资源部") == Best((Flat(stretches, PHRASE_IN_TITLE), Flat(AnyOf((stretches, Term("every", "人力资源部"))), ANYWHERE)))


def test_a_long_word_of_letters_is_one_term() -> None:
    assert compiled("Kubernetes") == word("kubernetes")


def test_nothing_asked_is_everything_and_nothing_searchable_is_nothing() -> None:
    assert compiled("") == Everything()
    assert compiled("！？") == Nothing()
    assert compiled("！？", regions=("370000",)) == Nothing()


def test_only_unwanted_words_start_from_everything() -> None:
    assert compiled("-夜班") == AllOf((Everything(), Not(anywhere("夜班"))))


def test_filters_score_nothing() -> None:
    tree = compiled("焊工", regions=("370100", "370000", "370202"), educations=(0, 2), experience_none=True)
    assert tree == AllOf((
        word("焊工"),
        Flat(OneOf("places", ("3701", "37", "370202")), 0),
        Flat(OneOf("education", ("0", "2")), 0),
        Flat(Between("experience_years", 0, 0), 0),
    ))  # fmt: skip


def test_wages_overlap_and_days_are_ordinals() -> None:
    tree = compiled(wage_at_least=3000, wage_at_most=5000, posted_since=date(2026, 1, 2), valid_on=date(2026, 1, 3))
    assert tree == AllOf((
        Flat(Between("wage_high", 3000, None), 0),
        Flat(Between("wage_low", None, 5000), 0),
        Flat(Between("posted_on", date(2026, 1, 2).toordinal(), None), 0),
        Flat(Between("valid_through", date(2026, 1, 3).toordinal(), None), 0),
    ))  # fmt: skip


def test_only_text_makes_a_tree_relevant() -> None:
    assert is_scored(compiled("焊工"))
    assert is_scored(compiled("焊工", regions=("370000",)))
    assert not is_scored(compiled(regions=("370000",), outside="37"))
    assert not is_scored(compiled("-夜班", sources=("direct",)))


def test_exact_lists_are_strict_matches_and_guesses_wait_for_their_step() -> None:
    wish = Wish("扫地", also=("保洁", "物业清洁工"), occupations=("4-08-01-01",), likely=("4-10-01-06",))
    also = AnyOf((OneOf("title_grams", ("保洁",)), AllOf((title("物业清洁"), title("业清洁工")))))
    strict = compiled(wishes=(wish,))
    assert Flat(also, ALSO_IN_TITLE) in strict.parts
    assert Flat(OneOf("occupation", ("4-08-01-01",)), OCCUPATION) in strict.parts
    assert "4-10-01-06" not in repr(strict)
    assert "4-10-01-06" in repr(compiled(wishes=(wish,), widening=Widening.OCCUPATION))


def test_an_optional_wish_excludes_nothing() -> None:
    assert compiled(wishes=(Wish("包住", optional=True, benefits=("lodging",)),)) == AllOf((
        Everything(),
        Perhaps(Best((
            Flat(OneOf("title_grams", ("包住",)), OPTIONAL + OPTIONAL_IN_TITLE),
            Flat(AnyOf((anywhere("包住"), OneOf("benefit", ("lodging",)))), OPTIONAL),
        ))),
    ))  # fmt: skip


def test_the_surroundings_come_behind_the_place() -> None:
    asked, around = OneOf("places", ("370202",)), OneOf("places", ("370203",))
    conditions = {"regions": ("370202",), "nearby": ("370203",)}
    assert compiled(**conditions) == Flat(asked, 0)
    wide = compiled(**conditions, widening=Widening.NEARBY)
    assert wide.parts[0] == Flat(AnyOf((asked, around)), 0)
    assert isinstance(wide.parts[1], Perhaps)


def test_the_last_step_asks_for_three_quarters_of_the_words() -> None:
    wide = compiled("餐厅 服务员 包吃 包住", widening=Widening.TERMS)
    fewer = next(part for part in wide.parts if isinstance(part, AtLeast))
    assert (fewer.count, len(fewer.parts)) == (3, 4)
    assert compiled("焊工", widening=Widening.TERMS) == word("焊工")


def test_the_cases_of_a_score_leave_nothing_out() -> None:
    tree = Best((Flat(title("焊工"), 5), Flat(anywhere("焊工"), 2)))
    assert exactly(tree, 5) == title("焊工")
    assert exactly(tree, 2) == AllOf((anywhere("焊工"), Not(title("焊工"))))
    assert exactly(tree, 3) == Nothing()
