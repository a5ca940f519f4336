"""The shipped vocabulary against itself and against the codes: a wrong row here sends people to the wrong work in every search."""

import re

from webapp.reference.models import WordKind, as_word
from webapp.reference.operations import SHIPPED
from webapp.reference.tables import Row, read_file

SEX_OR_AGE = re.compile(r"[男女]|\d岁|年龄|岁数|大龄|宝妈|大妈|大爷|小妹|小姐|小伙|[5-9]0后|00后|中年|青年")


def words() -> list[Row]:
    return read_file("wordings", SHIPPED / "wordings.csv").rows


def occupations() -> set[str]:
    return {row["code"] for row in read_file("occupations", SHIPPED / "occupations.csv").rows}


def test_the_vocabulary_is_large_and_of_every_kind() -> None:
    rows = words()
    assert len(rows) >= 900
    assert {row["kind"] for row in rows} == set(WordKind)


def test_no_word_stands_twice_and_each_is_written_as_it_is_asked_for() -> None:
    said = [row["word"] for row in words()]
    assert len(set(said)) == len(said)
    assert [word for word in said if word != as_word(word) or len(word) < 2] == []
    assert [row["word"] for row in words() if row["words"] != [as_word(word) for word in row["words"]]] == []


def test_every_word_leads_to_other_words_than_itself_and_to_no_more_than_a_title_index_is_asked_for() -> None:
    assert [row["word"] for row in words() if not row["words"] or row["word"] in row["words"] or len(row["words"]) > 8] == []


def test_every_code_is_one_that_ships_and_nearly_all_name_one_occupation() -> None:
    codes = [code for row in words() for code in row["occupations"]]
    assert set(codes) <= occupations()
    assert sum(code.count("-") == 3 for code in codes) >= 0.99 * len(codes)
    assert max(len(row["occupations"]) for row in words()) <= 3


def test_no_word_speaks_of_sex_or_age() -> None:
    assert [text for row in words() for text in (row["word"], *row["words"]) if SEX_OR_AGE.search(text)] == []


def test_words_that_mean_each_other_name_the_same_work() -> None:
    """Two words that list each other and have codes share one: else one of the two is wrong."""
    by_word = {row["word"]: row for row in words()}
    pairs = [
        (one, by_word[other]) for one in by_word.values() for other in one["words"] if other in by_word and one["word"] in by_word[other]["words"]
    ]
    assert len(pairs) > 1000
    strangers = [
        (one["word"], other["word"])
        for one, other in pairs
        if one["occupations"] and other["occupations"] and not {*one["occupations"]} & {*other["occupations"]}
    ]
    assert strangers == []
