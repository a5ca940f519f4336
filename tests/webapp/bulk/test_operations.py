"""From an uploaded table to postings: by the operations of the single form, once, also after a kill and when two do it at once; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from tests.factories.bulk import carry_out, csv_file, make_upload, member_of, row_of, states
from tests.factories.employers import make_employer
from tests.factories.reference import set_parameter
from webapp.bulk import operations, queries
from webapp.bulk.models import Aim, BulkRow, BulkUpload, RowState, UploadState
from webapp.config import Settings
from webapp.db import now, session, today, transaction
from webapp.employers.models import Employer, EmployerState
from webapp.ledger import Entry
from webapp.notices.models import Notice
from webapp.postings.models import Posting, PostingState
from webapp.postings.operations import NotVerified
from workers import retention

pytestmark = pytest.mark.usefixtures("both")
GOOD, LACKING, WRONG = row_of(), row_of(title="保安", headcount=""), row_of(title="会计", wage_low="面议")


def postings() -> list[tuple[str, PostingState]]:
    with transaction():
        rows = session().scalars(select(Posting).order_by(Posting.seq)).all()
    return [(row.title, row.state) for row in rows]


def change(model: type, key: object, **columns: object) -> None:
    with transaction():
        session().execute(update(model).where(model.id == key).values(**columns))


def test_uploading_makes_no_posting() -> None:
    upload = make_upload(make_employer(), GOOD, LACKING, WRONG)
    assert states(upload) == ["ready", "lacking", "wrong"]
    assert postings() == []


def test_what_is_right_goes_to_review_and_the_rest_goes_back() -> None:
    upload = carry_out(make_upload(make_employer(), GOOD, LACKING, WRONG, aim=Aim.SUBMIT))
    assert upload.state is UploadState.DONE and upload.finished_at is not None
    assert states(upload) == ["submitted", "lacking", "wrong"]
    assert postings() == [("电焊工", PostingState.IN_REVIEW)]


def test_as_drafts_also_what_still_lacks_something_is_kept() -> None:
    upload = carry_out(make_upload(make_employer(), GOOD, LACKING, WRONG, aim=Aim.DRAFT))
    assert states(upload) == ["drafted", "drafted", "wrong"]
    assert postings() == [("电焊工", PostingState.DRAFT), ("保安", PostingState.DRAFT)]
    with transaction():
        assert "招聘人数" in session().scalars(select(BulkRow).where(BulkRow.number == 3)).one().reasons[0], "what it lacks is still told"


def test_an_employer_that_is_not_verified_may_keep_drafts_only() -> None:
    employer = make_employer(state=EmployerState.PENDING)
    with pytest.raises(NotVerified):
        make_upload(employer, GOOD, aim=Aim.SUBMIT)
    assert states(carry_out(make_upload(employer, GOOD, aim=Aim.DRAFT))) == ["drafted"]


def test_a_verification_that_ran_out_meanwhile_leaves_drafts() -> None:
    employer = make_employer()
    upload = make_upload(employer, GOOD, aim=Aim.SUBMIT)
    change(Employer, employer.id, verify_again_on=today() - timedelta(days=1))
    assert states(carry_out(upload)) == ["drafted"]
    assert postings() == [("电焊工", PostingState.DRAFT)]


def test_the_same_table_twice_makes_nothing_twice_and_leads_to_what_there_is() -> None:
    employer = make_employer()
    carry_out(make_upload(employer, GOOD, LACKING, aim=Aim.DRAFT))
    again = make_upload(employer, GOOD, LACKING)
    assert states(again) == ["known", "known"]
    with transaction():
        rows = session().scalars(queries.rows_of(again, RowState)).all()
        titles = [session().get_one(Posting, row.posting_id).title for row in rows]
    assert titles == ["电焊工", "保安"] and len(postings()) == 2
    with pytest.raises(operations.NothingToDo), transaction():
        operations.confirm(session().get_one(BulkUpload, again.id), Aim.DRAFT, by=member_of(employer))


def test_the_same_row_written_otherwise_and_as_another_file_is_the_same_posting() -> None:
    employer = make_employer()
    carry_out(make_upload(employer, GOOD, aim=Aim.SUBMIT))
    other = csv_file(row_of(wage_low="6,000元", region="历下区", valid_through=f"{GOOD['valid_through']:%Y/%m/%d}"), encoding="gb18030")
    assert states(make_upload(employer, content=other)) == ["known"]


def test_another_employer_may_say_the_same() -> None:
    carry_out(make_upload(make_employer(), GOOD, aim=Aim.SUBMIT))
    assert states(carry_out(make_upload(make_employer(name="青岛丙丁食品有限公司"), GOOD, aim=Aim.SUBMIT))) == ["submitted"]


def test_two_tables_that_were_checked_before_either_was_confirmed_make_one_posting() -> None:
    employer = make_employer()
    first, second = (make_upload(employer, GOOD, aim=Aim.SUBMIT) for _ in range(2))
    assert states(carry_out(first)) == ["submitted"]
    assert states(carry_out(second)) == ["known"]
    assert len(postings()) == 1


def test_two_workers_at_once_make_each_posting_once(both: Settings) -> None:
    employer = make_employer()
    uploads = [make_upload(employer, *(row_of(title=f"焊工{number}") for number in range(30)), aim=Aim.DRAFT) for _ in range(2)]
    start = Barrier(4)

    def work(upload: BulkUpload) -> None:
        start.wait()
        operations.carry_out(upload.id, lambda: None, on=today())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, uploads * 2))
    assert len(postings()) == 30
    assert sorted([*states(uploads[0]), *states(uploads[1])]) == ["drafted"] * 30 + ["known"] * 30


def test_a_kill_in_the_middle_loses_and_doubles_nothing() -> None:
    upload = make_upload(make_employer(), *(row_of(title=f"焊工{number}") for number in range(50)), aim=Aim.SUBMIT)

    def killed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        operations.carry_out(upload.id, killed, on=today())
    assert len(postings()) == operations.ROWS_AT_ONCE
    carry_out(upload)
    carry_out(upload)
    assert len(postings()) == 50 and set(states(upload)) == {"submitted"}


def test_it_is_confirmed_once() -> None:
    employer = make_employer()
    upload = make_upload(employer, GOOD, aim=Aim.SUBMIT)
    with pytest.raises(operations.AlreadyConfirmed), transaction():
        operations.confirm(session().get_one(BulkUpload, upload.id), Aim.DRAFT, by=member_of(employer))


def test_what_became_wrong_between_the_check_and_the_making_goes_back() -> None:
    upload = make_upload(make_employer(), GOOD, aim=Aim.SUBMIT)
    operations.carry_out(upload.id, lambda: None, on=GOOD["valid_through"] + timedelta(days=1))
    assert states(upload) == ["wrong"]
    with transaction():
        assert "已经过去" in session().scalars(select(BulkRow)).one().reasons[0]
    assert postings() == []


def test_who_confirmed_is_told_and_the_audit_names_the_same_facts_as_the_form() -> None:
    carry_out(make_upload(make_employer(), GOOD, WRONG, aim=Aim.SUBMIT))
    with transaction():
        notice = session().scalars(select(Notice).where(Notice.title == "批量发布已处理完")).one()
        told = session().execute(select(Entry.event, func.count()).group_by(Entry.event)).all()
    assert notice.body == "1 个提交审核，1 行退回修改。"
    counts = dict(told)
    assert (counts["PostingDrafted"], counts["PostingSubmitted"]) == (1, 1)
    assert (counts["PostingTableUploaded"], counts["PostingTableConfirmed"], counts["PostingTableCarriedOut"]) == (1, 1, 1)


def test_the_tables_of_a_day_have_a_limit() -> None:
    set_parameter("bulk_files_per_day", "1")
    employer = make_employer()
    make_upload(employer, GOOD)
    with pytest.raises(operations.TooManyFiles, match="每天最多上传 1 个文件"):
        make_upload(employer, GOOD)
    make_upload(make_employer(name="青岛丙丁食品有限公司"), GOOD)


def test_tables_are_forgotten_and_their_postings_stay_and_are_not_made_again() -> None:
    employer = make_employer()
    upload = carry_out(make_upload(employer, GOOD, aim=Aim.DRAFT))
    for model in (BulkRow, BulkUpload):
        with transaction():
            session().execute(update(model).values(at=now() - timedelta(days=91)))
    retention.purge(lambda: None)
    with transaction():
        assert session().get(BulkUpload, upload.id) is None and session().scalars(select(BulkRow)).all() == []
    assert len(postings()) == 1
    assert states(make_upload(employer, GOOD)) == ["known"]


def test_what_a_row_says_is_sealed() -> None:
    make_upload(make_employer(), row_of(requirements="联系王经理 13812345678"))
    with transaction():
        row = session().scalars(select(BulkRow)).one()
    for sealed in (row.content_sealed, row.reasons_sealed or b""):
        assert b"13812345678" not in sealed and "王经理".encode() not in sealed
