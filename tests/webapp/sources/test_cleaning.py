import pytest

from webapp.sources.cleaning import line, listed, plain


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<p>岗位职责</p><ul><li>焊接</li></ul>", "岗位职责\n\n焊接"),
        ("一<br/>二<BR>三", "一\n二\n三"),
        ("&lt;div&gt;甲&amp;nbsp;乙&lt;/div&gt;", "甲 乙"),
        ("R&D、AT&T，&员工家人", "R&D、AT&T，&员工家人"),
        ("<b>5</b>年以上，<3年不要，List<String>", "5年以上，<3年不要，List<String>"),
        ("甲<!-- 广告 -->乙<script>alert(1)</script>丙", "甲乙丙"),
        ("加入我们🙂👨\u200d👩\u200d👧", "加入我们🙂👨\u200d👩\u200d👧"),
        ("a\x00b\u200bc\u202ed\ufeffe\x7f", "abcde"),
        ("一\r\n二\u2028三\n\n\n\n四", "一\n二\n三\n\n四"),
        ("  甲 \u3000 乙\t丙  ", "甲 乙 丙"),
    ],
)
def test_remnants_go_and_text_stays(sent, kept):
    assert plain(sent) == kept


def test_a_line_is_one_line_and_cut_at_its_limit():
    assert line("甲\n乙<br>丙") == "甲 乙 丙"
    assert line("一二三四五", 3) == "一二三"


@pytest.mark.parametrize(
    ("sent", "entries"),
    [
        ("五险一金,年终奖，包住、餐补;体检；旅游", ["五险一金", "年终奖", "包住", "餐补", "体检", "旅游"]),
        ("五险一金 年终奖 五险一金", ["五险一金", "年终奖"]),
        ("SQL Server,Java", ["SQL Server", "Java"]),
        ("['周末双休', '包吃']", ["周末双休", "包吃"]),
        ("", []),
        (",,、", []),
    ],
)
def test_lists_are_split_once_each_in_order(sent, entries):
    assert listed(sent, entries=50, length=60) == entries


def test_lists_have_an_end():
    assert listed("甲乙丙丁,戊,己", entries=2, length=3) == ["甲乙丙", "戊"]
