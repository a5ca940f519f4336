"""What patterns see, and the way back to what was typed, whatever was typed."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.factories.gate import ON, shipped_book
from webapp.gate.checking import check_said
from webapp.gate.subject import Profile, Subject
from webapp.gate.wording.text import Text, origins, plain

SIGNS = st.sampled_from(
    [
        *"限男女性优先年龄十八岁到二四五０１８ａＡ㎝①②½Å\u0301 \t\n\u3000\u200b&;lgt<>amp，。：（）～—－-Ⅻ｡﷼İ齡歲",
        "&lt;",
        "&nbsp;",
        "&amp;lt;",
        "👩‍🔧",
        "한",
    ]
)
TYPED = st.one_of(st.lists(SIGNS, max_size=40).map("".join), st.text(max_size=60))


@given(TYPED)
@example("年 龄 ： 18 － 35 周 岁")
@example("&lt;35&nbsp;岁")
def test_every_sign_of_the_plain_text_has_its_place_in_what_was_typed(typed):
    spans = origins(typed)
    assert len(spans) == len(plain(typed))
    assert all(0 <= start < end <= len(typed) for start, end in spans)
    assert [start for start, _ in spans] == sorted(start for start, _ in spans)


@given(TYPED)
def test_a_sign_read_alone_is_the_sign_read_in_its_text(typed):
    read = plain(typed)
    for sign, (start, end) in zip(read, origins(typed), strict=True):
        assert sign in plain(typed[start:end]) or sign in " \t"  # a blank is kept or dropped by its neighbours


@given(st.dictionaries(st.sampled_from(["title", "duties", "requirements"]), TYPED), st.data())
def test_a_place_in_the_text_is_words_of_one_field(parts, data):
    text = Text(parts)
    if not text.plain:
        return
    start = data.draw(st.integers(0, len(text.plain) - 1))
    end = data.draw(st.integers(start + 1, len(text.plain)))
    field, begin, stop, words = text.place(start, end)
    before = text.plain[:start].count("\n")
    assert sum(plain(parts[name]).count("\n") + 1 for name in text.fields[: text.fields.index(field)]) <= before
    assert parts[field][begin:stop] == words
    assert words


@given(TYPED, TYPED, TYPED)
def test_whatever_is_typed_a_finding_quotes_the_words_that_stand_there(title, duties, requirements):
    values = {"title": title, "duties": duties, "requirements": requirements}
    for finding in check_said(Subject(profile=Profile.DIRECT, values=values), shipped_book(), ON):
        if finding.start is not None:
            assert values[finding.field][finding.start : finding.end] == finding.words != ""


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ＡＧＥ：１８～３５岁", "age:18-35岁"),
        ("男 女 不 限", "男女不限"),
        ("月薪 5000 8000", "月薪5000 8000"),
        ("②18岁", "②18岁"),
        ("年齡35歲", "年龄35岁"),
        ("&lt;35岁", "<35岁"),
        ("身高１７０㎝", "身高170cm"),
        ("限\u200b男", "限男"),
    ],
)
def test_patterns_see_what_a_reader_sees(typed, read):
    assert plain(typed) == read


def test_the_same_words_are_found_however_they_are_written():
    for typed in ("限男性，35岁以下", "限 男 性 ，３５ 岁 以 下", "限\u200b男性,35歲以下", "限男性，&lt;35岁"):
        found = check_said(Subject(profile=Profile.DIRECT, values={"duties": typed}), shipped_book(), ON)
        assert {finding.kind for finding in found} == {"SEX", "AGE"}, typed
