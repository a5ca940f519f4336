"""Files as sources send them, rows of such files, nodes with keys, and batches that were carried out."""

import csv
import gzip
import io
import json
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.factories.postings import make_forwarded
from webapp.access import Actor
from webapp.db import in_transaction, new_key, now, session, today, transaction
from webapp.sources import nodes, receiving, storing
from webapp.sources.models import Batch, BatchMode, BatchOrigin, BatchState, NodeKey, NodeKind, PostingConflict, Source
from webapp.sources.operations import BatchReport, import_postings

COLUMNS = (
    "id", "source", "platform", "title", "company", "city", "district", "region_code", "area_text", "address", "lon", "lat",
    "salary_text", "salary_min", "salary_max", "salary_months", "education", "experience", "skills", "benefits", "category", "posted",
    "description",
)  # fmt: skip


def row(number: int = 1, **changes: str) -> dict[str, str]:
    """A complete row; `number` makes it another one."""
    values = dict.fromkeys(COLUMNS, "") | {
        "id": f"r{number}",
        "source": "齐鲁人才网",
        "platform": "齐鲁",
        "title": "仓库管理员",
        "company": f"济南第{number}物流有限公司",
        "city": "济南市",
        "district": "历下区",
        "region_code": "370102",
        "salary_text": "5000-6000元/月",
        "education": "高中",
        "experience": "1-3年",
        "posted": "2026-03-01",
        "description": "负责入库、出库和盘点。",
    }
    return values | changes


def csv_text(rows: Iterable[dict[str, str]], columns: Sequence[str] = COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_rows(path: Path, rows: Iterable[dict[str, str]], *, encoding: str = "utf-8", columns: Sequence[str] = COLUMNS) -> Path:
    """Packed where the name ends in .gz."""
    data = csv_text(rows, columns).encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def import_rows(path: Path, **options: Any) -> BatchReport:
    """Imports a file as the command does, with `var` beside it."""
    asked: dict[str, Any] = {"as_of": today(), "rejects": None, "var": path.parent, "by": Actor.command()}
    return import_postings(path, **asked | options)


def node_values(**changes: str) -> dict[str, str]:
    """What the form of a node is sent with."""
    values = {
        "name": "历下区人力资源市场", "kind": "market", "region": "370102", "contact": "郝联络 15900001111", "opens": "yes", "priority": "50",
        "pull_minutes": "",
        "pull_mode": "snapshot",
    }  # fmt: skip
    return values | changes


def make_node(name: str = "齐鲁人才网", *, region: str = "370100", **changes: Any) -> Source:
    values = {"name": name, "kind": NodeKind.AGENCY, "region": region, "contact": "郝联络 15900001111"} | changes
    with _ensured():
        return nodes.add_node(values, by=Actor.SYSTEM)


def make_key(source: Source, label: str = "测试") -> tuple[NodeKey, str]:
    """With the secret that the node was told."""
    with _ensured():
        return nodes.make_key(session().get_one(Source, source.id), label, by=Actor.SYSTEM)


def json_lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def receive(source: Source, content: bytes, *, mode: BatchMode = BatchMode.DELTA, key: str | None = None) -> Batch:
    """Laid down and waiting, as the API leaves it."""
    file = io.BytesIO(content)
    stored = storing.lay_down(file.read, most=1 << 26)
    with _ensured():
        return receiving.receive(source.id, stored, mode=mode, origin=BatchOrigin.PUSH, key=key, by=Actor.source(source.name))[0]


def send(source: Source, rows: Iterable[dict[str, Any]], *, mode: BatchMode = BatchMode.DELTA, key: str | None = None) -> Batch:
    """Received and carried out, as the worker does it."""
    batch = receive(source, json_lines(rows), mode=mode, key=key)
    receiving.carry_out(batch.id, lambda: None)
    return stored_batch(batch)


def stored_batch(batch: Batch) -> Batch:
    with _ensured():
        return session().get_one(Batch, batch.id)


def lay_into(folder: Any, name: str, content: bytes) -> Path:
    """A file that nobody has written to for a minute."""
    folder.mkdir(parents=True, exist_ok=True)
    path: Path = folder / name
    path.write_bytes(content)
    os.utime(path, (time.time() - 60,) * 2)
    return path


def make_matrix() -> dict[str, Any]:
    """Two nodes with keys, one suspended node, a held batch with a refused row, two postings on one card, and a contradiction."""
    source, other, suspended = make_node(), make_node("青岛零工圈", region="370200"), make_node("停办的市场")
    with transaction():
        nodes.suspend(session().get_one(Source, suspended.id), "停办", by=Actor.SYSTEM)
    key, secret = make_key(source)
    _, other_secret = make_key(other)
    batch = send(source, [row(1, title="")])
    with transaction():
        session().get_one(Batch, batch.id).state = BatchState.HELD
        leader = make_forwarded(source_id=source.id, source_key="M-1", title="装卸工")
        behind = make_forwarded(source_id=other.id, source_key="M-2", title="装卸工", card_id=leader.id)
        session().flush()
        conflict = PostingConflict(id=new_key(), first_id=leader.id, second_id=behind.id, fields=["headcount"], found_at=now())
        session().add(conflict)
    return {
        "node": source.id, "suspended": suspended.id, "node_key": key.id, "secret": secret, "other_secret": other_secret, "batch": batch.id,
        "leader": leader.id, "behind": behind.id, "conflict": conflict.id,
    }  # fmt: skip


def the_source(name: str) -> Source:
    with _ensured():
        return session().scalars(select(Source).where(Source.name == name)).one()


def _ensured() -> AbstractContextManager[Any]:
    return nullcontext() if in_transaction() else transaction()
