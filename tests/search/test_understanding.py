from typing import Any

import pytest

from search.analysis import default_analysis
from search.query import Wish, parse
from search.resolver import Resolver, Trade
from search.understanding import Reader, Understood
from tests.search.towns import CLEANER, DRIVER, TRADES, WELDER, vocabulary

READER = Reader(vocabulary())


def read(text: str, **around: Any) -> Understood:
    return READER.read(text, **around)


def required(understood: Understood) -> list[str]:
    return [wish.text for wish in understood.wishes if not (wish.optional or wish.unwanted)]


def optional(understood: Understood) -> list[str]:
    return [("-" if wish.unwanted else "") + wish.text for wish in understood.wishes if wish.optional]


@pytest.mark.parametrize(
    ("text", "regions", "words"),
    [
        ("扫地的 临沂", ("371300",), ["扫地的"]),
        ("济南焊工招聘", ("370100",), ["焊工"]),
        ("java青岛", ("370200",), ["java"]),
        ("青岛市南", ("370202",), []),
        ("青岛 市南区 保安", ("370202",), ["保安"]),
        ("济南 青岛", ("370100", "370200"), []),
        ("山东 济南 会计", ("370100",), ["会计"]),
        ("历下保洁", ("370102",), ["保洁"]),
        ("长岛", ("370614",), []),
        ("东营", ("370500",), []),
        ("济南高新区", ("370176",), []),
        ("平原司机", ("371426",), ["司机"]),
        ("我想找济南的保洁工作", ("370100",), ["保洁"]),
        ("下班早 离家近 市南", ("370202",), []),
    ],
)
def test_places_are_found_with_and_without_spaces(text: str, regions: tuple[str, ...], words: list[str]) -> None:
    assert (read(text).regions, required(read(text))) == (regions, words)


@pytest.mark.parametrize(
    "text", ["曲阜路", "高密度", "平原地区", "临时工", "德州扒鸡店", "大连湾", "市中心医院护士", "和平 保安", "阿里 客服", "阿里云", "招聘", "保安"]
)
def test_an_ordinary_word_is_no_place(text: str) -> None:
    assert read(text).regions == ()


def test_a_name_of_several_places_is_told_by_another_place_then_by_the_city_and_stays_open_otherwise() -> None:
    assert read("市中 保安").regions == ("370103", "370402")
    assert read("枣庄 市中 保安").regions == ("370402",)
    assert read("保安 市中 枣庄").regions == ("370402",)
    assert read("市中 保安", city="370100").regions == ("370103",)


def test_a_street_gives_its_county_and_is_a_wish_itself() -> None:
    understood = read("趵突泉 保安")
    assert (understood.regions, required(understood), optional(understood)) == (("370102",), ["保安"], ["趵突泉"])
    assert read("济南解放路 保安").regions == ("370102",)


def test_a_road_is_no_street_office_where_no_city_is_known() -> None:
    assert read("解放路 保安").regions == ()
    assert read("解放路 保安", city="370300").regions == ("370302",)


def test_a_street_name_that_is_an_ordinary_word_needs_its_city_beside_it() -> None:
    assert read("和平 保安", city="370200").regions == ()
    assert read("青岛和平").regions == ("370203",)


def test_a_trade_brings_its_other_words_and_codes() -> None:
    assert read("扫地的").wishes == (Wish("扫地的", also=("保洁", "保洁员"), occupations=(CLEANER,)),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("厂里包住", ["厂里"]),
        ("药店店员", ["药店", "店员"]),
        ("厨师长", ["厨师长"]),
        ("短视频剪辑", ["短视频剪辑"]),
        ("C++工程师", ["c++工程师"]),
        ("CNC师傅", ["cnc"]),
        ("4S店销售", ["4s店", "销售"]),
        ("A2司机", ["a2", "司机"]),
        ("javascript", ["javascript"]),
        ("有没有保安", ["保安"]),
        ("招聘专员", ["招聘专员"]),
        ("请问哪里招保洁", ["保洁"]),
        ("附近招聘", []),
    ],
)
def test_a_run_is_cut_into_known_words_and_the_rest(text: str, words: list[str]) -> None:
    assert required(read(text)) == words


def test_two_trades_with_or_between_them_are_one_wish() -> None:
    for text in ("保安、保洁", "保安或保洁", "保安/保洁 济南"):
        (wish,) = read(text).wishes
        assert wish.text == "保安" and {"门卫", "保洁", "清洁工"} <= set(wish.also) and CLEANER in wish.occupations


def test_what_postings_seldom_state_orders_and_excludes_nothing() -> None:
    understood = read("保安 包吃住 夜班 兼职 应届")
    wanted = [text for text in optional(understood) if text != "-经理"]  # what a graduate is not shown first
    assert required(understood) == ["保安"] and wanted == ["包吃住", "夜班", "兼职", "应届"]
    assert (understood.employment_types, understood.shifts) == ((), ())
    assert {wish.text: (wish.benefits, wish.shifts) for wish in understood.wishes if wish.benefits or wish.shifts} == {
        "包吃住": (("meals", "lodging"), ()),
        "夜班": ((), ("night",)),
    }


def test_a_beginner_is_not_shown_posts_for_the_experienced_first_nor_a_master_those_for_apprentices() -> None:
    avoided = {text: {wish.text for wish in read(text).wishes if wish.unwanted and wish.optional} for text in ("审计 实习", "CNC 师傅", "审计")}
    assert avoided == {"审计 实习": {"经理"}, "CNC 师傅": {"学徒"}, "审计": set()}


def test_who_cannot_use_a_computer_is_shown_work_of_hands() -> None:
    understood = read("不会电脑 女 40岁")
    assert required(understood) == ["普工"] and "保洁" in understood.wishes[0].also
    assert required(read("会计 不会电脑")) == ["会计"]


def test_where_nothing_else_is_asked_for_a_benefit_or_a_type_is_what_is_asked_for() -> None:
    assert required(read("济南 包吃住 双休")) == ["包吃住"] and optional(read("济南 包吃住 双休")) == ["双休"]
    assert required(read("暑假工")) == ["暑假工"]
    assert required(read("兼职 -中介")) == ["兼职"]


def test_only_makes_a_type_and_a_shift_hard() -> None:
    assert read("只要兼职 会计").employment_types == ("part_time",)
    assert read("只上白班 保安").shifts == ("day",)


@pytest.mark.parametrize("text", ["不上夜班", "不用上夜班", "无夜班", "不要夜班", "没有夜班"])
def test_a_shift_that_is_not_wanted_is_not_searched_for(text: str) -> None:
    understood = read(f"护士 {text}")
    assert required(understood) == ["护士"] and optional(understood) == ["-夜班"]


def test_education_leaves_out_only_what_asks_for_more() -> None:
    assert read("护士 大专").educations == (0, 10, 20, 30, 35, 40)
    assert read("初中毕业 保安").educations == (0, 10, 20)
    assert read("不要学历").educations == (0,)
    assert read("保安 学历不限").educations == (0,)
    assert read("会计 本科以上").educations == () and optional(read("会计 本科以上")) == ["本科"]


@pytest.mark.parametrize("text", ["小学英语老师", "高中 数学老师", "初中语文", "小学"])
def test_a_school_is_no_education(text: str) -> None:
    assert read(text).educations == ()


def test_no_experience_and_news_are_conditions() -> None:
    assert read("无经验 司机").experience_none and read("零基础").experience_none
    assert not read("司机 五年经验").experience_none
    assert [read(text).posted_days for text in ("今天发布的 保安", "最近三天", "7天内 会计", "保安", "一天")] == [0, 3, 7, None, None]


@pytest.mark.parametrize("text", ["女 40岁 保安", "保安 年龄大", "男40 保安", "50岁以上 保安", "招女保安 男女不限"])
def test_age_and_sex_are_dropped_and_said(text: str) -> None:
    understood = read(text)
    assert any("年龄、性别" in note for note in understood.notes)
    assert not any(sign in wish.text for wish in understood.wishes for sign in ("男女", "岁", "年龄", "40", "50"))


def test_nearness_is_offered_and_not_searched() -> None:
    understood = read("附近的保洁")
    assert understood.near_me and required(understood) == ["保洁"] and understood.notes


def test_signs_keep_their_meaning_and_nothing_in_them_is_understood() -> None:
    understood = read("焊工 -夜班 “济南 包住” -青岛")
    assert understood.regions == ()
    assert understood.wishes[1:] == (Wish("夜班", unwanted=True), Wish("济南 包住", quoted=True), Wish("青岛", unwanted=True))
    assert [(chip.kind, chip.said) for chip in understood.chips] == [("unwanted", "-夜班"), ("quoted", "“济南 包住”"), ("unwanted", "-青岛")]


@pytest.mark.parametrize("text", ["", " ", "-", '"', "--", "“", "焊工 -", '焊工"', "- 焊工", "!!", "的", "招聘", "附近"])
def test_a_lone_sign_or_filler_harms_nothing(text: str) -> None:
    assert required(read(text)) == (["焊工"] if "焊工" in text else [])


def test_full_width_and_traditional_characters_are_read_and_quoted_as_typed() -> None:
    understood = read("電焊工　濟南　５０００以上")
    assert required(understood) == ["电焊工"] and understood.wage_at_least == 5000
    assert [chip.said for chip in understood.chips] == ["濟南", "５０００以上"]
    assert understood.corrections == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("hanjie", "焊接"),
        ("baojie", "保洁"),
        ("SIJI", "司机"),
        ("kuaiji", "会计"),
        ("bj", "bj"),
        ("SJ", "sj"),
        ("vue", "vue"),
        ("qt", "qt"),
    ],
)
def test_pinyin_and_plain_initials_are_heard_and_words_of_letters_left_alone(text: str, word: str) -> None:
    assert required(read(text)) == [word]


def test_initials_are_searched_as_typed_too() -> None:
    (wish,) = read("sj").wishes
    assert (wish.text, wish.also[0], wish.occupations) == ("sj", "司机", (DRIVER,))
    assert [(correction.said, correction.read_as) for correction in read("sj").corrections] == [("sj", "司机")]


def test_a_place_is_heard_and_said_to_be_corrected() -> None:
    understood = read("baojie qingdao")
    assert understood.regions == ("370200",)
    assert [(correction.said, correction.read_as) for correction in understood.corrections] == [("baojie", "保洁"), ("qingdao", "青岛")]


@pytest.mark.parametrize(("text", "code"), [("焊宫", WELDER), ("司几", DRIVER), ("宝洁圆", None)])
def test_a_slip_is_read_as_the_trade_that_sounds_the_same_and_still_searched_as_typed(text: str, code: str | None) -> None:
    (wish,) = read(text).wishes
    assert wish.text == text
    if code:
        assert wish.occupations == (code,) and wish.also and read(text).corrections[0].said == text


@pytest.mark.parametrize("text", ["钢管工", "会议", "安保", "电工", "汉供"])
def test_a_word_of_the_language_is_no_slip(text: str) -> None:
    assert read(text).corrections == ()


def test_a_chip_can_be_taken_back() -> None:
    chips = {chip.kind: chip for chip in read("厂里包住 5000以上 青岛市南").chips}
    assert {kind: (chip.said, chip.text_without) for kind, chip in chips.items()} == {
        "benefit": ("包住", "厂里 5000以上 青岛市南"),
        "wage": ("5000以上", "厂里包住 青岛市南"),
        "place": ("青岛市南", "厂里包住 5000以上"),
    }
    assert chips["place"].value == "370202" and chips["wage"].value == "5000-" and "lodging" in chips["benefit"].value


def test_a_literal_reading_understands_nothing() -> None:
    understood = READER.read('hanjie 济南 5000以上 -夜班 "包住"', literal=True)
    assert (understood.chips, understood.corrections, understood.regions) == ((), (), ())
    assert understood.wishes == parse('hanjie 济南 5000以上 -夜班 "包住"')


def test_the_resolver_guesses_for_words_nobody_listed_and_for_words_together() -> None:
    resolver = Resolver([Trade("2-02-01-01", "仓储主管"), Trade(WELDER, "焊工", ("氩弧焊工",)), Trade(CLEANER, "保洁员")], default_analysis())
    reader = Reader(vocabulary(), resolver)
    (exact,) = reader.read("氩弧焊工").wishes
    assert exact.occupations == (WELDER,)
    assert all("2-02-01-01" in (*wish.likely, *wish.occupations) for wish in reader.read("仓储 主管").wishes)
    assert reader.read("焊工 包住").wishes[1].likely == ()


def test_every_saying_reads_as_itself() -> None:
    from search.understanding.sayings import SAYINGS, Kind

    silent = {Kind.FILLER, Kind.PERSON, Kind.WISH}
    lost = [form for form, saying in SAYINGS.items() if saying.kind not in silent and form not in TRADES and not read(form).chips]
    assert lost == []
