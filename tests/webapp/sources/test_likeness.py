from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.sources.likeness import (
    BANDS,
    Offer,
    employer_name,
    estimated,
    grams,
    jaccard,
    same_employer,
    same_job,
    same_pay,
    same_place,
    signature,
)

TEXT = "负责车间农机车架的焊接，看得懂图纸，能用二保焊和氩弧焊；两班倒，每班八小时，服从班组长安排，做好焊缝自检和设备日常保养。"
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=80)


def offer(**changes):
    values = {
        "id": uuid4(), "title": "电焊工", "text": TEXT, "employer": "济南样例机械有限公司", "region": "370102", "low": 6000, "high": 8000,
        "node": uuid4(),
    }  # fmt: skip
    return Offer(**values | changes)


@given(words)
def test_a_text_is_like_itself_whatever_its_layout(text):
    spread = "\n ".join(text)
    assert jaccard(grams(text), grams(text)) == 1.0
    assert grams(text) == grams(spread) or any(sign.isspace() for sign in text) or grams(text) == grams(text.upper())


@given(words, words)
def test_likeness_has_no_direction_and_stays_between_none_and_all(one, other):
    a, b = grams(one), grams(other)
    assert jaccard(a, b) == jaccard(b, a)
    assert 0.0 <= jaccard(a, b) <= 1.0


@given(st.integers(0, 10_000), st.floats(0.0, 1.0))
@settings(max_examples=60, deadline=None)
def test_minhash_estimates_the_index_within_what_its_length_allows(seed, share):
    """40 values: a standard deviation of at most 0.08; five of them are a fault, not chance."""
    common = {f"{seed}c{number}" for number in range(int(400 * share))}
    one = frozenset(common | {f"{seed}a{number}" for number in range(400 - len(common))})
    other = frozenset(common | {f"{seed}b{number}" for number in range(400 - len(common))})
    assert abs(estimated(signature(one), signature(other)) - jaccard(one, other)) <= 0.4


@given(st.integers(0, len(TEXT)), st.text("甲乙丙丁戊己庚辛", min_size=1, max_size=3))
@settings(max_examples=100, deadline=None)
def test_a_word_put_in_anywhere_leaves_it_the_same_job(place, word):
    one, other = offer(), offer(text=TEXT[:place] + word + TEXT[place:])
    assert same_job(one, other) and same_job(other, one)


def test_a_word_put_in_anywhere_is_met_by_a_band_as_often_as_the_formula_says():
    """Of so short a text a word makes a likeness of 0.8 to 0.95: 96 in a hundred at least."""
    one = offer()
    changed = [offer(text=f"{TEXT[:place]}{word}{TEXT[place:]}") for place in range(len(TEXT)) for word in ("甲", "乙丙", "丁戊己")]
    met = sum(not set(one.bands()).isdisjoint(other.bands()) for other in changed)
    assert met >= 0.93 * len(changed)


def test_the_same_words_in_another_city_share_no_band():
    assert set(offer().bands()).isdisjoint(offer(region="370202").bands())
    assert len(offer().bands()) == BANDS


@pytest.mark.parametrize(
    "changes",
    [
        {"region": "370202"},
        {"low": 6500},
        {"high": None},
        {"employer": "青岛另一家机械有限公司"},
        {"title": "收银员"},
        {"text": "接待来店顾客，介绍商品，收款，盘点货架，打扫门店卫生，晚上十点下班，每周休一天，节假日轮班，要求普通话流利。"},
        {"text": ""},
    ],
)
def test_what_differs_makes_another_job(changes):
    assert not same_job(offer(), offer(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"low": None, "high": None},
        {"region": "370100"},
        {"employer": "样例机械"},
        {"employer": "济南样例机械（集团）股份有限公司"},
        {"title": "急招！电焊工（包吃住）"},
        {"text": TEXT.replace("；", "\n\n").replace("，", ", ")},
    ],
)
def test_what_is_only_told_otherwise_is_the_same_job(changes):
    assert same_job(offer(), offer(**changes))


def test_two_jobs_that_employers_wrote_here_are_never_one():
    assert not same_job(offer(node=None), offer(node=None))
    assert same_job(offer(node=None), offer())


def test_two_counties_are_two_places_to_one_source_and_a_matter_of_opinion_to_two():
    node = uuid4()
    assert not same_place(offer(node=node), offer(node=node, region="370103"))
    assert same_place(offer(), offer(region="370103"))
    assert not same_place(offer(title="咖啡师（历下区）"), offer(title="咖啡师（市中区）", region="370103"))


def test_without_words_about_the_work_everything_else_has_to_be_equal():
    assert same_job(offer(text=""), offer(text="电话联系"))
    assert not same_job(offer(text=""), offer(text="", title="电焊工两名"))
    assert not same_job(offer(text=""), offer(text="", employer="样例机械"))


def test_pay_that_nobody_told_contradicts_none():
    assert same_pay(offer(low=None, high=None), offer())
    assert not same_pay(offer(low=6000, high=None), offer())


def test_names_of_employers_are_compared_without_their_legal_form():
    assert employer_name("济南洁净物业有限责任公司") == employer_name("济南洁净物业（有限公司）") == "济南洁净物业"
    assert same_employer(employer_name("比亚迪"), employer_name("比亚迪汽车工业有限公司"))
    assert not same_employer("甲乙", "甲乙丙丁")
