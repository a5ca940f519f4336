import io
from uuid import uuid4

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from tests.factories.accounts import make_staff
from tests.factories.postings import make_forwarded
from tests.factories.reference import set_parameter
from tests.factories.sources import json_lines, make_key, make_node, node_values, row, send, stored_batch
from tests.webapp.pages import read
from webapp.access import Role
from webapp.db import new_key, now, reading, session, transaction
from webapp.ledger import Entry
from webapp.postings.models import Posting, PostingState
from webapp.sources import receiving
from webapp.sources.models import Batch, BatchState, PostingConflict, Source
from webapp.sources.workbooks import Workbook

URL = "/api/sources/batches"


@pytest.fixture
def node(database):
    return make_node()


@pytest.fixture
def admin(client, sign_in, node):
    sign_in(client, make_staff(Role.SYSTEM_ADMIN, "370100"))
    return client


def push(client, secret, content, *, key="k-1", mode="delta", **headers):
    sent = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key} | headers
    return client.post(f"{URL}?mode={mode}", data=content, headers=sent, csrf=False)


@pytest.fixture
def secret(node):
    return make_key(node)[1]


def test_a_node_pushes_a_batch_and_reads_its_receipt(client, secret):
    answer = push(client, secret, json_lines([row(1), row(2, title="")]))
    assert (answer.status_code, answer.json["state"]) == (202, "waiting")
    with reading():
        batch = session().scalars(select(Batch)).one()
    assert answer.headers["Location"].endswith(f"{URL}/{batch.id}")
    receiving.carry_out(batch.id, lambda: None)
    got = client.get(f"{URL}/{batch.id}", headers={"Authorization": f"Bearer {secret}"}).json
    assert (got["state"], got["rows"], got["added"], got["refused"]) == ("done", 2, 1, 1)
    assert got["reasons"] == [{"reason": "no_title", "label": "缺岗位名称", "rows": 1, "lines": [2]}]
    file = client.get(f"{URL}/{batch.id}/refused.csv", headers={"Authorization": f"Bearer {secret}"}, buffered=True)
    assert "拒收原因" in file.get_data(as_text=True)


def test_a_nodes_name_is_cleaned_as_a_file_would_name_it(admin):
    admin.post("/sources/new", data=node_values(name=" 历下　区  市场 "))
    with reading():
        assert "历下 区 市场" in session().scalars(select(Source.name)).all()
    assert "请填写节点名称" in admin.post("/sources/new", data=node_values(name="\u200b ")).get_data(as_text=True)


def test_the_same_key_answers_the_same_receipt_and_keeps_no_second_file(client, secret, settings):
    first, again = (push(client, secret, json_lines([row(1)])) for _ in range(2))
    assert (first.status_code, again.status_code, first.json["id"]) == (202, 200, again.json["id"])
    assert len(list((settings.shared / "batches").iterdir())) == 1
    other = push(client, secret, json_lines([row(2)]))
    assert (other.status_code, other.json["error"]) == (409, "key_reused")
    assert len(list((settings.shared / "batches").iterdir())) == 1


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"key": ""}, 400, "no_key"),
        ({"key": "k" * 81}, 400, "no_key"),
        ({"mode": "all"}, 400, "no_mode"),
        ({"content": b""}, 400, "not_readable"),
        ({"content": b"\x1f\x8bbroken"}, 400, "not_readable"),
        ({"secret": "zlk_wrong"}, 401, "unauthorized"),
        ({"secret": ""}, 401, "unauthorized"),
    ],
)
def test_what_is_not_taken_is_said_in_chinese_and_changes_nothing(client, secret, change, status, error):
    sent = {"secret": secret, "content": json_lines([row(1)]), "key": "k-1", "mode": "delta"} | change
    answer = push(client, sent["secret"], sent["content"], key=sent["key"], mode=sent["mode"])
    assert (answer.status_code, answer.json["error"]) == (status, error)
    assert answer.json["message"]
    with reading():
        assert session().scalars(select(Batch)).all() == []


def test_a_body_that_is_too_large_is_not_read_to_its_end(client, secret):
    from tests.factories.reference import set_parameter

    set_parameter("node_batch_bytes_max", "1048576")
    answer = push(client, secret, b"x" * (2 << 20))
    assert (answer.status_code, answer.json["error"]) == (413, "too_large")


def test_a_revoked_key_and_a_suspended_node_are_refused(client, admin, node):
    key, secret = make_key(node)
    assert push(client, secret, json_lines([row(1)])).status_code == 202
    assert admin.post(f"/sources/{node.id}/suspend", data={"reason": "停业"}).status_code == 303
    assert push(client, secret, json_lines([row(2)]), key="k-2").status_code == 403
    admin.post(f"/sources/{node.id}/resume")
    admin.post(f"/sources/{node.id}/keys/{key.id}/revoke")
    assert push(client, secret, json_lines([row(2)]), key="k-2").status_code == 401


def test_a_node_sees_its_own_batches_and_no_other(client, secret):
    other = make_node("青岛零工圈", region="370200")
    batch = send(other, [row(1, title="")])
    for path in (f"{URL}/{batch.id}", f"{URL}/{batch.id}/refused.csv", f"{URL}/{uuid4()}"):
        assert client.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code == 404


def test_a_key_opens_no_page_and_a_session_no_route_of_nodes(client, admin, secret, node):
    batch = send(node, [row(1)])
    assert admin.get(f"{URL}/{batch.id}").status_code == 401
    client.delete_cookie("session")
    assert client.get("/sources", headers={"Authorization": f"Bearer {secret}"}).status_code == 303


def test_the_published_schema_names_every_column_and_the_templates_open(client, tmp_path):
    schema = client.get("/api/sources/row.schema.json").json
    assert schema["properties"]["title"]["title"] == "岗位名称"
    assert schema["anyOf"][0]["required"] == ["id", "title", "company", "region_code"]
    path = tmp_path / "t.xlsx"
    path.write_bytes(client.get("/api/sources/template.xlsx").data)
    assert Workbook(path).header[:2] == ["id", "title"]
    assert client.get("/api/sources/template.csv").data.startswith(b"\xef\xbb\xbf")
    assert "岗位归集接入说明" in read(client.get("/sources/guide")).h1


# staff


def test_a_node_is_kept_and_its_contact_stands_nowhere_in_plain(admin, settings):
    answer = admin.post("/sources/new", data=node_values())
    assert answer.status_code == 303
    page = read(admin.get(answer.headers["Location"]))
    assert "历下区人力资源市场" in page.h1 and "15900001111" not in page.text
    shown = read(admin.post(answer.headers["Location"] + "/contact"))
    assert "15900001111" in shown.text
    with reading():
        assert session().scalars(select(Entry).where(Entry.event == "SourceContactShown")).one()
    assert b"15900001111" not in b"".join(path.read_bytes() for path in settings.var.glob("zhilu.db*"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "请填写节点名称"),
        ({"name": "齐鲁人才网"}, "已经有一个叫这个名称的节点"),
        ({"priority": "100"}, "1 到 99"),
        ({"region": "370202"}, "所属地区"),
        ({"pull_url": "https://evil.cn/a"}, "不在允许拉取的名单里"),
    ],
)
def test_what_is_typed_wrongly_is_said_and_kept(admin, change, says):
    page = read(admin.post("/sources/new", data=node_values(address="x") | change))
    assert says in " ".join(page.errors)
    assert page.fields["contact"] == "郝联络 15900001111"


def test_a_secret_is_shown_once(admin, node):
    page = read(admin.post(f"/sources/{node.id}/keys", data={"label": "生产环境"}))
    assert "zlk_" in page.text and "只显示这一次" in page.text
    secret = page.text.partition("zlk_")[2].split()[0]
    assert secret not in read(admin.get(f"/sources/{node.id}")).text


def test_a_file_that_is_uploaded_waits_and_its_receipt_says_so(admin, node):
    data = {"mode": "delta", "file": FileStorage(io.BytesIO(json_lines([row(1), row(2, title="")])), "岗位.jsonl")}
    answer = admin.post(f"/sources/{node.id}/upload", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303, read(answer).errors
    assert "排队中" in read(admin.get(answer.headers["Location"])).text
    with reading():
        batch = session().scalars(select(Batch)).one()
    receiving.carry_out(batch.id, lambda: None)
    page = read(admin.get(answer.headers["Location"]))
    assert "缺岗位名称" in page.text and "第 2 行" in page.text and "下载拒收的行和原因（CSV）" in page.links


def test_a_held_snapshot_is_let_through_on_its_page_once(admin, node):
    batch = send(node, [row(1)])
    with transaction():
        session().get_one(Batch, batch.id).state = BatchState.HELD
    assert "等人放行" in read(admin.get("/sources")).text
    assert admin.post(f"/sources/batches/{batch.id}/release").status_code == 303
    assert stored_batch(batch).state is BatchState.WAITING
    again = read(admin.post(f"/sources/batches/{batch.id}/release", follow_redirects=True))
    assert "已经有人处理过" in again.text


def test_everything_of_a_node_is_withdrawn_after_a_second_look(admin, node):
    send(node, [row(1)])
    assert "1 个岗位正在招聘" in read(admin.get(f"/sources/{node.id}/clear")).text
    assert "请写明理由" in " ".join(read(admin.post(f"/sources/{node.id}/clear", data={"reason": ""})).errors)
    assert admin.post(f"/sources/{node.id}/clear", data={"reason": "对方停业"}).status_code == 303


def two_on_a_card(node):
    other = make_node("青岛零工圈")
    with transaction():
        leader = make_forwarded(
            source_id=node.id, source_key="M-1", title="装卸工", source_url="https://jobs.example.com/1", source_title="齐鲁人才网"
        )
        behind = make_forwarded(source_id=other.id, source_key="M-2", title="装卸工", card_id=leader.id, source_title="青岛零工圈")
        session().flush()
        conflict = PostingConflict(id=new_key(), first_id=leader.id, second_id=behind.id, fields=["headcount"], found_at=now())
        session().add(conflict)
    return leader, behind, conflict


def test_the_public_page_names_every_source_and_the_other_address_leads_there(client, node):
    leader, behind, _ = two_on_a_card(node)
    page = read(client.get(f"/postings/{leader.id}"))
    assert "齐鲁人才网（看原文）" in page.links and "青岛零工圈" in page.text
    answer = client.get(f"/postings/{behind.id}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/postings/{leader.id}")
    with transaction():
        session().get_one(Posting, behind.id).state = PostingState.WITHDRAWN
    assert client.get(f"/postings/{behind.id}").status_code == 404


def test_a_reviewer_settles_a_contradiction_and_takes_a_card_apart(client, sign_in, node):
    _, behind, conflict = two_on_a_card(node)
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert "装卸工" in read(client.get("/sources/conflicts")).links
    page = read(client.post(f"/sources/conflicts/{conflict.id}", data={"decision": "apart", "reason": ""}))
    assert "请写明理由" in " ".join(page.errors)
    assert client.post(f"/sources/conflicts/{conflict.id}", data={"decision": "apart", "reason": "两个工地"}).status_code == 303
    assert "两个工地" in read(client.get(f"/sources/conflicts/{conflict.id}")).text
    assert "两个工地" in read(client.get("/sources/conflicts?state=settled")).text
    with reading():
        assert session().get_one(Posting, behind.id).card_id is None


def test_what_another_district_keeps_is_not_found_and_not_counted(client, sign_in, node):
    leader, behind, conflict = two_on_a_card(node)
    batch = send(node, [row(1, title="")])
    sign_in(client, make_staff(Role.SYSTEM_ADMIN, "370200"))
    page = read(client.get("/sources"))
    assert node.name not in page.text and "还没有节点" in page.text
    for path in (f"/sources/{node.id}", f"/sources/{node.id}/edit", f"/sources/batches/{batch.id}", f"/sources/batches/{batch.id}/refused.csv"):
        assert client.get(path).status_code == 404, path
    for path in ("keys", "suspend", "upload", "clear", "contact", "pull"):
        assert client.post(f"/sources/{node.id}/{path}", data={"reason": "x", "label": "x"}).status_code == 404, path
    assert client.post(f"/sources/batches/{batch.id}/release").status_code == 404
    sign_in(client, make_staff(Role.REVIEWER, "370200"))
    assert "装卸工" not in read(client.get("/sources/conflicts")).text + read(client.get("/sources/cards")).text
    for path in (f"/sources/conflicts/{conflict.id}", f"/sources/cards/{leader.id}"):
        assert client.get(path).status_code == 404
    assert client.post(f"/sources/cards/{leader.id}/part/{behind.id}", data={"reason": "x"}).status_code == 404


def test_a_county_does_not_see_the_nodes_of_its_city(client, sign_in, node):
    sign_in(client, make_staff(Role.OFFICER, "370102"))
    assert client.get(f"/sources/{node.id}").status_code == 404
    with transaction():
        session().get_one(Source, node.id).region = "370102"
    assert client.get(f"/sources/{node.id}").status_code == 200


def test_who_may_read_contradictions_reads_one_and_is_offered_no_form(admin, node):
    _, _, conflict = two_on_a_card(node)
    page = read(admin.get(f"/sources/conflicts/{conflict.id}"))
    assert "谁说了什么" in page.text and "由有权处理" in page.text and "记录决定" not in page.text
    assert admin.post(f"/sources/conflicts/{conflict.id}", data={"decision": "apart", "reason": "x"}).status_code == 403


def test_from_which_share_on_refused_rows_are_many_is_a_parameter(admin, node):
    send(node, [row(number, title="" if number == 1 else "焊工") for number in range(1, 11)])
    assert "偏高" not in read(admin.get("/sources")).text
    set_parameter("source_refused_share", "10")
    assert "偏高" in read(admin.get("/sources")).text


def test_the_form_names_the_limit_that_holds_for_it(admin, node, app):
    most = app.config["MAX_CONTENT_LENGTH"]
    assert f"一个文件最多 {most // 1024 // 1024} MB" in read(admin.get(f"/sources/{node.id}")).text
    set_parameter("node_batch_bytes_max", "1048576")
    assert "一个文件最多 1 MB" in read(admin.get(f"/sources/{node.id}")).text
