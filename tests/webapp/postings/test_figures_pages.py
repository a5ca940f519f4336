import re

from tests.factories.accounts import make_staff
from tests.factories.postings import make_forwarded, make_posting
from tests.webapp.pages import read
from tests.webapp.pages import words as words_of
from webapp.access import Role
from webapp.postings.models import PostingState


def test_every_number_of_the_figures_page_opens_that_many_rows(client, sign_in):
    make_posting()
    make_posting(region="370103", state=PostingState.PAUSED)
    make_forwarded(region="370100")
    make_posting(region="370202")
    sign_in(client, make_staff(Role.LEADER, "370100"))
    page = read(client.get("/figures"))
    assert "口径" in page.text
    numbers = {(words, href) for words, href in page.links.items() if href.startswith("/figures/postings")}
    assert len(numbers) >= 6
    for words, href in numbers:
        rows = read(client.get(href))
        count = re.match(r"[\d,]+", words)[0]
        assert f"共 {count} 个岗位" in rows.text, href


def test_a_headcount_nobody_stated_is_no_zero(client, sign_in):
    make_forwarded(region="370102", headcount=None)
    make_posting(region="370202", headcount=3)
    make_posting(region="370202", headcount=4)
    sign_in(client, make_staff(Role.LEADER, "370000"))
    page = read(client.get("/figures"))
    assert "招聘人数都没有写明" in page.text
    assert "写明的招聘人数 7 人" in page.text
    rows = {words_of(row) for row in page.all("tr")}
    assert any(row.startswith("济南市") and row.endswith("—") for row in rows)
    assert any(row.startswith("青岛市") and row.endswith("7") for row in rows)


def test_an_official_sees_the_figures_of_the_own_region_only(client, sign_in):
    make_posting(region="370202", title="青岛的岗位")
    sign_in(client, make_staff(Role.LEADER, "370100"))
    assert client.get("/figures?region=370200").status_code == 404
    assert client.get("/figures?region=370000").status_code == 404
    assert "青岛的岗位" not in read(client.get("/figures/postings?region=370200")).text
    assert client.get("/figures/postings?state=draft").status_code == 404
    assert client.get("/figures?region=370102").status_code == 200
