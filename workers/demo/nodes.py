"""What nodes delivered to the demo in the last hours, by the operations that take every batch: rows refused with reasons, a snapshot that waits
for a person, jobs that two nodes offer, one that waits for a reviewer because of its words, and one they contradict each other about."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from json import dumps

from sqlalchemy import select

from webapp.access import Actor
from webapp.db import reading, session, transaction
from webapp.sources import duplicates, nodes, receiving, storing
from webapp.sources.models import BatchMode, BatchOrigin, NodeKind, Source
from workers.demo import forwarded, judged
from workers.demo.calendar import Calendar

MARKET, PARK = "泉城人力资源市场", "海岱高新区用工服务站"
_SHARED = 6
"""Jobs of the first source that the market offers too; of the last one it says another wage and headcount."""
_BYTES_AT_MOST = 1 << 24
Row = Mapping[str, str]


def deliver(calendar: Calendar) -> None:
    """Opens its own transactions."""
    first = next(iter(forwarded.SOURCES))
    rows = forwarded.rows_of(calendar, first, 0)
    shared = [row for row in rows if row["salary_text"] not in {"", "面议"} and row["description"]][:_SHARED]
    market = _add(MARKET, NodeKind.MARKET, "370102", priority=20)
    _add(PARK, NodeKind.PARK, "370112", suspended="园区系统升级，恢复后再接入")
    to_judge = {**judged.forwarded_row(rows[1]), "id": "SC-800", "platform": MARKET}
    _send(market, [*map(_as_the_market_tells, range(len(shared)), shared), to_judge, *_spoilt(rows[-4:])], mode=BatchMode.DELTA)
    with reading():
        source = session().scalars(select(Source).where(Source.name == first)).one()
    _send(source, [{**rows[0], "id": "130001", "title": "夜班保安", "company": "海岱安保服务有限公司"}], mode=BatchMode.SNAPSHOT)
    duplicates.group_all(by=Actor.SYSTEM)


def _add(name: str, kind: NodeKind, region: str, *, priority: int = 50, suspended: str = "") -> Source:
    values = {"name": name, "kind": kind, "region": region, "priority": priority, "contact": "郝联络 19900009900"}
    with transaction():
        known = session().scalar(select(Source).where(Source.name == name))
        if known is not None:  # a load that was ended goes on
            return known
        source = nodes.add_node(values, by=Actor.command())
        nodes.make_key(source, "对接系统", by=Actor.command())
        if suspended:
            nodes.suspend(source, suspended, by=Actor.command())
    return source


def _as_the_market_tells(number: int, row: Row) -> Row:
    told = {**row, "id": f"SC-{number + 1:03d}", "platform": MARKET, "headcount": "3", "url": f"https://market.example.com/jobs/{number + 1}"}
    return told if number < _SHARED - 1 else {**told, "salary_text": "9000-12000元/月"}


def _spoilt(rows: Iterable[Row]) -> list[Row]:
    faults: tuple[Row, ...] = ({"title": ""}, {"region_code": "999999"}, {"company": ""}, {"id": "SC-001"})
    return [{**row, "id": f"SC-9{number:02d}", **fault} for number, (row, fault) in enumerate(zip(rows, faults, strict=True))]


def _send(source: Source, rows: Iterable[Row], *, mode: BatchMode) -> None:
    content = BytesIO("".join(dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
    stored = storing.lay_down(content.read, most=_BYTES_AT_MOST)
    with transaction():
        key = f"demo-{stored.digest[:12]}"
        batch, _ = receiving.receive(source.id, stored, mode=mode, origin=BatchOrigin.PUSH, key=key, by=Actor.source(source.name))
    receiving.carry_out(batch.id, lambda: None)
