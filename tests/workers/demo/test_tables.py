from sqlalchemy import select

from webapp.bulk import queries
from webapp.bulk.models import BulkRow, BulkUpload, RowState, UploadState
from webapp.config import Settings
from webapp.db import session, transaction


def test_an_employer_has_a_table_that_waits_to_be_confirmed(house: Settings) -> None:
    """Also where the first load was ended: there is one."""
    with transaction():
        upload = session().scalars(select(BulkUpload)).one()
        counts = queries.counts([upload.id])[upload.id]
        wrong = session().scalars(select(BulkRow).where(BulkRow.state == RowState.WRONG)).one()
        assert upload.state is UploadState.CHECKED
        assert counts == {RowState.READY: 2, RowState.LACKING: 1, RowState.WRONG: 1}
        assert wrong.title == "叉车司机" and "最低工资要写成数字" in wrong.reasons[0]
