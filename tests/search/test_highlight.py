from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from search.highlight import Segment, first, highlight


def hits(text: str, *words: str) -> list[str]:
    return marked(highlight(text, words))


def marked(segments: tuple[Segment, ...]) -> list[str]:
    return [segment for segment, hit in segments if hit]


def test_a_word_is_marked_where_it_stands_also_inside_a_longer_one() -> None:
    assert highlight("诚聘电焊工，焊工两名", ["焊工"]) == (
        ("诚聘电", False), ("焊工", True), ("，", False), ("焊工", True), ("两名", False),
    )  # fmt: skip


def test_words_of_letters_are_marked_whole_and_as_they_are_written() -> None:
    assert hits("Ｊａｖａ与JavaScript、JAVA", "java") == ["Ｊａｖａ", "JAVA"]
    assert hits("C++、C、C#", "c") == ["C"]


def test_neighbouring_and_overlapping_words_are_one_mark() -> None:
    assert hits("济南电焊工", "电焊工", "焊工", "济南") == ["济南电焊工"]


def test_signs_that_fold_into_several_keep_their_place() -> None:
    assert highlight("㎡/m2焊工", ["m2"]) == (("㎡", True), ("/", False), ("m2", True), ("焊工", False))


def test_the_first_word_is_the_first_of_the_text() -> None:
    assert first("㎡上夜班，招电焊工", ("焊工", "夜班")) == (2, 4)
    assert first("JavaScript", ("java",)) is None


@given(st.text(alphabet="焊工电 jaＪ㎡ﬁ/ı", max_size=20), st.sets(st.sampled_from(["焊", "焊工", "电焊工", "工", "ja", "j", "m2", "fi", "i"])))
def test_the_segments_are_the_text_again(text: str, words: set[str]) -> None:
    segments = highlight(text, words)
    assert "".join(segment for segment, _ in segments) == text
    assert all(one[1] != two[1] for one, two in pairwise(segments))
    found = first(text, words)
    assert (found is not None) == bool(marked(segments))
    assert found is None or found[0] == len(next((segment for segment, hit in segments if not hit and segments[0][1] is False), ""))
