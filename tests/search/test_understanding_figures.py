from decimal import Decimal

import pytest

from search.understanding import Reader, Vocabulary
from search.understanding.figures import amount
from tests.search.towns import vocabulary

READER = Reader(vocabulary())


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("5000以上", 5000, None, "month"),
        ("5000+", 5000, None, "month"),
        ("5千以上", 5000, None, "month"),
        ("六千左右", 5400, None, "month"),
        ("4000-6000", 4000, 6000, "month"),
        ("4000到6000", 4000, 6000, "month"),
        ("4-6k", 4000, 6000, "month"),
        ("三千到五千", 3000, 5000, "month"),
        ("8k", 8000, None, "month"),
        ("1万", 10000, None, "month"),
        ("1.5w", 15000, None, "month"),
        ("一万二", 12000, None, "month"),
        ("月薪不低于5000", 5000, None, "month"),
        ("一个月5000", 5000, None, "month"),
        ("五千块", 5000, None, "month"),
        ("焊工5000", 5000, None, "month"),
        ("3000以下", None, 3000, "month"),
        ("150一天", 3262, None, "day"),
        ("一百五一天", 3262, None, "day"),
        ("150/天", 3262, None, "day"),
        ("150元/天", 3262, None, "day"),
        ("每天200", 4350, None, "day"),
        ("日薪200", 4350, None, "day"),
        ("日薪200-300", 4350, 6525, "day"),
        ("20块一小时", 3480, None, "hour"),
        ("时薪20", 3480, None, "hour"),
        ("年薪10万", 8333, None, "year"),
        ("10万年薪", 8333, None, "year"),
    ],
)
def test_pay_is_read_with_its_unit(text: str, low: int | None, high: int | None, unit: str) -> None:
    for around in ("{}", "保安 {}", "{} 济南", "厂里包住 {}"):
        understood = READER.read(around.format(text))
        assert (understood.wage_at_least, understood.wage_at_most, understood.wage_unit) == (low, high, unit), around


@pytest.mark.parametrize(
    "text",
    [
        "4S店",
        "A2",
        "C1",
        "2班倒",
        "三班倒",
        "985",
        "211",
        "996",
        "3D",
        "5G",
        "13800138000",
        "2026届",
        "2026",
        "7天",
        "一天",
        "千佛山",
        "百货",
        "万达",
        "2000人",
        "50岁以上",
        "十三薪",
        "五险一金",
        "8小时",
        "10年经验",
        "500强",
        "百度",
        "4k6x",
        "0元",
        "月薪",
    ],
)
def test_what_only_looks_like_pay_is_none(text: str) -> None:
    for around in ("{}", "保安 {}", "{} 济南", "{}保安"):
        understood = READER.read(around.format(text))
        assert (understood.wage_at_least, understood.wage_at_most) == (None, None), around


def test_pay_says_what_was_said_and_what_it_is_a_month() -> None:
    understood = READER.read("瓦工 150一天")
    assert understood.wage_said == (Decimal(150), None)
    (chip,) = understood.chips
    assert (chip.said, chip.label) == ("150一天", "150 元/天以上（约 3262 元/月）")


def test_pay_that_nobody_can_turn_into_a_month_is_no_condition() -> None:
    assert Reader(Vocabulary()).read("150一天").wage_at_least is None
    assert Reader(Vocabulary()).read("5000以上").wage_at_least == 5000


@pytest.mark.parametrize(
    ("text", "yuan"), [("一万二", 12000), ("八千五", 8500), ("一百五", 150), ("二十", 20), ("1万2", 12000), ("八千零五", 8005), ("一千二百三", 1230)]
)
def test_amounts_as_they_are_spoken(text: str, yuan: int) -> None:
    assert amount(text) == yuan
