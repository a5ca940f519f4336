import io
from datetime import timedelta

from tests.factories.accounts import make_person
from tests.factories.inspection import make_inspector
from tests.factories.postings import make_forwarded
from tests.webapp.inspection.test_phones import HEAD, keep
from tests.webapp.pages import read
from webapp.db import today

LINE = {"region": "370102", "purpose": "rights", "number": "0531-10000001", "office": "历下区人社局", "hours": "工作日", "source": "区政府网站"}


def test_what_staff_keep_stands_on_every_posting_page_of_the_county(client, sign_in):
    posting, elsewhere = make_forwarded(), make_forwarded(region="370202", source_key="2")
    assert read(client.get(f"/postings/{posting.id}")).links["12333"] == "tel:12333"
    sign_in(client, make_inspector("370100"))
    client.post("/inspection/phones/new", data=LINE)
    page = read(client.get(f"/postings/{posting.id}"))
    assert page.links["0531-10000001"] == "tel:053110000001"
    assert "济南市历下区招聘维权、举报投诉（历下区人社局）" in page.text and "未核实" in page.text
    assert "0531-10000001" not in read(client.get(f"/postings/{elsewhere.id}")).text


def test_a_checked_number_carries_no_mark(client):
    posting = make_forwarded()
    keep("370102", "0531-10000001", checked_on=today())
    assert "未核实" not in read(client.get(f"/postings/{posting.id}")).text
    assert f"{today()} 核实" in read(client.get("/phones?region=370102")).text


def test_the_public_list_answers_for_a_region_and_for_none(client):
    keep("370100", "0531-10000001")
    assert "0531-10000001" in read(client.get("/phones?region=370102")).text
    assert "0531-10000001" not in read(client.get("/phones")).text
    for odd in ("999999", "'", "", "370102; DROP"):
        assert "12333" in read(client.get("/phones", query_string={"region": odd})).links


def test_a_line_is_changed_and_removed(client, sign_in):
    entry = keep("370102", "0531-10000001")
    sign_in(client, make_inspector("370100"))
    page = read(client.get(f"/inspection/phones/{entry.id}"))
    assert (page.fields["purpose"], page.fields["region"], page.fields["number"]) == ("rights", "370102", "0531-10000001")
    client.post(f"/inspection/phones/{entry.id}", data=LINE | {"number": "0531-1000 0002", "checked_on": f"{today()}"})
    page = read(client.get("/inspection/phones"))
    assert "0531-10000002" in page.text and f"{today()}" in page.text
    client.post(f"/inspection/phones/{entry.id}/remove")
    assert "还没有登记电话" in read(client.get("/inspection/phones")).text


def test_what_was_typed_wrongly_stays_typed(client, sign_in):
    keep("370102", "0531-10000009")
    sign_in(client, make_inspector("370100"))
    page = read(client.post("/inspection/phones/new", data=LINE | {"number": "请看网站", "checked_on": f"{today() + timedelta(days=1)}"}))
    assert page.fields["number"] == "请看网站" and page.fields["office"] == "历下区人社局"
    assert any("0531-88888888" in error for error in page.errors) and any("还没有到" in error for error in page.errors)
    page = read(client.post("/inspection/phones/new", data=LINE | {"number": "0531-10000009"}))
    assert any("已经有同一用途的这个号码" in error for error in page.errors)
    assert any("选择地区" in error for error in read(client.post("/inspection/phones/new", data=LINE | {"region": "370202"})).errors)


def imported(client, text: str, name: str = "phones.csv"):
    return client.post("/inspection/phones/import", data={"file": [(io.BytesIO(text.encode()), name)]}, content_type="multipart/form-data")


def test_a_file_is_imported_and_bad_lines_come_back_with_their_reason(client, sign_in):
    sign_in(client, make_inspector("370100"))
    page = read(imported(client, HEAD + "370102,rights,0531-10000001,,,,\n370202,rights,0532-10000001,,,,\n370102,rights,没有,,,,\n"))
    assert "新增 1 条，修改 0 条，不变 0 条；2 行没有导入" in page.text
    assert "第 3 行：370202 不在您管辖的区域内" in page.text and "第 4 行：电话要写成" in page.text
    answer = imported(client, HEAD + "370102,rights,0531-10000001,,,,\n")
    assert answer.status_code == 303
    assert any("缺少列" in error for error in read(imported(client, "a,b\n")).errors)
    assert any("请选择文件" in error for error in read(client.post("/inspection/phones/import")).errors)
    assert client.get("/inspection/phones/template.csv").data.decode("utf-8-sig").startswith("地区代码,用途,电话")


def test_another_districts_line_is_not_found(client, sign_in):
    entry = keep("370202", "0532-10000001")
    province = keep("370000", "0531-10000000")
    sign_in(client, make_inspector("370100"))
    page = read(client.get("/inspection/phones"))
    assert "0532-10000001" not in page.text and "0531-10000000" not in page.text
    for one in (entry, province):
        assert client.get(f"/inspection/phones/{one.id}").status_code == 404
        assert client.post(f"/inspection/phones/{one.id}", data=LINE).status_code == 404
        assert client.post(f"/inspection/phones/{one.id}/remove").status_code == 404
    sign_in(client, make_person())
    assert client.get("/inspection/phones").status_code == 403
