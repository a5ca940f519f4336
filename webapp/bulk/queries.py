"""Questions about uploaded tables. An employer sees its own; those of another do not exist."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import Select, exists, func, select

from webapp.access import Grant
from webapp.bulk.models import RETURNED, BulkRow, BulkUpload, PostedRow, RowState
from webapp.db import LOCAL_ZONE, session, today
from webapp.files import FileKind, StoredFile
from webapp.postings.queries import employer_keys


def of_employers(grants: Iterable[Grant]) -> Select[BulkUpload]:
    """The tables of the employers these grants reach, the latest first."""
    return select(BulkUpload).where(BulkUpload.employer_id.in_(employer_keys(grants))).order_by(BulkUpload.at.desc(), BulkUpload.id.desc())


def own(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> BulkUpload | None:
    """A table of an employer these grants reach; locked when it is to be changed."""
    wanted = select(BulkUpload).where(BulkUpload.id == key, BulkUpload.employer_id.in_(employer_keys(grants)))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def uploads_today(employer_id: UUID) -> int:
    begins = datetime.combine(today(), time(), LOCAL_ZONE)
    wanted = select(func.count()).select_from(BulkUpload).where(BulkUpload.employer_id == employer_id, BulkUpload.at >= begins)
    return session().scalar(wanted) or 0


def names(uploads: Iterable[BulkUpload]) -> dict[UUID, str]:
    """Upload -> how its file was called, of tables the caller has found in its own scope."""
    keys = [upload.id for upload in uploads]
    kept = select(StoredFile).where(StoredFile.owner_id.in_(keys), StoredFile.kind == FileKind.POSTINGS)
    return {row.owner_id: row.name or "" for row in session().scalars(kept)}


def counts(keys: Iterable[UUID]) -> dict[UUID, dict[RowState, int]]:
    """Upload -> how many of its rows are in which state."""
    counted: dict[UUID, dict[RowState, int]] = {key: {} for key in keys}
    wanted = select(BulkRow.upload_id, BulkRow.state, func.count()).where(BulkRow.upload_id.in_(counted))
    for key, state, number in session().execute(wanted.group_by(BulkRow.upload_id, BulkRow.state)):
        counted[key][state] = number
    return counted


def rows_of(upload: BulkUpload, states: Iterable[RowState]) -> Select[BulkRow]:
    """What has to be mended first, then in the order of the table."""
    wanted = select(BulkRow).where(BulkRow.upload_id == upload.id, BulkRow.state.in_(list(states)))
    return wanted.order_by(BulkRow.state.not_in(RETURNED), BulkRow.number)


def reasons_of(upload: BulkUpload, states: Iterable[RowState]) -> dict[int, list[str]]:
    """Line of the table -> why it goes back."""
    return {row.number: row.reasons for row in session().scalars(rows_of(upload, states))}


def has_rows(upload_id: UUID, states: Iterable[RowState]) -> bool:
    return bool(session().scalar(select(exists().where(BulkRow.upload_id == upload_id, BulkRow.state.in_(list(states))))))


def next_rows(upload_id: UUID, states: Iterable[RowState], limit: int) -> Sequence[BulkRow]:
    wanted = select(BulkRow).where(BulkRow.upload_id == upload_id, BulkRow.state.in_(list(states)))
    return session().scalars(wanted.order_by(BulkRow.number).limit(limit)).all()


def posted_rows(employer_id: UUID, digests: Iterable[str]) -> dict[str, UUID]:
    """Digest -> the posting that this row of the employer became."""
    wanted = select(PostedRow).where(PostedRow.employer_id == employer_id, PostedRow.digest.in_(list(digests)))
    return {row.digest: row.posting_id for row in session().scalars(wanted)}
