"""What leaves fits the schema, names nobody, and is the same however often it is asked for."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.postings import make_forwarded, make_posting
from webapp.db import new_key, today
from webapp.outlets import items, replies, schema
from webapp.outlets.models import Format
from webapp.outlets.replies import NotAReply
from webapp.outlets.words import blocks
from webapp.postings import showing
from webapp.postings.models import Posting
from webapp.reference.models import Education, EmploymentType, WageUnit

pytestmark = pytest.mark.usefixtures("database")
TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20)


def test_a_direct_posting_says_all_eleven_elements() -> None:
    told = items.item(make_posting(occupation="6-18-02-04"), 7)
    assert schema.fault(told) == ""
    assert told["version"] == 7 and told["directApply"] and told["source"] == {"name": "本平台", "forwarded": False}
    assert (told["title"], told["totalJobOpenings"], told["employmentType"], told["employmentTypeName"]) == ("电焊工", 5, "FULL_TIME", "全职")
    assert told["hiringOrganization"]["description"] and told["laborProtection"] and told["occupationalHazards"] and told["socialInsurance"]
    assert told["baseSalary"]["value"] == {"@type": "QuantitativeValue", "unitText": "MONTH", "minValue": 6000, "maxValue": 8000}
    assert told["jobLocation"]["regionCode"] == "370102" and told["jobLocation"]["address"]["streetAddress"] == "工业南路 88 号"
    assert told["qualifications"].startswith("学历：初中及以上") and told["experienceRequirements"]["monthsOfExperience"] == 12


def test_a_forwarded_posting_names_its_source_and_makes_nothing_up() -> None:
    told = items.item(make_forwarded(), 1)
    assert schema.fault(told) == ""
    assert told["source"] == {"name": "齐鲁人才网", "datePosted": "2026-10", "forwarded": True}
    assert not told["directApply"] and told["salaryText"] == "面议"
    assert {"baseSalary", "totalJobOpenings", "skills", "employmentType", "laborProtection"}.isdisjoint(told)


def test_a_tombstone_fits_and_carries_nothing_else() -> None:
    told = items.tombstone(new_key(), 3)
    assert schema.fault(told) == "" and set(told) == {"identifier", "removed", "version"}


@settings(max_examples=200, deadline=None)
@given(
    st.builds(
        dict,
        title=TEXT.filter(bool),
        duties=TEXT,
        requirements=TEXT,
        skills=st.lists(TEXT, max_size=3),
        benefits=st.lists(TEXT, max_size=3),
        headcount=st.none() | st.integers(0, 5000),
        education=st.none() | st.sampled_from([level.value for level in Education]),
        experience_years=st.none() | st.integers(0, 50),
        employment_type=st.none() | st.sampled_from(EmploymentType),
        wage_unit=st.none() | st.sampled_from(WageUnit),
        wage_low=st.none() | st.decimals(0, 99999, places=2),
        wage_high=st.none() | st.decimals(0, 99999, places=2),
        wage_months=st.none() | st.integers(13, 24),
        wage_text=TEXT,
        insurance=TEXT,
        protection=TEXT,
        hazards=TEXT,
        employer_about=TEXT,
        address=TEXT,
        source_on=st.sampled_from(["", "2018", "2018-03", "2018-03-02"]),
    )
)
def test_whatever_an_open_posting_says_fits_the_schema(said: dict[str, object]) -> None:
    posting = Posting(
        id=new_key(),
        version=1,
        employer_name="济南甲乙机械有限公司",
        region="370102",
        county_name="",
        valid_from=today(),
        valid_through=today(),
        **said,
    )
    posting.source_id, posting.source_title, posting.wage_assumed = (new_key() if said["source_on"] else None), "", False
    told = items.item(posting, 1)
    assert schema.fault(told) == ""
    assert json.loads(items.line(Format.JSONL, told)) == json.loads(json.dumps(told, default=str))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) for cell in map(items._cell, said.values()))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": ""}, "title"),
        ({"version": 0}, "version"),
        ({"identifier": "7"}, "identifier"),
        ({"datePosted": "2026-02-30"}, "datePosted"),
        ({"phone": "13900000000"}, "岗位"),
        ({"totalJobOpenings": 0}, "totalJobOpenings"),
        ({"employmentType": "SLAVE"}, "employmentType"),
        ({"jobLocation": {"@type": "Place"}}, "jobLocation"),
    ],
)
def test_what_does_not_fit_is_named_by_its_field_and_no_value_is_repeated(change: dict[str, object], place: str) -> None:
    wrong = schema.fault({**items.item(make_posting(), 1), **change})
    assert wrong.startswith(f"不符合数据规范：{place}") and "13900000000" not in wrong


def test_every_field_of_the_schema_is_told_and_explained() -> None:
    """No field stands in the schema that nothing fills, and each has a Chinese name."""
    full = items.item(make_posting(occupation="6-18-02-04", valid_through=today() + timedelta(days=3)), 1)
    full = {**full, "source": items.item(make_forwarded(source_on="2018"), 1)["source"]}
    paths = {field.path for field in schema.fields("posting")}
    assert paths - set(_paths(full)) == set()
    assert all(field.title != field.path.rpartition(".")[2] for field in (*schema.fields("posting"), *schema.fields("removed")))


def _paths(told: object, before: str = "") -> list[str]:
    if not isinstance(told, dict):
        return []
    return [path for name, value in told.items() for path in (f"{before}{name}", *_paths(value, f"{before}{name}."))]


class TestReplies:
    @settings(max_examples=300, deadline=None)
    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)))
    def test_anything_may_come_and_nothing_breaks(self, said: object) -> None:
        try:
            reply = replies.read(json.dumps(said))
        except NotAReply:
            return
        assert reply.words == () or isinstance(said, dict)

    @settings(max_examples=200, deadline=None)
    @given(st.binary(max_size=200))
    def test_any_bytes_may_come(self, said: bytes) -> None:
        with pytest.raises(NotAReply):
            replies.read(said if said[:1] != b"{" else b"x" + said)

    def test_a_nest_without_end_is_no_reply(self) -> None:
        with pytest.raises(NotAReply):
            replies.read("[" * 100_000)

    def test_what_is_too_long_is_cut_and_what_no_screen_shows_goes(self) -> None:
        key = new_key()
        reply = replies.read(json.dumps({"receipts": [{"identifier": str(key), "receipt": "R\x00\n" + "9" * 500}], "receipt": 7}))
        word = reply.about(key, 1)
        assert word is not None and len(word.text) == 80 and "\x00" not in word.text and reply.receipt == "7"

    def test_a_word_about_another_version_is_about_another_item(self) -> None:
        key = new_key()
        reply = replies.read(json.dumps({"receipts": [{"identifier": str(key), "version": 3, "receipt": "R"}]}))
        assert reply.about(key, 2) is None and reply.about(key, 3) is not None

    def test_more_words_than_a_shipment_holds_are_no_reply(self) -> None:
        with pytest.raises(NotAReply):
            replies.read(json.dumps({"receipts": [{"identifier": str(new_key())}] * 1001}))


class TestWords:
    def test_ten_postings_make_a_message_and_each_says_that_it_is_free(self) -> None:
        cards = [showing.card(make_posting(title=f"电焊工{number}", wage_low=Decimal(6000))) for number in range(11)]
        first, second = blocks("历下区零工市场", cards, "https://jobs.example.com/outlets/lixia", on=date(2026, 11, 28))
        assert first.startswith(
            "【历下区零工市场】招聘信息 11月28日（1/2）\n\n1. 电焊工0　6000–8000元/月　招 5 人\n济南甲乙机械有限公司　济南市历下区"
        )
        assert "11. 电焊工10" in second and all("12333" in text and "https://jobs.example.com/outlets/lixia" in text for text in (first, second))

    def test_a_forwarded_one_names_its_source(self) -> None:
        (text,) = blocks("市场", [showing.card(make_forwarded())], "", on=today())
        assert "来源：齐鲁人才网" in text

    def test_nothing_makes_no_message(self) -> None:
        assert blocks("市场", [], "", on=today()) == []
