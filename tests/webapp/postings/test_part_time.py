"""An hourly wage of 非全日制 work is no full-time pay: filter, order, card and page reckon it alike."""

from decimal import Decimal

import pytest

import search.current
from tests.factories.postings import make_forwarded, make_posting
from tests.webapp.pages import read
from webapp.postings import indexing
from webapp.reference.models import EmploymentType, WageUnit

pytestmark = pytest.mark.usefixtures("database")
HOURLY = {"wage_unit": WageUnit.HOUR, "wage_low": Decimal(29), "wage_high": Decimal(32)}


def test_the_month_of_part_time_work_is_by_24_hours_a_week_and_of_others_as_before():
    posting = make_posting(employment_type=EmploymentType.PART_TIME, **HOURLY)
    assert (posting.month_low, posting.month_high) == (3020, 3330)
    posting = make_posting(employment_type=EmploymentType.TEMPORARY, **HOURLY)
    assert (posting.month_low, posting.month_high) == (5050, 5570)


def test_filter_order_card_and_page_agree(client):
    part_time = make_posting(title="半天班", employment_type=EmploymentType.PART_TIME, **HOURLY)
    make_posting(title="整月班", wage_low=4000, wage_high=4000)
    search.current.engine().rebuild(indexing.every_open())
    page = read(client.get("/postings?sort=wage"))
    assert page.text.index("整月班") < page.text.index("半天班")
    note = "约3020–3330元/月，按每周24小时估算"
    assert note in page.text
    assert "半天班" not in read(client.get("/postings?wage=4000")).text
    assert note in read(client.get(f"/postings/{part_time.id}")).text


def test_a_forwarded_row_that_names_no_type_is_reckoned_as_before(client):
    row = make_forwarded(wage_unit=WageUnit.HOUR, wage_low=Decimal(20), wage_high=Decimal(20), wage_text="20元/小时", month_low=3480, month_high=3480)
    page = read(client.get(f"/postings/{row.id}"))
    assert "约3480元/月" in page.text
    assert "按每周" not in page.text
