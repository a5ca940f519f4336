"""Postings that two made-up sources sent: rows as a source writes them, with the gaps real ones have, read by the reader of the imports."""

from datetime import timedelta

from webapp.access import Actor
from webapp.db import Base
from webapp.events import BatchImported, SourceOpened
from webapp.postings.models import Posting, PostingState
from webapp.reference import queries as reference
from webapp.reference.queries import whole
from webapp.sources.models import PRIORITY, Batch, BatchState, NodeKind, Source
from webapp.sources.rows import Row, RowReader, Sent
from workers.demo import content
from workers.demo.calendar import DAY, Calendar, dice, key
from workers.demo.employers import Plan, address, name_of
from workers.demo.offers import offer, trades_for

SOURCES = {"海岱工友栏": (110, -2 * DAY + 500), "沂蒙好活汇": (90, -DAY + 520)}
"""Name -> how many rows it sent, and in which minute."""
KINDS = (NodeKind.PROVINCE, NodeKind.GIG_PLATFORM)
_NUMBERS_FROM = 720
"""Employers of forwarded rows are numbered behind those that are registered here, so that no name occurs twice."""


def forwarded(calendar: Calendar) -> list[list[Base]]:
    """The sources with their batches first, then one bundle a posting."""
    reader = RowReader(None)
    beginnings: list[Base] = []
    postings: list[list[Base]] = []
    for place, (name, (count, minute)) in enumerate(SOURCES.items()):
        source = _source(calendar, name, minute - 3, kind=KINDS[place])
        batch = _batch(calendar, source, count, minute)
        beginnings += [source, batch, calendar.entry(SourceOpened(str(source.id)), by=Actor.source(name), minute=minute - 3)]
        beginnings.append(calendar.entry(BatchImported(str(batch.id), taken=count, refused=0), by=Actor.command(), minute=minute + 1))
        rows = rows_of(calendar, name, place)
        postings += [[_posting(calendar, reader, source, batch, row, minute)] for row in rows]
    return [beginnings, *postings]


def rows_of(calendar: Calendar, source: str, place: int) -> list[Row]:
    """The rows of one source, as its file holds them."""
    return [_row(calendar, source, place, number) for number in range(SOURCES[source][0])]


def _row(calendar: Calendar, source: str, place: int, number: int) -> Row:
    chance = dice(f"forwarded:{source}:{number}")
    county = chance.choice(list(content.counties()))
    kind = content.kinds()[chance.choice(content.counties()[county])]
    plan = Plan(_NUMBERS_FROM + place * 20 + number % 20, county, kind)
    values = offer(f"{source}:{number}", plan, trades_for(kind, chance, 1)[0], valid_through=calendar.today)
    low, high = (values.wage_low or 0, values.wage_high or 0) if values.wage_unit and values.wage_unit.value == "month" else (0, 0)
    wages = (f"{low}-{high}元/月", f"{low}-{high}", f"{low / 1000:g}-{high / 1000:g}K", "面议") if low else ("面议", "")
    return {
        "id": f"{place + 1}{number:05d}",
        "source": source,
        "platform": source,
        "title": values.title,
        "company": name_of(plan),
        "district": reference.regions().name(county),
        "region_code": county,
        "address": address(f"{source}:{number}", kind) if chance.random() < 0.7 else "",
        "salary_text": chance.choice(wages),
        "education": chance.choice(("", "不限", "高中", "中专", "大专")),
        "experience": chance.choice(("", "不限", "1-3年", "3年以上")),
        "skills": "|".join(values.skills),
        "benefits": "|".join(values.benefits) if chance.random() < 0.6 else "",
        "posted": (calendar.today - timedelta(days=chance.randint(3, 25))).isoformat(),
        "description": f"{values.duties}\n{values.requirements}" if chance.random() < 0.8 else "",
    }


def _source(calendar: Calendar, name: str, minute: int, *, kind: NodeKind) -> Source:
    return Source(
        id=key(f"source:{name}", minute), name=name, opens=True, kind=kind, region=reference.home_province(), created_at=calendar.instant(minute)
    )


def _batch(calendar: Calendar, source: Source, count: int, minute: int) -> Batch:
    return Batch(
        id=key(f"batch:{source.name}", minute),
        source_id=source.id,
        file_name=f"{source.name}.csv",
        as_of=calendar.day(minute),
        state=BatchState.DONE,
        rows=count,
        added=count,
        refused={},
        started_at=calendar.instant(minute),
        finished_at=calendar.instant(minute + 1),
    )


def _posting(calendar: Calendar, reader: RowReader, source: Source, batch: Batch, row: Row, minute: int) -> Posting:
    sent = reader.read(row)
    assert isinstance(sent, Sent), "a row of the demo takes nothing back"
    at = calendar.instant(minute)
    return Posting(
        id=key(f"forwarded:{source.name}:{sent.key}", minute),
        state=PostingState.OPEN,
        source_id=source.id,
        source_key=sent.key,
        batch_id=batch.id,
        card_rank=PRIORITY,
        row_digest=sent.digest,
        created_at=at,
        opened_at=at,
        valid_from=batch.as_of,
        valid_through=batch.as_of + timedelta(days=whole("forwarded_valid_days", on=batch.as_of)),
        **sent.content,
    )
