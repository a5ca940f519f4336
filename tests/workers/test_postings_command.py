import json
import shutil
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from search.embedded import EmbeddedEngine
from tests.factories.sources import COLUMNS, row, write_rows
from workers.cli import main


@pytest.fixture
def zhilu(tmp_path, template_database):
    """Runs a command of `zhilu` over a database of its own."""
    var = tmp_path / "var"
    var.mkdir()
    shutil.copy(template_database, var / "zhilu.db")

    def run(*arguments):
        return CliRunner().invoke(main, list(map(str, arguments)), env={"ZHILU_VAR": str(var), "ZHILU_MODE": "demo"})

    run.var = var
    return run


@pytest.fixture
def file(tmp_path):
    rows = [
        row(1, title="电焊工", region_code="370102"),
        row(2, title="会计", region_code="370202"),
        row(3, title=""),
        row(4, title="焊工", region_code="440103"),
    ]
    return write_rows(tmp_path / "a.csv", rows)


def ids(answer):
    return [hit["id"] for hit in json.loads(answer.stdout)["hits"]]


def test_what_was_imported_is_found_by_its_sources_own_id(zhilu, file):
    told = zhilu("import", "postings", file)
    assert told.exit_code == 0, told.output
    assert "共 4 行：采用 3（新增 3，更新 0，不变 0），未采用 1" in told.stdout
    assert "1 行 缺岗位名称" in told.stdout
    assert "检索索引已更新" in told.stdout
    answer = json.loads(zhilu("search", "焊工", "--json").stdout)
    assert set(answer) == {"total", "facets", "hits"}
    assert (answer["total"], {hit["id"] for hit in answer["hits"]}) == (2, {"r1", "r4"})
    assert {"id", "title", "employer", "region", "wage", "score"} <= set(answer["hits"][0])
    assert answer["facets"]["province"] == {"37": 1, "44": 1}
    for region in ("370000", "370100", "370102"):
        assert ids(zhilu("search", "焊工", "--region", region, "--json")) == ["r1"]


def test_the_printed_path_leads_to_the_refused_rows(zhilu, file):
    told = zhilu("import", "postings", file)
    (line,) = [line for line in told.stdout.splitlines() if line.startswith("未采用的行和原因：")]
    path = Path(line.partition("：")[2])
    assert path.is_relative_to(zhilu.var / "imports")
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 2


def test_a_second_run_says_that_nothing_changed_and_touches_no_index(zhilu, file):
    zhilu("import", "postings", file)
    told = zhilu("import", "postings", file)
    assert told.exit_code == 0
    assert "新增 0，更新 0，不变 3" in told.stdout
    assert "没有改变任何岗位" in told.stdout
    assert "检索索引" not in told.output


def test_no_text_means_everything_open(zhilu, file):
    zhilu("import", "postings", file)
    assert sorted(ids(zhilu("search", "--json"))) == ["r1", "r2", "r4"]
    assert len(ids(zhilu("search", "", "--limit", "2", "--json"))) == 2
    assert "共 3 个招聘中的岗位" in zhilu("search").stdout


def test_a_region_nobody_knows_is_refused_with_what_may_have_been_meant(zhilu):
    told = zhilu("search", "焊工", "--region", "济南")
    assert told.exit_code == 2
    assert "没有编号为“济南”的地区" in told.output
    assert "370100 济南市" in told.output
    assert "370100" in zhilu("search", "焊工", "--region", "37019").output


@pytest.mark.parametrize("name", ["picture.png", "missing.csv", "other.csv"])
def test_a_file_that_cannot_be_imported_is_explained_with_exit_code_2(zhilu, tmp_path, name):
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    write_rows(tmp_path / "other.csv", [row()], columns=[name for name in COLUMNS if name != "company"])
    told = zhilu("import", "postings", tmp_path / name)
    assert told.exit_code == 2
    assert any(words in told.output for words in ("这不是 CSV", "没有这个文件", "缺少这些列：company"))
    assert "Traceback" not in told.output


def test_a_day_that_is_none_is_refused(zhilu, file):
    assert zhilu("import", "postings", file, "--as-of", "2026-13-01").exit_code == 2


def test_a_busy_index_is_waited_for(zhilu, file):
    zhilu("reindex")
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with EmbeddedEngine(zhilu.var / "search").writer():
            held.set()
            let_go.wait(20)

    other = threading.Thread(target=hold)
    other.start()
    held.wait(20)
    threading.Timer(1.5, let_go.set).start()
    began = time.monotonic()
    told = zhilu("import", "postings", file)
    other.join()
    assert told.exit_code == 0, told.output
    assert time.monotonic() - began > 1.5
    assert len(ids(zhilu("search", "--json"))) == 3


def test_a_failed_index_says_that_the_rows_are_safe(zhilu, file, monkeypatch):
    zhilu("reindex")
    monkeypatch.setattr("workers.index_queue.IndexQueue._put_range", lambda *_: 1 / 0)
    told = zhilu("import", "postings", file)
    assert told.exit_code == 1
    assert "岗位已经导入，但写入检索索引没有成功" in told.output
    engine = create_engine(f"sqlite:///{zhilu.var / 'zhilu.db'}")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM posting")) == 3
    engine.dispose()
