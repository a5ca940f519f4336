import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.postings.discretion import storable
from webapp.postings.models import SEARCH_TEXT_AT_MOST


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("扫地的", "扫地的"),
        ("  开大车　 送货 ", "开大车 送货"),
        ("Ｊａｖａ 青岛", "java 青岛"),
        ("4S店 洗车", "4s店 洗车"),
        ("C1驾照", "c1驾照"),
        ("python3", "python3"),
        ("c++", "c++"),
        ("node.js", "node.js"),
        ("王力", "王力"),
        ("三班倒", "三班倒"),
        ("手机维修", "手机维修"),
        ("电话销售", "电话销售"),
        ("微信客服", "微信客服"),
        ("室内设计", "室内设计"),
        ("985大学", "***大学"),
        ("12345热线", "*****热线"),
    ],
)
def test_words_for_work_are_kept_and_long_figures_are_masked(typed: str, kept: str) -> None:
    assert storable(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "138 0013 8000",
        "找张经理１３８－００１３－８０００",
        "焊工 1.3.8.0.0.1",
        "370102199003074519",
        "37010219900307451X",
        "0531-88912345",
        "幺三八零零幺三八零零零",
        "一三八 零零一 三八零",
        "٠١٢٣٤٥٦",
        "zhang.san@example.com",
        "加我ｗｘ：abc",
        "微信号laowang",
        "qq 12345",
        "www.mysite",
        "看 laowang.cn",
        "zhang_san88",
        "abc12345",
        "鲁A12B45",
        "鲁Q·8A66B7",
        "幸福小区3号楼2单元",
        "12号院 5室",
        "我叫李雷想找工作",
        "我是聋哑人",
        "身份证丢了",
        "",
        "   ",
        "找" * (SEARCH_TEXT_AT_MOST + 1),
    ],
)
def test_what_could_point_at_a_person_is_not_kept(typed: str) -> None:
    assert storable(typed) is None


@given(st.text(max_size=60))
def test_what_is_kept_is_short_plain_and_kept_again_as_it_is(typed: str) -> None:
    kept = storable(typed)
    if kept is not None:
        assert 0 < len(kept) <= SEARCH_TEXT_AT_MOST
        assert "@" not in kept and "\x00" not in kept
        assert sum(sign.isdigit() for sign in kept) < 6
        assert storable(kept) == kept


@given(
    st.text(alphabet="焊工找 -.,/（）", max_size=12),
    st.from_regex(r"1[3-9]\d{9}|\d{17}[\dXx]", fullmatch=True),
    st.integers(1, 11),
    st.sampled_from(" -.　·"),
)
def test_no_number_of_a_person_is_kept_however_it_is_parted(words: str, number: str, place: int, sign: str) -> None:
    assert storable(f"{words}{number[:place]}{sign}{number[place:]}") is None
