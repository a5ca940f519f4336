from decimal import Decimal

import pytest

from tests.factories.sources import row
from webapp.reference.models import WageUnit
from webapp.sources.models import RefusalReason
from webapp.sources.rows import RowReader, RowRefused, digest_of, education_rank, experience_years

pytestmark = pytest.mark.usefixtures("database")


def content(**changes):
    return RowReader(None).read(row(**changes)).content


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": ""}, RefusalReason.NO_TITLE),
        ({"title": "<br>"}, RefusalReason.NO_TITLE),
        ({"company": "--"}, RefusalReason.NO_EMPLOYER),
        ({"region_code": ""}, RefusalReason.NO_PLACE),
        ({"region_code": "419001000"}, RefusalReason.NO_PLACE),
        ({"region_code": "999999"}, RefusalReason.NO_PLACE),
        ({"region_code": "370000"}, RefusalReason.NO_PLACE),
        ({"region_code": "37010"}, RefusalReason.NO_PLACE),
        ({"region_code": "３７０１０２"}, RefusalReason.NO_PLACE),
        ({"id": " "}, RefusalReason.BROKEN_ROW),
        ({"id": "x" * 81}, RefusalReason.BROKEN_ROW),
        ({"source": ""}, RefusalReason.BROKEN_ROW),
        ({"title": "", "company": "", "region_code": ""}, RefusalReason.NO_TITLE),
    ],
)
def test_a_row_without_what_a_forwarded_posting_needs_is_refused_with_its_reason(changes, reason):
    with pytest.raises(RowRefused) as refusal:
        RowReader(None).read(row(**changes))
    assert refusal.value.reason is reason


@pytest.mark.parametrize("code", ["370100", "370102", "370199", "110105", "440103", "659001"])
def test_a_county_nobody_knows_of_a_known_prefecture_is_a_place(code):
    assert content(region_code=code)["region"] == code


def test_the_named_source_wins_over_the_column():
    assert RowReader("市人社局").read(row()).source == "市人社局"
    assert RowReader(None).read(row()).source == "齐鲁人才网"


def test_what_the_source_did_not_say_stays_empty():
    bare = dict.fromkeys(row(), "") | {"id": "1", "source": "s", "title": "焊", "company": "c", "region_code": "370102"}
    said = RowReader(None).read(bare).content
    assert {name for name, value in said.items() if value not in (None, "", [], False)} == {"title", "employer_name", "region", "source_title"}


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("", None), ("90", None), ("学历不限", 0), ("不限制", 0), ("初中及以下", 0), ("小学", 10), ("初中", 20), ("普通高中", 30), ("职业高中", 35),
        ("中专/中技", 35), ("中技/中专", 35), ("中等专科", 35), ("技工学校", 35), ("高中/中专", 30), ("大专", 40), ("大学专科", 40), ("本科", 50),
        ("统招本科", 50), ("大学本科", 50), ("硕士研究生", 60), ("研究生", 60), ("博士研究生", 70), ("大专及以上", 40),
    ],
)  # fmt: skip
def test_education_is_the_lowest_level_named(text, rank):
    assert education_rank(text) == rank


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("", None), ("5天/周 3个月", None), ("经验不限", 0), ("无工作经验", 0), ("在校/应届", 0), ("1年以下", 0), ("1年以内", 0), ("1-3年", 1),
        ("3-4年经验", 3), ("5-10年", 5), ("10年以上经验", 10), ("三年以上", 3), ("2年", 2),
    ],
)  # fmt: skip
def test_experience_is_the_fewest_years_asked_for(text, years):
    assert experience_years(text) == years


def test_a_wage_is_read_from_its_wording_first():
    said = content(salary_text="8千-1.2万·14薪", salary_min="1", salary_max="2")
    assert (said["wage_low"], said["wage_high"], said["wage_months"], said["month_low"]) == (8000, 12000, 14, 8000)


def test_figures_without_a_wording_are_months_and_assumed():
    said = content(salary_text="", salary_min="6000", salary_max="9000.0", salary_months="13")
    assert (said["wage_unit"], said["wage_assumed"], said["wage_low"], said["wage_high"], said["wage_months"]) == (
        WageUnit.MONTH,
        True,
        6000,
        9000,
        13,
    )


@pytest.mark.parametrize("months", ["inf", "nan", "1e400"])
def test_a_figure_without_an_end_is_none_and_breaks_no_import(months):
    said = content(salary_text="", salary_min="6000", salary_max="inf", salary_months=months)
    assert (said["wage_low"], said["wage_high"], said["wage_months"]) == (6000, None, None)


def test_a_wage_by_day_is_comparable_by_month():
    said = content(salary_text="200元/天")
    assert (said["wage_unit"], said["wage_low"], said["month_low"]) == (WageUnit.DAY, 200, 4350)


def test_a_wage_is_read_to_the_fen():
    said = content(salary_text="计件0.06元—0.15元/件")
    assert (said["wage_unit"], str(said["wage_low"]), str(said["wage_high"])) == (WageUnit.PIECE, "0.06", "0.15")


def test_the_digest_of_a_row_tells_wages_by_their_value():
    digests = {text: RowReader(None).read(row(salary_text=text)).digest for text in ("22元/小时", "22.5元/小时", "22.50元/小时")}
    assert len(set(digests.values())) == 3  # the wording is a part of the row
    one, other = (content(salary_text="22.5元/小时") | {"wage_low": low} for low in (Decimal("22.5"), Decimal("22.50")))
    assert digest_of(one) == digest_of(other)
    assert digest_of(one) != digest_of(one | {"wage_low": Decimal(22)})
    assert digest_of(content() | {"wage_low": 5000}) == digest_of(content())


def test_negotiable_stays_negotiable_whatever_the_figures_say():
    said = content(salary_text="面议", salary_min="3000", salary_max="4000")
    assert (said["wage_low"], said["month_low"], said["wage_text"]) == (None, None, "面议")


@pytest.mark.parametrize(
    ("lon", "lat", "kept"),
    [
        ("117.0", "36.6", True), ("0", "0", False), ("-0.0155", "-0.0027", False), ("36.6", "117.0", False), ("117.0", "", False),
        ("x", "y", False), ("nan", "nan", False),
    ],
)  # fmt: skip
def test_a_point_outside_the_country_is_no_point(lon, lat, kept):
    said = content(lon=lon, lat=lat)
    assert (said["lon"] is not None, said["lat"] is not None) == (kept, kept)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("2026-03-01", "2026-03-01"), ("2026/3/1", "2026-03-01"), ("2018-03", "2018-03"), ("2019", "2019"), ("昨天", ""), ("2026-13-01", ""), ("", "")],
)
def test_the_sources_own_date_is_kept_as_exactly_as_it_was_given(sent, kept):
    assert content(posted=sent)["source_on"] == kept


def test_only_a_title_that_surely_names_an_occupation_is_coded():
    assert content(title="焊工")["occupation"] == "6-18-02-04"
    assert content(title="焊工（急招）")["occupation"] == "6-18-02-04"


def test_texts_are_cut_at_the_width_of_their_columns_and_the_description_is_not():
    said = content(title="长" * 200, company="司" * 200, address="路" * 300, district="区" * 90, description="述" * 9000)
    assert [len(said[name]) for name in ("title", "employer_name", "address", "county_name", "duties")] == [120, 120, 200, 60, 9000]
