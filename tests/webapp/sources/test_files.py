import gzip
import io
import zipfile

import pytest
from sqlalchemy import func, select

from tests.factories.reference import set_parameter
from tests.factories.sources import json_lines, lay_into, make_node, receive, row, send, stored_batch
from webapp.db import reading, session
from webapp.postings.models import Posting, PostingState
from webapp.sources import pulling, receiving, storing, workbooks
from webapp.sources.described import template_rows
from webapp.sources.models import Batch, BatchMode, BatchOrigin, BatchState, RowFormat
from webapp.sources.queries import refused_of
from webapp.sources.reading import NotReadable

pytestmark = pytest.mark.usefixtures("database")


class Killed(BaseException):
    """As kill -9: nobody catches it."""


SNAPSHOT = BatchMode.SNAPSHOT


def postings():
    with reading():
        return {posting.source_key: posting for posting in session().scalars(select(Posting))}


def states():
    return {key: posting.state for key, posting in postings().items()}


@pytest.mark.parametrize("form", RowFormat)
def test_a_file_is_taken_in_each_format_and_by_chinese_column_names(form, tmp_path):
    node, rows = make_node(), [template_rows()[0], *[[*template_rows()[1]]]]
    if form is RowFormat.JSONL:
        content = gzip.compress(json_lines([row(1, id="A-1001", title="电焊工")]))
    elif form is RowFormat.CSV:
        content = "\n".join(",".join(cells) for cells in rows).encode("gb18030")
    else:
        content = workbooks.written(rows)
    batch = receive(node, content)
    assert batch.format is form
    receiving.carry_out(batch.id, lambda: None)
    assert (stored_batch(batch).trouble, stored_batch(batch).added) == ("", 1)
    assert postings()["A-1001"].title == "电焊工"


def test_a_delta_of_removals_needs_no_other_column():
    node = make_node()
    send(node, [row(1)])
    batch = receive(node, "岗位编号,撤下\nr1,是\n".encode())
    receiving.carry_out(batch.id, lambda: None)
    assert (stored_batch(batch).removed, states()["r1"]) == (1, PostingState.WITHDRAWN)


def test_broken_lines_of_json_take_no_other_line_with_them():
    node = make_node()
    lines = [b"{", b'["r1"]', b'{"id": {"a": 1}, "title": "x"}', b"\xff\xfe", b"[" * 5000, *json_lines([row(1)]).splitlines()]
    batch = receive(node, b'{"id":1}\n' + b"\n".join(lines))
    receiving.carry_out(batch.id, lambda: None)
    after = stored_batch(batch)
    assert (after.added, after.refused["broken_row"]) == (1, 5)


def test_a_file_that_is_no_table_ends_the_batch_with_the_reason():
    node = make_node()
    batch = receive(node, b"hello world")
    receiving.carry_out(batch.id, lambda: None)
    after = stored_batch(batch)
    assert (after.state, after.added) == (BatchState.FAILED, 0)
    assert "列名" in after.trouble


def test_a_file_that_is_gone_ends_the_batch_with_the_reason():
    node = make_node()
    batch = receive(node, json_lines([row(1)]))
    storing.path_of(batch.id).unlink()
    receiving.carry_out(batch.id, lambda: None)
    assert "重新发送" in stored_batch(batch).trouble


def bomb(size=200 * 1024 * 1024, parts=1):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(parts):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * (size // parts))
    return packed.getvalue()


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_parsed(tmp_path):
    for content in (bomb(), bomb(1_200, 1_200), workbooks.written([["a"]])[:200]):
        path = tmp_path / "a.xlsx"
        path.write_bytes(content)
        with pytest.raises(NotReadable):
            workbooks.check(path)


def test_a_workbook_whose_directory_lies_about_sizes_is_refused(tmp_path):
    content = bytearray(bomb(1 << 20))
    real, told = (1 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little")
    content = content.replace(real, told)
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(NotReadable):
        workbooks.check(path)


def test_a_workbook_with_macros_is_refused(tmp_path):
    packed = io.BytesIO(workbooks.written([["a"]]))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    path = tmp_path / "a.xlsm"
    path.write_bytes(packed.getvalue())
    with pytest.raises(NotReadable, match="宏"):
        workbooks.check(path)


def test_a_packed_file_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(storing, "UNPACKED_AT_MOST", 1 << 20)
    for content in (gzip.compress(b"0" * (2 << 20)), gzip.compress(b"0" * 1000) + gzip.compress(b"0" * (2 << 20))):
        with pytest.raises(NotReadable, match="解开后"):
            storing.lay_down(io.BytesIO(content).read, most=1 << 26)
    assert list((storing.var() / "batches").iterdir()) == []


def test_a_file_that_is_too_large_or_empty_leaves_nothing_behind():
    with pytest.raises(storing.TooLarge):
        storing.lay_down(io.BytesIO(b"0" * 5000).read, most=1000)
    with pytest.raises(NotReadable):
        storing.lay_down(io.BytesIO(b"").read, most=1000)
    assert list((storing.var() / "batches").iterdir()) == []


def test_a_file_of_the_inbox_is_taken_once_and_a_broken_one_goes_aside():
    node = make_node(watches_folder=True)
    folder = storing.inbox_of(node.id)
    lay_into(folder, "jobs-delta.jsonl", json_lines([row(1)]))
    lay_into(folder, "bad.jsonl.gz", b"\x1f\x8bxxxx")
    growing = lay_into(folder, "growing.jsonl", json_lines([row(2)]))
    growing.touch()
    pulling.pull_due(lambda: None)
    pulling.pull_due(lambda: None)
    assert sorted(path.name for path in folder.iterdir()) == ["bad.jsonl.gz.拒收", "growing.jsonl"]
    with reading():
        (batch,) = session().scalars(select(Batch))
    assert (batch.origin, batch.mode, batch.file_name) == (BatchOrigin.FOLDER, BatchMode.DELTA, "jobs-delta.jsonl")


def test_a_file_that_was_taken_before_the_worker_died_is_not_taken_again(monkeypatch):
    node = make_node(watches_folder=True)
    path = lay_into(storing.inbox_of(node.id), "jobs.jsonl", json_lines([row(1)]))
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(type(path), "unlink", lambda *_, **__: (_ for _ in ()).throw(Killed()))
        pulling.pull_due(lambda: None)
    pulling.pull_due(lambda: None)
    with reading():
        assert session().scalar(select(func.count()).select_from(Batch)) == 1
    assert not path.exists()


def test_old_files_are_forgotten_and_receipts_stay(tmp_path):
    batch = send(make_node(), [row(1, title="")])
    set_parameter("batch_file_kept_days", "0")
    assert storing.forget_old() == 2
    assert not storing.path_of(batch.id).exists()
    (one,) = refused_of(stored_batch(batch))
    assert (one.rows, one.lines) == (1, [])
