"""What happens to a table: kept with what was found of each row, confirmed by a person, carried out by the batch queue."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from webapp import events, files
from webapp.access import Actor
from webapp.bulk import checking, queries
from webapp.bulk.checking import Checked
from webapp.bulk.columns import REMARK
from webapp.bulk.models import RETURNED, Aim, BulkRow, BulkUpload, PostedRow, RowState, UploadState
from webapp.bulk.reading import Table
from webapp.db import new_key, now, session, today, transaction
from webapp.employers.models import Employer
from webapp.files import FileKind, Stored
from webapp.ledger import record
from webapp.notices.models import NoticeKind
from webapp.notices.operations import tell
from webapp.postings import operations as postings
from webapp.postings import queries as posted
from webapp.postings.refusals import Refusal
from webapp.reference import queries as reference

ROWS_AT_ONCE = 20
"""Postings a transaction: a longer one would keep everybody else from writing."""
Renew = Callable[[], None]


class TooManyFiles(Refusal):
    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def __str__(self) -> str:
        return f"一家单位每天最多上传 {self.most} 个文件。请明天再传，或者单个发布"


class AlreadyConfirmed(Refusal):
    says: ClassVar[str] = "这个表已经确认过，不会再处理一次。结果在下面"


class NothingToDo(Refusal):
    says: ClassVar[str] = "没有可以这样处理的岗位。请下载有问题的行，改好后再上传"


def keep(employer: Employer, table: Table, checked: Sequence[Checked], stored: Stored, *, by: Actor) -> BulkUpload:
    """Writes down what was uploaded and what was found; no posting is made. A row that made a posting before is KNOWN. Raises TooManyFiles."""
    most = reference.whole("bulk_files_per_day")
    if queries.uploads_today(employer.id) >= most:
        raise TooManyFiles(most)
    assert by.person_id is not None, "a file has a sender"
    upload = BulkUpload(id=new_key(), employer_id=employer.id, by_id=by.person_id, by_role=by.role, at=now(), state=UploadState.CHECKED)
    upload.rows, upload.skipped, upload.unread = len(checked), table.skipped, table.unread
    session().add(upload)
    files.keep(stored, FileKind.POSTINGS, upload.id, by_id=by.person_id, through=today() + timedelta(days=reference.whole("bulk_kept_days")))
    known = queries.posted_rows(employer.id, [one.digest for one in checked if one.digest])
    session().add_all(_row(upload, one, known.get(one.digest)) for one in checked)
    record(events.PostingTableUploaded(str(upload.id), str(employer.id), upload.rows), by=by)
    return upload


def _row(upload: BulkUpload, one: Checked, posting_id: UUID | None) -> BulkRow:
    row = BulkRow(id=new_key(), upload_id=upload.id, at=upload.at, number=one.number, title=one.title, state=one.state, digest=one.digest)
    row.content = checking.as_text(one.content) if one.content is not None else None
    row.reasons = list(one.reasons)
    if posting_id is not None and one.state is not RowState.TWICE:
        row.state, row.posting_id, row.reasons = RowState.KNOWN, posting_id, []
    return row


def confirm(upload: BulkUpload, aim: Aim, *, by: Actor) -> None:
    """The caller has locked the upload. Raises AlreadyConfirmed, NothingToDo, NotVerified for an employer that may not hand in yet."""
    if upload.state is not UploadState.CHECKED:
        raise AlreadyConfirmed
    if aim is Aim.SUBMIT and not posted.is_verified(session().get(Employer, upload.employer_id)):
        raise postings.NotVerified
    if not queries.has_rows(upload.id, states_of(aim)):
        raise NothingToDo
    assert by.person_id is not None, "a person confirms"
    upload.state, upload.aim, upload.by_id, upload.by_role = UploadState.CONFIRMED, aim, by.person_id, by.role
    record(events.PostingTableConfirmed(str(upload.id), aim.value), by=by)


def states_of(aim: Aim) -> tuple[RowState, ...]:
    """Rows that are taken up: to a reviewer goes what the gate lets pass, a draft may be completed later."""
    return (RowState.READY,) if aim is Aim.SUBMIT else (RowState.READY, RowState.LACKING)


def carry_out(upload_id: UUID, renew: Renew, *, on: date) -> None:
    """Makes the postings of a confirmed table, some rows a transaction. After a kill it goes on behind the last; a second time it does nothing."""
    while _carry_some(upload_id, on):
        renew()


def _carry_some(upload_id: UUID, on: date) -> bool:
    """Answers whether there may be more."""
    with transaction():
        upload = session().get(BulkUpload, upload_id, with_for_update=True)
        if upload is None or upload.state is not UploadState.CONFIRMED or upload.aim is None:
            return False
        by = Actor(upload.by_id, upload.by_role, "worker")
        employer = _locked(upload.employer_id)
        rows = queries.next_rows(upload.id, states_of(upload.aim), ROWS_AT_ONCE)
        known = queries.posted_rows(employer.id, [row.digest for row in rows])
        for row in rows:
            _take(row, upload.aim, employer, known, by=by, on=on)
        if len(rows) == ROWS_AT_ONCE:
            return True
        _finish(upload, by)
        return False


def _locked(employer_id: UUID) -> Employer:
    """One table of an employer at a time: two with the same rows would both make them."""
    return session().scalars(select(Employer).where(Employer.id == employer_id).with_for_update(key_share=True)).one()


def _take(row: BulkRow, aim: Aim, employer: Employer, known: dict[str, UUID], *, by: Actor, on: date) -> None:
    """By the operations of the single form. What became wrong since it was checked goes back like the rest."""
    if row.digest in known:
        row.state, row.posting_id, row.reasons = RowState.KNOWN, known[row.digest], []
        return
    values, remark = checking.values_in(row.said), row.said[REMARK]
    if wrong := checking.impossible(values, on=on):
        row.state, row.reasons = RowState.WRONG, wrong
        return
    submits = aim is Aim.SUBMIT and posted.is_verified(employer, on=on)
    lacking = checking.blocks(values, employer, on=on, remark=remark)
    if submits and lacking:
        row.state, row.reasons = RowState.LACKING, lacking
        return
    posting = postings.draft(employer, values, by=by)
    row.state, row.posting_id, row.reasons = RowState.DRAFTED, posting.id, lacking
    if submits:
        postings.submit(posting, by=by, on=on, remark=remark)
        row.state = RowState.SUBMITTED
    session().add(PostedRow(employer_id=employer.id, digest=row.digest, posting_id=posting.id))
    known[row.digest] = posting.id


def _finish(upload: BulkUpload, by: Actor) -> None:
    session().flush()
    counts = queries.counts([upload.id])[upload.id]
    submitted, drafted = counts.get(RowState.SUBMITTED, 0), counts.get(RowState.DRAFTED, 0)
    back = sum(counts.get(state, 0) for state in RETURNED)
    upload.state, upload.finished_at = UploadState.DONE, now()
    record(events.PostingTableCarriedOut(str(upload.id), submitted, drafted, back), by=by)
    tell(
        upload.by_id,
        NoticeKind.POSTING,
        f"bulk:{upload.id}",
        title="批量发布已处理完",
        body=_sentence((("个提交审核", submitted), ("个存为草稿", drafted), ("行退回修改", back))),
        path=f"/employer/bulk/{upload.id}",
    )


def _sentence(figures: Iterable[tuple[str, int]]) -> str:
    return "，".join(f"{count} {what}" for what, count in figures if count) + "。"
