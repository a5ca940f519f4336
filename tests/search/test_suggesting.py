"""The index behind the search box: what is found, in which order, and how little work a keystroke is."""

from dataclasses import FrozenInstanceError

import pytest

from search.suggesting import LIMIT, OF_A_KIND, TYPED_AT_MOST, Entry, Suggester

WORK = [Entry("焊工", "职业", weight=60), Entry("电焊工", "职业", weight=200), Entry("化工", "职业", weight=30), Entry("会计", "职业", weight=90)]
PLACES = [Entry("济南市历下区", "地点", "370102", 50, ("历下区", "历下")), Entry("重庆市", "地点", "500000", 5, ("重庆",))]
SKILLS = [
    Entry("Java", "技能", weight=300),
    Entry("java", "技能", weight=20),
    Entry("JavaScript", "技能", weight=100),
    Entry("C++", "技能", weight=9),
]
EMPLOYERS = [Entry("济南洁净物业有限公司", "单位", weight=2, names=("洁净物业有限公司",))]


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester([*WORK, *PLACES, *SKILLS, *EMPLOYERS])


def texts(suggester: Suggester, typed: str) -> list[str]:
    return [entry.text for entry in suggester.suggest(typed)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("焊", "焊工"),
        ("hangong", "焊工"),
        ("hang", "焊工"),
        ("hg", "焊工"),
        ("HG", "焊工"),
        ("dhg", "电焊工"),
        ("kuaiji", "会计"),
        ("历下", "济南市历下区"),
        ("lixia", "济南市历下区"),
        ("lx", "济南市历下区"),
        ("chong'qing", "重庆市"),
        ("洁净", "济南洁净物业有限公司"),
        ("jiejing", "济南洁净物业有限公司"),
        ("物业", "济南洁净物业有限公司"),
        ("ＪＡＶＡ", "Java"),
        ("c++", "C++"),
    ],
)
def test_a_name_is_found_by_its_beginning_its_sound_its_initials_and_what_is_inside(suggester, typed, first):
    assert texts(suggester, typed)[0] == first


def test_a_sound_inside_a_short_name_is_found(suggester):
    assert texts(suggester, "hangong") == ["焊工", "电焊工"]


def test_of_names_that_answer_alike_the_heavier_comes_first(suggester):
    assert texts(suggester, "hg")[:2] == ["焊工", "化工"]
    assert texts(suggester, "jav") == ["Java", "JavaScript"]


def test_a_far_heavier_name_with_the_signs_inside_comes_before_a_light_beginning():
    found = Suggester([Entry("工会", "职业", weight=1), Entry("普工", "职业", weight=500)])
    assert texts(found, "工") == ["普工", "工会"]
    closer = Suggester([Entry("工会", "职业", weight=20), Entry("普工", "职业", weight=500)])
    assert texts(closer, "工") == ["工会", "普工"]


def test_what_is_typed_whole_comes_before_a_heavier_longer_name():
    found = Suggester([Entry("文员", "职业", weight=40), Entry("文员助理", "职业", weight=90)])
    assert texts(found, "文员") == ["文员", "文员助理"]


def test_noise_beside_a_good_answer_is_left_out_and_shown_alone():
    names = [Entry("保洁", "职业", weight=5000), Entry("廿里堡街道", "地点", weight=1)]
    assert texts(Suggester(names), "bao") == ["保洁"]
    assert texts(Suggester(names[1:]), "bao") == ["廿里堡街道"]


def test_one_text_stands_once(suggester):
    assert texts(suggester, "java") == ["Java", "JavaScript"]
    twice = Suggester([Entry("电工", "职业", weight=3), Entry("电工", "技能", weight=9)])
    assert [(entry.kind, entry.text) for entry in twice.suggest("电")] == [("技能", "电工")]


def test_of_equals_the_order_is_always_the_same():
    entries = [Entry(text, "地点", code, 0, ("市中",)) for text, code in (("枣庄市市中区", "370402"), ("济南市市中区", "370103"))]
    assert texts(Suggester(entries), "市中") == texts(Suggester(entries[::-1]), "市中") == ["济南市市中区", "枣庄市市中区"]


def test_two_places_of_one_name_are_both_there():
    both = Suggester([Entry("济南市市中区", "地点", "370103", 9, ("市中",)), Entry("枣庄市市中区", "地点", "370402", 5, ("市中",))])
    assert texts(both, "市中") == ["济南市市中区", "枣庄市市中区"]


def test_a_kind_stands_together_the_one_with_the_best_first():
    many = [Entry(f"工{number}", "职业", weight=100 - number) for number in range(20)] + [
        Entry(f"工具{number}", "技能", weight=400) for number in range(3)
    ]
    found = Suggester(many).suggest("工")
    assert [entry.kind for entry in found] == ["技能"] * 3 + ["职业"] * OF_A_KIND
    assert len(found) == LIMIT


def test_an_entry_with_many_names_does_not_push_others_out():
    many = Entry("济南市", "地点", "1", 9, tuple(f"济南{sign}" for sign in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"))
    others = [Entry(f"济南{number}区", "地点", str(number), 5) for number in range(10, 14)]
    inside = Entry("去济南", "地点", "2", 8)
    assert texts(Suggester([many, *others, inside]), "济南") == ["济南市", "济南10区", "济南11区", "济南12区", "济南13区"]


@pytest.mark.parametrize("typed", ["", " ", "'", "鑫", "zzzz", "焊工焊工", "\x00", "😀", "%", "长" * (TYPED_AT_MOST + 1), "a" * 5000])
def test_what_nothing_answers_is_an_empty_answer(suggester, typed):
    assert suggester.suggest(typed) == ()


def test_nothing_at_all_can_be_asked():
    assert Suggester([]).suggest("焊") == ()
    assert len(Suggester([])) == 0


def test_an_entry_cannot_be_changed(suggester):
    with pytest.raises(FrozenInstanceError):
        suggester.suggest("焊")[0].weight = 1


class Counted(str):
    """A sign string that counts how often it was looked into."""

    looks = 0

    def __contains__(self, part: str) -> bool:
        Counted.looks += 1
        return super().__contains__(part)


def test_a_question_whose_pairs_are_common_ends_with_the_first_answers():
    """The work of a keystroke must not grow with the number of names that hold it."""
    entries = [Entry(f"第{number}有限公司", "单位", weight=1) for number in range(3000)]
    suggester = Suggester(entries)
    shelf = suggester._shelves[0]
    shelf._names = [tuple(map(Counted, names)) for names in shelf._names]
    Counted.looks = 0
    assert len(suggester.suggest("限公司")) == OF_A_KIND
    assert 0 < Counted.looks <= 2 * OF_A_KIND
