"""Files of needs from other systems, and lists of employers to be supported.

A file of needs is kept encrypted until a process of the batch queue has read it, 200 needs a transaction. One need is one employer, one
occupation, one place: what several rows or several systems say of it is merged, and the largest figure holds, never their sum. A row
that says what its system said before changes nothing, also where an officer has corrected the need meanwhile or closed it.
"""

import base64
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select

from webapp.access import Actor, Grant, Role
from webapp.db import new_key, now, reading, session, transaction
from webapp.demand import caring, operations, queries
from webapp.demand.models import KeyReason, Need, NeedBatch, NeedSource, WorkState
from webapp.demand.refusals import Marked
from webapp.demand.rows import COLUMNS, BadRow, Employers, RowRefused, Sent, columns_in, digest_of, read
from webapp.demand.sheets import sheet
from webapp.employers.models import Employer
from webapp.events import NeedFileSent, NeedsImported, RosterImported
from webapp.ledger import record
from webapp.reference import queries as reference
from webapp.sources.reading import NotReadable, RowFile

NEEDS_AT_ONCE = 200
_GZIP = b"\x1f\x8b"
Renew = Callable[[], None]
Refused = tuple[int, str, list[str]]
"""Line of the file, why it was not taken, and what stood there."""


@dataclass(slots=True)
class _File:
    """A file as it was read: rows by need, and what cannot be taken."""

    header: list[str]
    rows: int = 0
    groups: dict[tuple[UUID, str, str], list[Sent]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)


def send_file(content: bytes, file_name: str, source: NeedSource, *, regions: list[str], by: Actor) -> NeedBatch:
    """Keeps the file for the batch queue. `regions`: where the sender may write. Raises NotReadable for what is no CSV of needs."""
    with_header = _opened(content)
    _columns(with_header)
    assert by.person_id is not None, "a file has a sender"
    batch = NeedBatch(id=new_key(), source=source, file_name=file_name[:200], regions=regions, by_id=by.person_id)
    batch.content = base64.b64encode(content).decode()
    session().add(batch)
    session().flush()
    record(NeedFileSent(str(batch.id)), by=by)
    return batch


def take_file(batch_id: UUID, renew: Renew, *, on: date) -> None:
    """Carries a file that waits out. After a kill in the middle it goes on behind the last transaction; a second time it does nothing."""
    with transaction():
        batch = session().get_one(NeedBatch, batch_id)
        if batch.content is None:
            return
        batch.state, content, done = WorkState.RUNNING, base64.b64decode(batch.content), batch.done
        by, source, regions = Actor(batch.by_id, Role.OFFICER.value, "worker"), batch.source, batch.regions
    try:
        file = _read(content, regions, on)
    except NotReadable as refusal:
        _end(batch_id, WorkState.REFUSED, str(refusal), None, by)
        return
    groups = list(file.groups.values())
    while groups[done:]:
        with transaction():
            done = _take(session().get_one(NeedBatch, batch_id), groups[done : done + NEEDS_AT_ONCE], len(groups), source, by, on)
        renew()
    _end(batch_id, WorkState.DONE, "", file, by)


def _opened(content: bytes) -> RowFile:
    if content.startswith(_GZIP):
        raise NotReadable("请上传没有压缩的 CSV 文件")
    return RowFile(io.BytesIO(content), len(content))


def _columns(file: RowFile) -> dict[str, str]:
    found = columns_in(file.header)
    missing = [COLUMNS[name][0] for name in ("occupation", "headcount") if name not in found]
    if "uscc" not in found and "employer" not in found:
        missing.insert(0, "统一社会信用代码（或单位名称）")
    if missing:
        raise NotReadable(f"文件缺少这些列：{'、'.join(missing)}。第一行的列名是：{'、'.join(file.header)[:200]}。请按模板补齐列名后再上传")
    return found


def _read(content: bytes, regions: list[str], on: date) -> _File:
    rows, most = _opened(content), reference.whole("need_file_rows_max", on=on)
    columns, file = _columns(rows), _File(rows.header)
    with reading():
        reach = queries.area([Grant(Role.OFFICER, None, region) for region in regions])
        employers = Employers(session().scalars(select(Employer).where(reach)))
    for row in rows.records():
        file.rows += 1
        if file.rows > most:
            raise NotReadable(f"一次最多导入 {most} 行。请把文件分成几份")
        try:
            sent = read(row.fields, columns, employers)
        except RowRefused as refusal:
            file.refused.append((row.line, refusal.reason.label, row.text))
            continue
        file.groups.setdefault(sent.key, []).append(sent)
    return file


def _take(batch: NeedBatch, groups: Iterable[list[Sent]], total: int, source: NeedSource, by: Actor, on: date) -> int:
    batch.rows = total
    for rows in groups:
        outcome = _merge(rows, source, by=by, on=on)
        setattr(batch, outcome, getattr(batch, outcome) + 1)
        batch.done += 1
    return batch.done


def _merge(rows: list[Sent], source: NeedSource, *, by: Actor, on: date) -> str:
    """One need: `added`, `merged` into one that is there, or `unchanged`. Of several rows the largest figure holds."""
    first, digest = rows[0], digest_of(sorted(row.digest for row in rows))
    values = replace(first.values, headcount=max(row.values.headcount for row in rows))
    needs = _of_key(first.key)
    if any(need.told.get(source, {}).get("digest") == digest for need in needs):
        return "unchanged"
    live = next((need for need in needs if need.is_live), None)
    if live is None:
        opened = operations.open_need(session().get_one(Employer, first.employer_id), values, source=source, by=by, on=on)
        opened.told = {source.value: {"count": values.headcount, "digest": digest}}
        return "added"
    operations.merge_need(live, values, source=source, digest=digest, by=by, on=on)
    return "merged"


def _of_key(key: tuple[UUID, str, str]) -> list[Need]:
    """Every need of this employer, occupation and place that counts, locked; the latest first."""
    employer, occupation, region = key
    wanted = select(Need).where(Need.employer_id == employer, Need.occupation == occupation, Need.region == region, Need.superseded_on.is_(None))
    return list(session().scalars(wanted.order_by(Need.opened_on.desc(), Need.id.desc()).with_for_update()))


def _end(batch_id: UUID, state: WorkState, trouble: str, file: _File | None, by: Actor) -> None:
    with transaction():
        batch = session().get_one(NeedBatch, batch_id)
        batch.state, batch.trouble, batch.finished_at, batch.content = state, trouble[:300], now(), None
        if file is not None:
            batch.rows, batch.refused = file.rows, len(file.refused)
            batch.refusals = _as_sheet(file.header, file.refused) if file.refused else None
        record(NeedsImported(str(batch.id), batch.added + batch.merged + batch.unchanged, batch.refused), by=by)


def _as_sheet(header: list[str], refused: Iterable[Refused]) -> str:
    """Ready to be mended and sent again: the columns as they came, behind the line and the reason."""
    return sheet(["行号", "未采用的原因", *header], ([line, reason, *text] for line, reason, text in refused))


# lists


_ROSTER = {"uscc": ("统一社会信用代码", "社会信用代码"), "roster": ("名录", "名录名称"), "since": ("列入日期",), "until": ("到期日期", "有效期至")}


@dataclass(frozen=True, slots=True)
class RosterReport:
    marked: int
    changed: int
    """Those whose mark ends later than before."""
    unchanged: int
    refused: tuple[tuple[int, str], ...]
    """Line and reason."""


def import_roster(content: bytes, grants: Iterable[Grant], *, by: Actor, on: date) -> RosterReport:
    """Marks the employers of a dated list as 重点企业; a later end of a renewed list counts, a second time it changes nothing.

    Opens its own transactions. Raises NotReadable.
    """
    file, most = _opened(content), reference.whole("need_file_rows_max", on=on)
    columns = {name: next((one for one in known if one in file.header), "") for name, known in _ROSTER.items()}
    if not (columns["uscc"] and columns["roster"] and columns["since"]):
        raise NotReadable(f"文件要有这些列：统一社会信用代码、名录、列入日期，可以有到期日期。第一行的列名是：{'、'.join(file.header)[:200]}")
    rows = list(file.records())
    if len(rows) > most:
        raise NotReadable(f"一次最多导入 {most} 行。请把文件分成几份")
    counts, refused = Counter[str](), list[tuple[int, str]]()
    reach = queries.area(grants)
    for start in range(0, len(rows), NEEDS_AT_ONCE):
        with transaction():
            for row in rows[start : start + NEEDS_AT_ONCE]:
                outcome = _mark(row.fields, columns, reach, by=by, on=on)
                counts[outcome] += 1
                if outcome not in {"marked", "changed", "unchanged"}:
                    refused.append((row.line, outcome))
    with transaction():
        record(RosterImported(counts["marked"] + counts["changed"], len(refused)), by=by)
    return RosterReport(counts["marked"], counts["changed"], counts["unchanged"], tuple(refused))


def _mark(fields: Mapping[str, str] | None, columns: Mapping[str, str], reach: ColumnElement[bool], *, by: Actor, on: date) -> str:
    if fields is None:
        return BadRow.BROKEN.label
    told = {name: fields.get(column, "").strip() for name, column in columns.items()}
    employer = session().scalar(select(Employer).where(Employer.uscc == told["uscc"].upper(), reach))
    if employer is None:
        return BadRow.NO_EMPLOYER.label
    try:
        since, last = date.fromisoformat(told["since"]), date.fromisoformat(told["until"]) if told["until"] else None
    except ValueError:
        return "日期读不出来：请写成 2026-12-31"
    if last is not None and last < on:
        return "名录已经到期"
    roster, until = told["roster"][:60], last + timedelta(days=1) if last else None
    try:
        caring.mark_key(employer, KeyReason.ROSTER, roster=roster, since=since, until=until, by=by)
    except Marked:
        return "changed" if caring.prolong_key(employer, KeyReason.ROSTER, roster=roster, until=until, by=by, on=on) else "unchanged"
    return "marked"
