"""What an employer meets on the pages: upload, check, confirm, take back; and what another employer does not."""

import pytest
from sqlalchemy import select

from tests.factories.accounts import make_person
from tests.factories.bulk import by_heading, carry_out, csv_file, make_upload, read_back, row_of, table_file
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.files import WORKBOOK, as_upload
from tests.factories.reference import set_parameter
from tests.webapp.pages import read
from webapp import files
from webapp.access import Actor, Role
from webapp.bulk.models import Aim, BulkUpload, UploadState
from webapp.db import session, transaction
from webapp.employers import operations as employers
from webapp.employers.models import EmployerState
from webapp.employers.queries import membership_of
from webapp.files import StoredFile
from webapp.postings.models import Posting
from webapp.web import found

GOOD, WRONG = row_of(), row_of(title="会计", wage_low="面议")


def send(client, content, name="岗位.xlsx", **fields):
    return client.post("/employer/bulk", data={"file": as_upload(content, name), **fields}, content_type="multipart/form-data")


def only(model):
    with transaction():
        return session().scalars(select(model)).one()


@pytest.fixture
def employer(app, client, sign_in):
    made = make_employer()
    sign_in(client, owner_of(made))
    return made


def test_the_way_begins_beside_the_single_posting(client, employer):
    assert read(client.get("/employer/postings")).links["批量发布"] == "/employer/bulk"
    page = read(client.get("/employer/bulk"))
    assert "一次最多 500 个" in page.text and "最大 5 MB" in page.text and "还没有上传过" in page.text
    answer = client.get(page.links["下载模板"])
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert "attachment" in answer.headers["Content-Disposition"] and read_back(answer.data)[0][0] == "岗位名称 *"


def test_a_table_is_checked_confirmed_and_carried_out(client, employer):
    sent = send(client, table_file(GOOD, WRONG, row_of(title="保安", headcount="")))
    assert sent.status_code == 303
    page = read(client.get(sent.location))
    assert page.h1 == "核对批量岗位"
    assert "面议" not in page.text and "最低工资要写成数字" in page.text and "第 3 行" in page.text
    assert only(BulkUpload).state is UploadState.CHECKED
    key = only(BulkUpload).id
    confirmed = client.post(f"/employer/bulk/{key}/confirm", data={"aim": "submit"})
    assert confirmed.status_code == 303
    assert "还有 1 个岗位要处理" in read(client.get(confirmed.location)).text
    carry_out(only(BulkUpload))
    page = read(client.get(confirmed.location))
    assert page.h1 == "批量发布结果" and "已提交审核" in page.text
    assert page.links["电焊工"] == f"/employer/postings/{only(Posting).id}"


def test_rows_that_are_wrong_are_taken_back_mended_and_sent_again(client, employer):
    sent = send(client, table_file(GOOD, WRONG))
    rows = by_heading(client.get(read(client.get(sent.location)).links["下载有问题的 1 行"]).data)
    assert rows[0]["岗位名称"] == "会计" and rows[0]["出错原因"].startswith("最低工资要写成数字")
    client.post(f"{sent.location}/confirm", data={"aim": "submit"})
    carry_out(only(BulkUpload))
    again = send(client, table_file(GOOD, row_of(title="会计")))
    page = read(client.get(again.location))
    assert "提交审核：1 个" in page.text and "现在是审核中" in page.text


def test_a_table_that_was_uploaded_before_says_so_and_offers_nothing_to_confirm(client, employer):
    carry_out(make_upload(employer, GOOD, aim=Aim.SUBMIT))
    page = read(client.get(send(client, table_file(GOOD)).location))
    assert "这些岗位以前都上传过" in page.text and page.links["电焊工"]
    assert not [action for action in page.actions if action.endswith("/confirm")]


def test_each_group_of_rows_can_be_looked_at(client, employer):
    upload = make_upload(employer, GOOD, WRONG)
    page = read(client.get(f"/employer/bulk/{upload.id}?rows=wrong"))
    assert "第 3 行" in page.text and "第 2 行" not in page.text
    assert "第 2 行" in read(client.get(f"/employer/bulk/{upload.id}?rows=nonsense")).text


def test_an_unverified_employer_is_offered_drafts_only(client, sign_in):
    employer = make_employer(state=EmployerState.PENDING)
    sign_in(client, owner_of(employer))
    upload = make_upload(employer, GOOD)
    page = read(client.get(f"/employer/bulk/{upload.id}"))
    assert "单位还没有通过核验" in page.text and "都存为草稿：1 个" in page.text and "提交审核：" not in page.text
    refused = client.post(f"/employer/bulk/{upload.id}/confirm", data={"aim": "submit"})
    assert "单位还没有通过核验" in read(client.get(refused.location)).text
    assert only(BulkUpload).state is UploadState.CHECKED


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "空.xlsx", "文件是空的"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "旧.xls", "旧格式（.xls）或加了密码"),
        (b"%PDF-1.4 x", "a.pdf", "文件不能识别，请上传 Excel 表格、CSV 文件"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a.png", "文件不能识别"),
        (WORKBOOK, "假.xlsx", "已经损坏"),
        (b"PK\x03\x04 not a zip", "假.xlsx", "文件不能识别"),
        ("随便写的一段话".encode(), "a.csv", "没有找到列名"),
        ("岗位名称,人数,工作内容\n".encode("utf-16"), "a.csv", "文件不能识别"),
    ],
)
def test_what_is_no_table_is_refused_in_words_and_nothing_is_kept(client, employer, content, name, message):
    page = read(send(client, content, name))
    assert any(message in error for error in page.errors), page.errors
    with transaction():
        assert session().scalars(select(StoredFile)).all() == []


def test_no_file_at_all_is_asked_for(client, employer):
    assert read(client.post("/employer/bulk", data={})).errors


def test_a_file_that_is_too_large_is_refused_with_the_figure(client, employer):
    """By a limit that a small file passes: the test client leaves a large one open."""
    set_parameter("bulk_file_megabytes_max", "0")
    page = read(send(client, csv_file(GOOD), "大.csv"))
    assert any("文件超过 0 MB" in error for error in page.errors)


def test_too_many_files_a_day_are_refused(client, employer):
    set_parameter("bulk_files_per_day", "1")
    assert send(client, table_file(GOOD)).status_code == 303
    assert any("每天最多上传 1 个文件" in error for error in read(send(client, table_file(GOOD))).errors)


def test_a_csv_file_of_gb18030_is_taken(client, employer):
    page = read(client.get(send(client, csv_file(GOOD, encoding="gb18030"), "岗位.csv").location))
    assert "提交审核：1 个" in page.text and "岗位.csv" in page.text


def test_columns_that_were_not_read_are_named(client, employer):
    page = read(client.get(send(client, table_file(GOOD, more={"x": "招聘部门"})).location))
    assert "这些列不认得" in page.text and "招聘部门" in page.text


def test_another_employers_table_is_not_found(client, sign_in, app):
    upload = make_upload(make_employer(), GOOD, WRONG)
    sign_in(client, owner_of(make_employer(name="青岛丙丁食品有限公司")))
    for path in ("", "/returned"):
        assert client.get(f"/employer/bulk/{upload.id}{path}").status_code == 404
    assert client.post(f"/employer/bulk/{upload.id}/confirm", data={"aim": "submit"}).status_code == 404
    assert "岗位.xlsx" not in read(client.get("/employer/bulk")).text
    assert only(BulkUpload).state is UploadState.CHECKED


def test_who_left_the_employer_does_not_find_its_tables_any_more(client, sign_in):
    left, person = make_employer(), owner_of(make_employer(name="青岛丙丁食品有限公司"))
    make_member(left, person)
    upload = make_upload(left, GOOD)
    sign_in(client, person)
    assert client.get(f"/employer/bulk/{upload.id}").status_code == 200
    with transaction():
        employers.remove_member(found(membership_of(left.id, person.id)), by=Actor.SYSTEM)
    assert client.get(f"/employer/bulk/{upload.id}").status_code == 404


def test_with_several_employers_one_is_chosen(client, sign_in):
    owner = owner_of(make_employer())
    second = make_employer(owner=owner, name="青岛丙丁食品有限公司")
    sign_in(client, owner)
    assert any("请选择发布单位" in error for error in read(send(client, table_file(GOOD))).errors)
    assert any("请在列表中选择" in error or "请选择" in error for error in read(send(client, table_file(GOOD), employer="x")).errors)
    assert send(client, table_file(GOOD), employer=str(second.id)).status_code == 303
    assert only(BulkUpload).employer_id == second.id
    assert "青岛丙丁食品有限公司" in read(client.get("/employer/bulk")).text


def test_a_strange_aim_is_not_found(client, employer):
    upload = make_upload(employer, GOOD)
    assert client.post(f"/employer/bulk/{upload.id}/confirm", data={"aim": "open"}).status_code == 404


def test_without_rows_to_mend_there_is_no_file_to_take_back(client, employer):
    upload = make_upload(employer, GOOD)
    assert client.get(f"/employer/bulk/{upload.id}/returned").status_code == 404


def test_a_file_that_the_folder_lost_is_gone(client, employer):
    upload = make_upload(employer, WRONG)
    files.remove([only(StoredFile).id])
    assert client.get(f"/employer/bulk/{upload.id}/returned").status_code == 410


def test_the_file_is_sealed_on_the_disk_and_kept_for_its_days(client, employer, settings):
    set_parameter("bulk_kept_days", "30")
    content = csv_file(row_of(duties="只有我们知道的焊接工艺"))
    send(client, content, "岗位.csv")
    stored = only(StoredFile)
    assert files.read(stored) == content and stored.keep_through is not None
    assert "只有我们知道".encode() not in b"".join(path.read_bytes() for path in settings.files.rglob("*") if path.is_file())


def test_whoever_has_no_employer_yet_is_led_to_register_one(client, sign_in):
    sign_in(client, make_person(role=Role.EMPLOYER_OWNER))
    assert read(client.get("/employer/bulk")).links["登记用人单位"] == "/employer/register"
    assert send(client, table_file(GOOD)).status_code == 200
