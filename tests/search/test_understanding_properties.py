import csv
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.understanding import Reader, Understood
from tests.search.towns import TRADES, vocabulary

VOCABULARY = vocabulary()
READER = Reader(VOCABULARY)
TITLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "job_titles_freq.csv"
_SAID = (
    *VOCABULARY.places,
    *TRADES,
    "5000以上",
    "150一天",
    "4-6k",
    "包吃住",
    "不上夜班",
    "大专",
    "无经验",
    "招聘",
    "的",
    "附近",
    "40岁",
    "女",
    "hanjie",
    "焊宫",
    "最近三天",
)
_PIECES = st.sampled_from((*_SAID, " ", " ", "，", "-", '"', "“", "/", "路", "度", "5", "㍿", "e\u0301", "Ａ", "濟"))
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=12).map("".join))


def check(understood: Understood) -> None:
    spans = [(chip.start, chip.end) for chip in understood.chips]
    assert spans == sorted(spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    for chip in understood.chips:
        assert chip.said == understood.text[chip.start : chip.end] and chip.said.strip() and chip.label and chip.kind
        assert len(chip.text_without) < len(understood.text)


@given(_TEXTS)
@settings(deadline=None, max_examples=400)
def test_no_text_raises_and_chips_quote_stretches_that_do_not_overlap(text: str) -> None:
    check(READER.read(text))


@given(_TEXTS)
@settings(deadline=None, max_examples=400)
def test_what_is_left_when_every_chip_is_taken_back_has_none(text: str) -> None:
    rest = READER.read(text).text_without_chips
    assert READER.read(rest).chips == ()


@given(_TEXTS)
@settings(deadline=None, max_examples=100)
def test_a_literal_reading_has_no_chips(text: str) -> None:
    assert READER.read(text, literal=True).chips == ()


@given(st.lists(st.sampled_from(_SAID), min_size=1, max_size=4))
@settings(deadline=None, max_examples=100)
def test_reading_is_the_same_each_time_and_whatever_the_width(pieces: list[str]) -> None:
    text = " ".join(pieces)
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)
    first, second = READER.read(text), READER.read(wide)
    assert first == READER.read(text)
    assert (first.wishes, first.regions, first.wage_at_least) == (second.wishes, second.regions, second.wage_at_least)


@pytest.mark.real_data
@pytest.mark.skipif(not TITLES.exists(), reason=f"{TITLES} is not here")
def test_every_real_title_reads_well_formed_and_at_once() -> None:
    with TITLES.open(encoding="utf-8") as file:
        titles = [row["title"] for row in csv.DictReader(file)]
    started = time.perf_counter()
    for title in titles:
        check(READER.read(title))
    assert (time.perf_counter() - started) / len(titles) < 0.02  # a read takes 0.1 ms; this only finds what explodes
