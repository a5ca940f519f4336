"""How a seeker comes to work that fits: by what was understood, what was widened, what can be narrowed, and what others have asked for.

Every journey has trades of its own, because all journeys of a running platform share one house.
"""

import re
import time
from typing import Any

import pytest

from tests.factories.accounts import make_staff
from tests.factories.postings import make_posting
from tests.factories.reference import set_parameter
from tests.journeys import walks
from tests.journeys.places import ON_ELASTICSEARCH, RUNNING, Place
from tests.journeys.visitor import Visitor
from webapp.access import Role
from webapp.postings import tallying

pytestmark = pytest.mark.parametrize("platform", ["here", RUNNING[0], ON_ELASTICSEARCH], indirect=True, scope="package")
SHIZHONG, SHINAN, LAOSHAN = "370103", "370202", "370212"
WELDER = "6-18-02-04"


@pytest.fixture
def seeker(place: Place) -> Visitor:
    return place.visitor()


def postings(place: Place, **by_title: dict[str, Any]) -> None:
    employer = walks.an_employer("济南绗缝制品有限公司")
    for title, values in by_title.items():
        make_posting(employer=employer, title=title, **values)
    place.settle()


def found(seeker: Visitor, *titles: str) -> list[str]:
    """Which of these the page lists."""
    return [title for title in titles if seeker.offers(title)]


def counted(seeker: Visitor, value: str) -> int:
    """What the filter beside the list says."""
    said = re.search(rf"{value}，(\d+)\s*个", seeker.text)
    assert said, f"{value} is not counted"
    return int(said[1])


def until_reported(staff: Visitor, word: str) -> None:
    """A platform writes what it has counted every half minute."""
    until = time.monotonic() + 2 * tallying.gatherer.every
    while time.monotonic() < until:
        tallying.keep()
        staff.open("/search-report")
        if staff.offers(word):
            return
        time.sleep(1)
    raise AssertionError(f"{word} is not in the report: {staff.text}")


def test_what_was_written_becomes_chips_and_each_can_be_taken_away(place: Place, seeker: Visitor) -> None:
    titles = ("绗缝机手甲", "绗缝机手乙", "绗缝机手学徒")
    postings(
        place,
        绗缝机手甲={"wage_low": 6000, "wage_high": 8000},
        绗缝机手乙={"wage_low": 3000, "wage_high": 4000, "region": SHIZHONG},
        绗缝机手学徒={"wage_low": 7000, "wage_high": 8000, "region": SHINAN},
    )
    walks.search(seeker, "绗缝机手　济南 5000以上 -学徒")
    assert found(seeker, *titles) == ["绗缝机手甲"]
    seeker.follow("去掉：5000 元/月以上×")
    assert found(seeker, *titles) == ["绗缝机手甲", "绗缝机手乙"]
    seeker.follow("去掉：济南市×")
    assert found(seeker, *titles) == ["绗缝机手甲", "绗缝机手乙"]
    seeker.follow("去掉：不要“学徒”×")
    assert found(seeker, *titles) == list(titles)
    assert seeker.value("职位、技能或单位") == "绗缝机手"


def test_too_little_is_widened_and_said_in_numbers(place: Place, seeker: Visitor) -> None:
    titles = ("栽绒工甲", "栽绒工乙", "栽绒工丙")
    postings(place, 栽绒工甲={"region": SHINAN}, 栽绒工乙={"region": LAOSHAN}, 栽绒工丙={"region": LAOSHAN})
    walks.search(seeker, "栽绒工 市南")
    assert found(seeker, *titles) == list(titles)
    assert "已放宽条件" in seeker.text and "完全符合的有 1 个，排在最前面" in seeker.text
    assert "多出 2 个" in seeker.text
    seeker.follow("只看完全符合的 1 个")
    assert found(seeker, *titles) == ["栽绒工甲"]
    assert "已放宽条件" not in seeker.text


def test_values_of_one_kind_add_up_and_their_counts_stay(place: Place, seeker: Visitor) -> None:
    titles = ("缂丝工甲", "缂丝工乙", "缂丝工丙")
    postings(place, 缂丝工甲={"education": 20}, 缂丝工乙={"education": 30}, 缂丝工丙={"education": 50, "benefits": ("双休",)})
    walks.search(seeker, "缂丝工")
    graduates = counted(seeker, "本科")
    seeker.follow("初中")
    assert found(seeker, *titles) == ["缂丝工甲"]
    assert counted(seeker, "本科") == graduates
    seeker.follow("高中")
    assert found(seeker, *titles) == ["缂丝工甲", "缂丝工乙"]
    assert f"共 {counted(seeker, '初中（已选，点此取消）') + counted(seeker, '高中（已选，点此取消）')} 个岗位" in seeker.text
    seeker.follow("去掉条件：初中×")
    assert found(seeker, *titles) == ["缂丝工乙"]
    seeker.follow("清除全部条件")
    assert found(seeker, *titles) == list(titles)


def test_the_list_can_be_ordered_by_wage(place: Place, seeker: Visitor) -> None:
    postings(
        place,
        抄网工甲={"wage_low": 4000, "wage_high": 5000},
        抄网工乙={"wage_low": 9000, "wage_high": 9500},
        抄网工丙={"wage_low": 6000, "wage_high": 7000},
    )
    walks.search(seeker, "抄网工")
    seeker.follow("工资从高到低")
    places = [seeker.text.index(title) for title in ("抄网工乙", "抄网工丙", "抄网工甲")]
    assert places == sorted(places)


def test_a_posting_leads_on_to_others_of_its_kind(place: Place, seeker: Visitor) -> None:
    postings(place, 管道氩弧焊工={"occupation": WELDER}, 船体二保焊工={"occupation": WELDER})
    walks.search(seeker, "管道氩弧焊工")
    seeker.follow("管道氩弧焊工")
    assert seeker.h1 == "管道氩弧焊工"
    seeker.follow("船体二保焊工")
    assert seeker.h1 == "船体二保焊工"


def test_an_empty_list_leads_on(place: Place, seeker: Visitor) -> None:
    postings(place, 箍桶匠={"wage_low": 5000, "wage_high": 6000})
    walks.search(seeker, "箍桶匠 20000以上")
    assert found(seeker, "箍桶匠") == []
    seeker.follow("去掉“20000 元/月以上”，有 1 个岗位")
    assert found(seeker, "箍桶匠") == ["箍桶匠"]


@pytest.mark.parametrize("wrong", ["region=999999", "education=77", "occupation=9-99-99-99", "wage=abc", "near=abc"])
def test_a_wrong_address_is_said_and_hides_no_work(place: Place, seeker: Visitor, wrong: str) -> None:
    postings(place, 扎花工={})
    seeker.open(f"/postings?q=扎花工&{wrong}")
    assert found(seeker, "扎花工") == ["扎花工"]
    assert "请注意" in seeker.text


def test_a_word_nobody_knew_is_explained_once_and_known_to_all(place: Place) -> None:
    postings(place, 物业保洁员={"occupation": "4-09-08-01"})
    set_parameter("search_tally_least", "1")
    seeker, word = place.visitor(), "擦楼梯"
    walks.search(seeker, word)
    assert found(seeker, "物业保洁员") == []
    staff = walks.signed_in(place, make_staff(Role.REVIEWER, "370100"))
    until_reported(staff, word)
    staff.follow(f"说明意思：{word}")
    staff.fill({"同类的词": "保洁"})
    staff.press("保存，马上生效")
    assert f"现在搜“{word}”能找到" in staff.text
    walks.search(seeker, word)
    assert found(seeker, "物业保洁员") == ["物业保洁员"]
