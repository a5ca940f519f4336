"""A node's feed of 20,000 rows, 500 of them bad, and a job of two nodes that one of them withdraws: counts and seconds.

    .venv/bin/python -m tests.bench.nodes [--rows 20000] [--bad 500]

On an empty SQLite file with the embedded index, in this process: the batch is received as the API does it, and carried out, grouped and
indexed by the functions the workers call. A cycle is from the withdrawal's arrival until page, feed of open rows and index no longer show
the job. Prints a table; the last line is one JSON object.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

import search.current
from search.embedded import EmbeddedEngine
from search.query import PostingQuery
from tests.conftest import TEST_SECRETS, make_settings, migrate
from tests.factories.sources import json_lines, make_node, receive, row, stored_batch
from webapp import db, ledger, sealing
from webapp.config import Settings
from webapp.db import reading, session
from webapp.postings import queries
from webapp.postings.models import Posting, PostingState
from webapp.sources import storing
from webapp.sources.models import Batch, BatchMode, Source
from webapp.sources.queries import refused_of
from workers.carrying import carry_one
from workers.handlers import BATCH, LISTENERS, NOTIFY
from workers.index_queue import IndexQueue

_BAD = ({"title": ""}, {"company": ""}, {"region_code": "999999"}, {"id": ""}, {"region_code": ""})
_DUTIES = ("搬运成品到月台", "按单拣货并复核", "给货架补货", "盘点库存", "驾驶叉车装卸", "登记出入库", "清点退货", "打包发运")


def main(rows: int, bad: int) -> None:
    with tempfile.TemporaryDirectory(prefix="zhilu-bench-") as folder:
        settings = make_settings(Path(folder))
        sealing.configure(TEST_SECRETS)
        migrate(settings.database_url)
        db.connect(settings.database_url)
        storing.settle(settings.var)
        ledger.subscribe(LISTENERS)
        search.current.use(EmbeddedEngine(settings.search_directory))
        search.current.engine().rebuild([])
        result = _feed(settings, rows, bad) | _two_nodes(settings)
        db.end_reading()
    for name, value in result.items():
        print(f"{name:44}{value!s:>12}")
    print(json.dumps(result, ensure_ascii=False))


def _feed(settings: Settings, rows: int, bad: int) -> dict[str, Any]:
    node = make_node("测量用节点")
    content = json_lines(_rows(rows, bad))
    first, seconds = _carried(settings, node, content)
    before = _state()
    again, seconds_again = _carried(settings, node, content)
    reasons = refused_of(first)
    return {
        "rows": first.rows,
        "taken": first.added,
        "refused": first.refused_rows,
        "refused with a reason and a line": sum(one.rows for one in reasons if one.lines),
        "reasons": len(reasons),
        "seconds until indexed and grouped": seconds,
        "second run: changed, added, removed": again.changed + again.added + again.removed,
        "second run: rows that differ": sum(before[key] != now for key, now in _state().items()),
        "second run: seconds": seconds_again,
    }


def _rows(rows: int, bad: int) -> list[dict[str, str]]:
    every = rows // bad if bad else rows + 1
    made = []
    for number in range(1, rows + 1):
        duties = "，".join(_DUTIES[(number // 8**place) % 8] for place in range(6))
        good = row(number, description=f"{duties}。班组 {number}，仓位 {number % 997}。")
        made.append(good | (_BAD[number // every % len(_BAD)] if number % every == 0 else {}))
    return made


def _carried(settings: Settings, node: Source, content: bytes) -> tuple[Batch, float]:
    began = time.monotonic()
    batch = receive(node, content, mode=BatchMode.SNAPSHOT)
    _settle(settings)
    return stored_batch(batch), round(time.monotonic() - began, 1)


def _settle(settings: Settings) -> None:
    index = IndexQueue(lambda: False)
    try:
        while sum((carry_one(NOTIFY, settings), carry_one(BATCH, settings), index.drain())):
            pass
    finally:
        index.close()


def _state() -> dict[Any, Any]:
    with reading():
        columns = (Posting.id, Posting.version, Posting.row_digest, Posting.state, Posting.valid_through, Posting.batch_id, Posting.card_id)
        return {found[0]: tuple(found[1:]) for found in session().execute(select(*columns))}


def _two_nodes(settings: Settings) -> dict[str, Any]:
    title, text = "琉璃吹制工", "在窑前吹制琉璃器皿，看火候、修口、退火，独立完成小件；学徒由师傅带教三个月，窑口温度高，发放防护用品。"
    job = {"title": title, "company": "博山琉璃样例有限公司", "description": text}
    nodes = [make_node("甲节点"), make_node("乙节点", region="370300")]
    for number, node in enumerate(nodes, 1):
        receive(node, json_lines([row(number, **job)]))
    _settle(settings)
    shown_with_both = _shown(title)
    cycles, shown = [], []
    for number, node in enumerate(nodes, 1):
        began = time.monotonic()
        receive(node, json_lines([{"id": f"r{number}", "removed": True}]))
        _settle(settings)
        cycles.append(round(time.monotonic() - began, 2))
        shown.append(_shown(title))
    with reading():
        receipts = session().scalar(select(func.count()).where(Batch.removed == 1))
    return {
        "cards of the job of two nodes": shown_with_both,
        "cards after one withdrew": shown[0],
        "cards after both withdrew": shown[1],
        "seconds of a withdrawal's cycle": max(cycles),
        "receipts of withdrawals": receipts,
    }


def _shown(title: str) -> str:
    """In the search's pages, in the rows that lists are made of, and in the index itself."""
    with reading():
        page = queries.find_open(PostingQuery(text=title)).total
        rows = session().scalar(select(func.count()).where(queries.open_now(), Posting.title == title, Posting.state == PostingState.OPEN))
    return f"{page}/{rows}/{search.current.engine().find(PostingQuery(text=title)).total}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--bad", type=int, default=500)
    asked = parser.parse_args()
    main(asked.rows, asked.bad)
