from datetime import date

from search.analysis import default_analysis
from search.query import (
    AllOf,
    AnyOf,
    Between,
    Everything,
    Flat,
    Node,
    Not,
    Nothing,
    OneOf,
    Phrase,
    PostingQuery,
    Term,
    Wish,
    compile_query,
    has_text,
    parse,
    wanted_words,
)


def compiled(text: str = "", **conditions: object) -> Node:
    return compile_query(PostingQuery(text=text, **conditions), default_analysis())


def word(text: str) -> Node:
    """How one short word is looked for."""
    return AnyOf((Flat(Term("title_grams", text), 100.0), Term("every", text), Term("title", text, 4.0)))


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


def test_words_are_joined_by_and_and_repeats_fall_away() -> None:
    assert compiled("济南焊工 焊工") == AllOf((word("济南"), word("焊工")))


def test_a_long_word_is_a_phrase_of_the_titles_characters() -> None:
    title = Phrase("title_characters", ("人", "力", "资", "源"))
    assert compiled("人力资源") == AnyOf((Flat(title, 100.0), Term("every", "人力资源"), Term("title", "人力资源", 4.0)))


def test_a_long_word_of_letters_is_one_term() -> None:
    assert compiled("Kubernetes") == word("kubernetes")


def test_nothing_asked_is_everything_and_nothing_searchable_is_nothing() -> None:
    assert compiled("") == Everything()
    assert compiled("！？") == Nothing()
    assert compiled("！？", regions=("370000",)) == Nothing()


def test_only_unwanted_words_start_from_everything() -> None:
    assert compiled("-夜班") == AllOf((Everything(), Not(word("夜班"))))


def test_filters_score_nothing() -> None:
    tree = compiled("焊工", regions=("370100", "370000", "370202"), educations=(0, 2), experience_none=True)
    assert tree == AllOf((
        word("焊工"),
        Flat(OneOf("places", ("3701", "37", "370202")), 0.0),
        Flat(OneOf("education", ("0", "2")), 0.0),
        Flat(Between("experience_years", 0, 0), 0.0),
    ))  # fmt: skip


def test_wages_overlap_and_days_are_ordinals() -> None:
    tree = compiled(wage_at_least=3000, wage_at_most=5000, posted_since=date(2026, 1, 2), valid_on=date(2026, 1, 3))
    assert tree == AllOf((
        Flat(Between("wage_high", 3000, None), 0.0),
        Flat(Between("wage_low", None, 5000), 0.0),
        Flat(Between("posted_on", date(2026, 1, 2).toordinal(), None), 0.0),
        Flat(Between("valid_through", date(2026, 1, 3).toordinal(), None), 0.0),
    ))  # fmt: skip


def test_only_text_makes_a_tree_relevant() -> None:
    assert has_text(compiled("焊工"))
    assert has_text(compiled("焊工", regions=("370000",)))
    assert not has_text(compiled(regions=("370000",), outside="37"))
    assert not has_text(compiled("-夜班", sources=("direct",)))


def test_words_to_highlight_leave_out_the_unwanted() -> None:
    assert wanted_words("济南焊工 -夜班 Java 焊工", default_analysis()) == ("济南", "焊工", "java")
