"""The search box as a person with a keyboard, a screen reader, a finger or a position uses it."""

import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.journeys import walks
from tests.journeys.browser import BrowserVisitor
from tests.journeys.places import RUNNING, Place
from tests.journeys.test_people import tab_to

pytestmark = pytest.mark.parametrize("platform", RUNNING[:1], indirect=True, scope="package")
INDEX_SECONDS = 60.0
"""What the first index of so small a house may take on a busy machine."""
JINAN = {"longitude": 116.404, "latitude": 39.915}
AS_ON_A_MAP = "116.410,39.916"
"""The same point in GCJ-02, as published: 116.41024449916938, 39.91640428150164."""


@pytest.fixture
def seeker(place: Place) -> BrowserVisitor:
    visitor = place.visitor()
    assert isinstance(visitor, BrowserVisitor)
    return visitor


@pytest.fixture
def box(seeker: BrowserVisitor) -> Locator:
    seeker.open("/")
    return seeker.page.get_by_role("combobox", name="职位、技能或单位")


def options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="搜索建议").get_by_role("option")


def asked(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def wait_for_the_index(page: Page, typed: str) -> None:
    until = time.monotonic() + INDEX_SECONDS
    while not page.request.get("/postings/suggest", params={"q": typed}).json():
        assert time.monotonic() < until, f"nothing is suggested for {typed}"
        time.sleep(0.2)


def answer_with(page: Page, *found: tuple[str, str, str]) -> list[str]:
    """(kind, text, region) for every question; gives back the list into which the questions go."""
    asked_for: list[str] = []
    suggestions = [{"kind": kind, "text": text, "q": "" if region else text} | ({"region": region} if region else {}) for kind, text, region in found]

    def answer(route: Route) -> None:
        asked_for.append(parse_qs(urlsplit(route.request.url).query)["q"][0])
        route.fulfill(content_type="application/json", body=json.dumps(suggestions))

    page.route("**/postings/suggest*", answer)
    return asked_for


def test_with_the_keyboard_alone_one_takes_a_suggestion_and_finds_work(place, seeker):
    title = "蔬菜大棚管理员"
    walks.an_open_posting(place, walks.an_employer("济南寅卯蔬菜种植有限公司"), title)
    seeker.open("/")
    wait_for_the_index(seeker.page, "历下")
    tab_to(seeker, "input#search-q")
    seeker.page.keyboard.type("lixia")
    expect(options(seeker.page).first).to_have_text("济南市历下区")
    seeker.page.keyboard.press("ArrowDown")
    seeker.moving(lambda: seeker.page.keyboard.press("Enter"))
    assert asked(seeker.page) == {"region": "370102"}
    assert seeker.offers(title)


def test_a_place_sets_the_list_of_places_and_leaves_the_words(seeker, box):
    wait_for_the_index(seeker.page, "历下")
    box.press_sequentially("保洁 lixia")
    expect(options(seeker.page).first).to_have_text("济南市历下区")
    seeker.moving(options(seeker.page).first.click)
    assert asked(seeker.page) == {"q": "保洁", "region": "370102"}
    assert seeker.value("地点") == "370102"


def test_arrows_home_end_and_escape(seeker, box):
    answer_with(seeker.page, ("职业", "焊工", ""), ("职业", "电焊工", ""), ("地点", "济南市", "370100"))
    box.press_sequentially("焊")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(options(seeker.page)).to_have_count(3)

    def active() -> str | None:
        chosen = seeker.page.locator('[role="option"][aria-selected="true"]')
        key = box.get_attribute("aria-activedescendant")
        assert (chosen.get_attribute("id") if chosen.count() else None) == key
        return chosen.text_content() if key else None

    assert active() is None
    for key, text in (
        ("ArrowDown", "焊工"),
        ("ArrowDown", "电焊工"),
        ("End", "济南市"),
        ("ArrowDown", "焊工"),
        ("ArrowUp", "济南市"),
        ("Home", "焊工"),
        ("ArrowLeft", None),
        ("ArrowUp", "济南市"),
    ):
        box.press(key)
        assert active() == text, key
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(seeker.page.get_by_role("listbox")).to_have_count(0)
    assert box.input_value() == "焊"
    assert active() is None
    box.press("ArrowDown")
    expect(options(seeker.page)).to_have_count(3)
    box.press("Tab")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_enter_without_a_choice_sends_what_was_typed(seeker, box):
    answer_with(seeker.page, ("职业", "焊工", ""))
    box.press_sequentially("焊")
    expect(options(seeker.page)).to_have_count(1)
    seeker.moving(lambda: box.press("Enter"))
    assert asked(seeker.page)["q"] == "焊"


def test_a_screen_reader_hears_how_many_there_are_and_of_which_kind(seeker, box):
    answer_with(seeker.page, ("职业", "焊工", ""), ("职业", "电焊工", ""), ("地点", "济南市", "370100"))
    box.press_sequentially("焊")
    expect(seeker.page.get_by_role("status").filter(has_text="3 条建议，按上下键选择")).to_have_count(1)
    for kind, texts in (("职业", ["焊工", "电焊工"]), ("地点", ["济南市"])):
        expect(seeker.page.get_by_role("group", name=kind).get_by_role("option")).to_have_text(texts)
    assert box.get_attribute("aria-controls") == seeker.page.get_by_role("listbox").get_attribute("id")
    assert box.get_attribute("aria-autocomplete") == "list"


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_open_list_is_accessible_fits_and_can_be_hit_with_a_finger(seeker, box, width):
    answer_with(seeker.page, *(("单位", "济南辰巳机械设备制造安装工程有限责任公司第二分公司", "") for _ in range(7)), ("地点", "济南市", "370100"))
    seeker.page.set_viewport_size({"width": width, "height": 740})
    box.press_sequentially("济")
    expect(options(seeker.page)).to_have_count(8)
    box.press("ArrowDown")
    assert Axe().run(seeker.page)["violations"] == []
    assert seeker.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    sizes = [option.bounding_box() or {} for option in options(seeker.page).all()]
    assert min(size["height"] for size in sizes) >= 44
    assert min(size["width"] for size in sizes) >= 200


def test_typing_waits_for_a_pause_and_asks_once(seeker, box):
    questions = answer_with(seeker.page, ("职业", "焊工", ""))
    box.press_sequentially("hangong", delay=20)
    expect(options(seeker.page)).to_have_count(1)
    assert questions == ["hangong"]


def test_nothing_is_asked_while_signs_are_composed(seeker, box):
    questions = answer_with(seeker.page, ("职业", "焊工", ""))
    box.focus()
    input_method = seeker.page.context.new_cdp_session(seeker.page)
    for typed in ("h", "ha", "han"):
        input_method.send("Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)})
        seeker.page.wait_for_timeout(250)
    assert questions == []
    input_method.send("Input.insertText", {"text": "焊"})
    expect(options(seeker.page)).to_have_count(1)
    assert questions == ["焊"]


def test_a_late_answer_to_an_older_question_is_not_shown(seeker, box):
    first = []

    def answer(route: Route) -> None:
        typed = parse_qs(urlsplit(route.request.url).query)["q"][0]
        if typed == "电":
            first.append(route)  # answered after the second
            return
        route.fulfill(content_type="application/json", body=json.dumps([{"kind": "职业", "text": "电工", "q": "电工"}]))

    seeker.page.route("**/postings/suggest*", answer)
    with seeker.page.expect_event("requestfailed") as given_up:
        box.press_sequentially("电")
        seeker.page.wait_for_timeout(300)
        box.press_sequentially("工")
    assert "q=%E7%94%B5" in given_up.value.url and first
    expect(options(seeker.page)).to_have_text(["电工"])
    first[0].fulfill(content_type="application/json", body=json.dumps([{"kind": "职业", "text": "电话客服", "q": "电话客服"}]))
    seeker.page.wait_for_timeout(200)
    expect(options(seeker.page)).to_have_text(["电工"])


def test_a_failing_server_costs_the_suggestions_and_nothing_else(seeker, box):
    seeker.page.route("**/postings/suggest*", lambda route: route.abort())
    box.press_sequentially("焊工")
    seeker.page.wait_for_timeout(300)
    expect(seeker.page.get_by_role("listbox")).to_have_count(0)
    seeker.problems.clear()  # the browser reports the request that was cut
    seeker.moving(lambda: box.press("Enter"))
    assert asked(seeker.page)["q"] == "焊工"


def near(seeker: BrowserVisitor) -> Locator:
    return seeker.page.get_by_role("button", name="用我的位置")


def context_of(seeker: BrowserVisitor) -> BrowserContext:
    return seeker.page.context


def test_the_position_finds_what_is_near_and_is_no_dwelling(seeker):
    context_of(seeker).grant_permissions(["geolocation"])
    context_of(seeker).set_geolocation(JINAN)
    seeker.open("/postings?q=焊工&region=370102&wage=5000&sort=date")
    expect(near(seeker)).to_have_accessible_description(re.compile("100 米"))
    seeker.moving(near(seeker).click)
    assert asked(seeker.page) == {"q": "焊工", "wage": "5000", "near": AS_ON_A_MAP, "km": "10", "sort": "distance"}
    assert "在我附近" in seeker.text
    box = seeker.page.get_by_role("combobox", name="职位、技能或单位")
    answer_with(seeker.page, ("地点", "青岛市", "370200"))
    box.fill("青岛")
    expect(options(seeker.page)).to_have_count(1)
    seeker.moving(options(seeker.page).first.click)
    assert asked(seeker.page) == {"wage": "5000", "region": "370200"}, "a place chosen afterwards takes the position's stead"


def test_beyond_the_border_the_position_is_as_it_is(seeker):
    context_of(seeker).grant_permissions(["geolocation"])
    context_of(seeker).set_geolocation({"longitude": 2.3522, "latitude": 48.8566})
    seeker.open("/")
    seeker.moving(near(seeker).click)
    assert asked(seeker.page)["near"] == "2.352,48.857"


def test_a_refused_position_says_what_to_do_instead(seeker):
    context_of(seeker).clear_permissions()
    seeker.open("/")
    near(seeker).click()
    expect(seeker.page.get_by_role("status").filter(has_text="没有得到使用位置的许可")).to_contain_text("在“地点”里选一个区县，再按“搜索”")
    assert seeker.path == "/"


def test_without_javascript_nothing_is_promised_that_cannot_be_kept(place):
    visitor = place.visitor(script=False)
    assert isinstance(visitor, BrowserVisitor)
    visitor.open("/")
    expect(near(visitor)).to_have_count(0)
    expect(visitor.page.get_by_role("combobox", name="职位、技能或单位")).to_have_count(0)
    visitor.fill({"职位、技能或单位": "焊工"})
    visitor.choose("地点", "历下区")
    visitor.press("搜索")
    assert asked(visitor.page) == {"q": "焊工", "region": "370102"}
