import csv
import gzip
from dataclasses import astuple
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories.accounts import make_staff
from tests.factories.sources import COLUMNS, csv_text, import_rows, row, write_rows
from webapp import ledger
from webapp.access import Actor, Role
from webapp.db import now, reading, session, today, transaction
from webapp.ledger import Delivery, Entry, Listener
from webapp.notices.models import Notice
from webapp.postings import operations as postings
from webapp.postings.models import Posting, PostingState
from webapp.sources import operations
from webapp.sources.models import Batch, BatchState, RefusalReason, Source
from webapp.sources.reading import NotReadable
from webapp.sources.writing import Writer

pytestmark = pytest.mark.usefixtures("database")


def all_postings():
    with reading():
        return {posting.source_key: posting for posting in session().scalars(select(Posting))}


def entries(event):
    with reading():
        return list(session().scalars(select(Entry).where(Entry.event == event)))


def snapshot():
    return {key: (row.version, row.row_digest, row.valid_from, row.valid_through, row.state, row.batch_id) for key, row in all_postings().items()}


def test_a_row_becomes_an_open_posting_that_says_where_it_comes_from(tmp_path):
    report = import_rows(write_rows(tmp_path / "a.csv", [row()]))
    posting = all_postings()["r1"]
    assert (report.rows, report.taken, report.tally.added) == (1, 1, 1)
    assert (posting.state, posting.version, posting.employer_id, posting.employer_name) == (PostingState.OPEN, 1, None, "济南第1物流有限公司")
    assert (posting.source_title, posting.source_on, posting.region, posting.county_name) == ("齐鲁", "2026-03-01", "370102", "历下区")
    assert (posting.valid_from, posting.valid_through) == (today(), today() + timedelta(days=30))
    assert (posting.education, posting.experience_years, posting.month_low, posting.month_high) == (30, 1, 5000, 6000)


def test_the_validity_starts_on_the_day_that_was_named(tmp_path):
    day = today() - timedelta(days=10)
    import_rows(write_rows(tmp_path / "a.csv", [row()]), as_of=day)
    posting = all_postings()["r1"]
    assert (posting.valid_from, posting.valid_through) == (day, day + timedelta(days=30))


def test_the_standing_decision_of_a_new_source_is_on_the_ledger_once(tmp_path):
    path = write_rows(tmp_path / "a.csv", [row(1), row(2, source="市人社局"), row(3)])
    import_rows(path)
    import_rows(path)
    assert sorted(entry.by_origin for entry in entries("SourceOpened")) == ["source:市人社局", "source:齐鲁人才网"]
    with reading():
        assert sorted(session().scalars(select(Source.name))) == ["市人社局", "齐鲁人才网"]


def test_a_batch_is_one_fact_and_nobody_gets_a_notice(tmp_path):
    ledger.subscribe({ledger.events.BatchImported: (Listener("index_batch", "index"),)})
    report = import_rows(write_rows(tmp_path / "a.csv", [row(number) for number in range(1, 8)]))
    (entry,) = entries("BatchImported")
    assert entry.payload == {"batch_id": str(report.batch_id), "taken": 7, "refused": 0}
    with reading():
        assert session().scalar(select(func.count()).select_from(Delivery)) == 1
        assert session().scalar(select(func.count()).select_from(Notice)) == 0


def test_a_second_run_changes_nothing_and_is_no_fact(tmp_path):
    path = write_rows(tmp_path / "a.csv", [row(1), row(2)])
    import_rows(path)
    before = snapshot()
    report = import_rows(path)
    assert astuple(report.tally) == (0, 0, 2, 0, 0)
    assert report.event is False
    assert snapshot() == before
    assert len(entries("BatchImported")) == 1


def test_a_changed_row_is_updated_and_only_that_one(tmp_path):
    import_rows(write_rows(tmp_path / "a.csv", [row(1), row(2)]))
    before = all_postings()
    report = import_rows(write_rows(tmp_path / "b.csv", [row(1), row(2, title="叉车司机")]))
    after = all_postings()
    assert astuple(report.tally) == (0, 1, 1, 0, 0)
    assert (after["r2"].title, after["r2"].version, after["r2"].id) == ("叉车司机", 2, before["r2"].id)
    assert (after["r2"].batch_id, after["r1"].batch_id) == (report.batch_id, before["r1"].batch_id)
    assert after["r1"].version == 1


def test_the_same_id_of_another_source_is_another_posting(tmp_path):
    import_rows(write_rows(tmp_path / "a.csv", [row(1)]))
    report = import_rows(write_rows(tmp_path / "b.csv", [row(1)]), source_name="市人社局")
    assert report.tally.added == 1


def test_a_row_sent_again_later_is_renewed_but_not_newly_published(tmp_path):
    day = today() - timedelta(days=15)
    path = write_rows(tmp_path / "a.csv", [row()])
    import_rows(path, as_of=day)
    report = import_rows(path)
    posting = all_postings()["r1"]
    assert report.tally.changed == 1
    assert (posting.valid_from, posting.valid_through, posting.version) == (day, today() + timedelta(days=30), 2)


def test_an_older_file_does_not_shorten_a_validity(tmp_path):
    import_rows(write_rows(tmp_path / "a.csv", [row()]))
    import_rows(write_rows(tmp_path / "b.csv", [row(title="叉车司机")]), as_of=today() - timedelta(days=20))
    posting = all_postings()["r1"]
    assert (posting.title, posting.valid_through) == ("叉车司机", today() + timedelta(days=30))


def test_an_expired_row_that_is_sent_again_opens_again(tmp_path):
    path = write_rows(tmp_path / "a.csv", [row()])
    import_rows(path, as_of=today() - timedelta(days=40))
    assert postings.expire(today(), by=Actor.SYSTEM) == 1
    report = import_rows(path)
    posting = all_postings()["r1"]
    assert report.tally.changed == 1
    assert (posting.state, posting.valid_from, posting.closed_at) == (PostingState.OPEN, today(), None)


def test_an_expired_row_stays_expired_when_the_file_it_came_with_is_sent_again(tmp_path):
    path, day = write_rows(tmp_path / "a.csv", [row()]), today() - timedelta(days=40)
    import_rows(path, as_of=day)
    postings.expire(today(), by=Actor.SYSTEM)
    report = import_rows(path, as_of=day)
    assert (report.tally.changed, report.event, all_postings()["r1"].state) == (0, False, PostingState.EXPIRED)


def test_what_a_reviewer_took_down_stays_down(tmp_path):
    import_rows(write_rows(tmp_path / "a.csv", [row()]))
    reviewer = make_staff(Role.REVIEWER)
    with transaction():
        postings.take_down(session().scalar(select(Posting)), "虚假招聘", by=Actor(reviewer.id, Role.REVIEWER.value, "web"))
    report = import_rows(write_rows(tmp_path / "b.csv", [row(title="仓库管理员（高薪）")]))
    posting = all_postings()["r1"]
    assert (posting.state, posting.title) == (PostingState.TAKEN_DOWN, "仓库管理员")
    assert report.tally.unchanged == 1


@pytest.mark.parametrize("verb", [postings.stop, postings.return_], ids=["a spot check", "a reviewer"])
def test_what_a_person_refused_is_not_opened_by_the_same_words_and_waits_with_others(tmp_path, verb):
    import_rows(write_rows(tmp_path / "a.csv", [row()]))
    if verb is postings.return_:
        with transaction():
            session().scalars(select(Posting)).one().state = PostingState.IN_REVIEW
    with transaction():
        verb(session().scalars(select(Posting)).one(), "没有这个岗位。", by=Actor(make_staff(Role.REVIEWER).id, "reviewer", "web"))
    assert all_postings()["r1"].state is PostingState.WITHDRAWN
    for day in (today(), today() + timedelta(days=1)):
        import_rows(write_rows(tmp_path / "a.csv", [row()]), as_of=day)
        assert all_postings()["r1"].state is PostingState.WITHDRAWN
    import_rows(write_rows(tmp_path / "b.csv", [row(title="叉车司机")]))
    waiting = all_postings()["r1"]
    assert (waiting.state, waiting.title) == (PostingState.IN_REVIEW, "叉车司机")
    with transaction():
        postings.approve(session().get_one(Posting, waiting.id), by=Actor(make_staff(Role.REVIEWER).id, "reviewer", "web"))
    assert all_postings()["r1"].state is PostingState.OPEN


def test_what_was_refused_and_then_withdrawn_by_its_source_comes_back_before_a_reviewer(tmp_path):
    path = write_rows(tmp_path / "a.csv", [row()])
    import_rows(path)
    with transaction():
        postings.stop(session().scalars(select(Posting)).one(), "没有这个岗位。", by=Actor(make_staff(Role.REVIEWER).id, "reviewer", "web"))
    import_rows(write_rows(tmp_path / "b.csv", [row(title="叉车司机")]))
    with transaction():
        posting = session().scalars(select(Posting)).one()
        posting.state, posting.closed_at = PostingState.WITHDRAWN, now()
    import_rows(write_rows(tmp_path / "b.csv", [row(title="叉车司机")]), as_of=today() + timedelta(days=1))
    assert all_postings()["r1"].state is PostingState.IN_REVIEW


def test_a_source_that_does_not_open_by_itself_waits_for_a_reviewer(tmp_path):
    import_rows(write_rows(tmp_path / "a.csv", [row(1)]))
    with transaction():
        session().scalar(select(Source)).opens = False
    import_rows(write_rows(tmp_path / "b.csv", [row(2)]))
    posting = all_postings()["r2"]
    assert (posting.state, posting.opened_at) == (PostingState.IN_REVIEW, None)
    assert posting.submitted_at is not None


def test_refused_rows_go_to_a_file_with_line_reason_and_content(tmp_path):
    good, nameless = row(1), row(2, title="")
    text = csv_text([good, nameless, row(3, region_code="419001000"), row(1, title="重复"), row(4, company=" ")]) + 'r5,"broken\n'
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    report = import_rows(path)
    assert report.refused == dict.fromkeys(RefusalReason, 1)
    assert report.rejects == tmp_path / "imports" / str(report.batch_id) / "rejects.csv"
    with report.rejects.open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))
    assert written[0] == ["行号", "拒收原因", *COLUMNS]
    assert [(line[0], line[1]) for line in written[1:]] == [
        ("3", RefusalReason.NO_TITLE.label),
        ("4", RefusalReason.NO_PLACE.label),
        ("5", RefusalReason.REPEATED_ID.label),
        ("6", RefusalReason.NO_EMPLOYER.label),
        ("7", RefusalReason.BROKEN_ROW.label),
    ]
    assert written[1][2:] == list(nameless.values())
    with reading():
        batch = session().get(Batch, report.batch_id)
    assert (batch.rows, batch.added, batch.refused) == (6, 1, {reason.value: 1 for reason in RefusalReason})
    assert batch.state is BatchState.DONE


def test_refusals_may_go_to_a_file_of_ones_own_and_none_makes_no_file(tmp_path):
    own = tmp_path / "own" / "refused.csv"
    report = import_rows(write_rows(tmp_path / "a.csv", [row(title="")]), rejects=own)
    assert report.rejects == own
    assert own.exists()
    clean = import_rows(write_rows(tmp_path / "b.csv", [row()]), rejects=tmp_path / "none.csv")
    assert clean.rejects is None
    assert not (tmp_path / "none.csv").exists()


def test_a_file_without_the_columns_changes_nothing(tmp_path):
    path = write_rows(tmp_path / "a.csv", [row()], columns=("id", "title"))
    with pytest.raises(NotReadable, match="缺少这些列：company、region_code、source"):
        import_rows(path)
    with reading():
        assert session().scalar(select(func.count()).select_from(Batch)) == 0


def test_a_file_without_a_source_column_needs_a_name(tmp_path):
    path = write_rows(tmp_path / "a.csv", [row()], columns=[name for name in COLUMNS if name != "source"])
    with pytest.raises(NotReadable, match="缺少这些列：source"):
        import_rows(path)
    assert import_rows(path, source_name="市人社局").taken == 1


def test_a_file_that_broke_off_is_failed_and_what_came_is_told(tmp_path):
    whole = gzip.compress(csv_text(row(number) for number in range(20_000)).encode())
    path = tmp_path / "a.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NotReadable, match="没有传完整"):
        import_rows(path)
    with reading():
        batch = session().scalar(select(Batch))
    assert batch.state is BatchState.FAILED
    assert batch.added == len(all_postings()) > 0
    assert len(entries("BatchImported")) == 1


def test_rows_of_an_import_that_was_killed_are_told_by_the_next(tmp_path, monkeypatch):
    path = write_rows(tmp_path / "a.csv", [row(1), row(2)])
    with monkeypatch.context() as patched:
        patched.setattr(operations, "_end", lambda *_: None)  # as after kill -9: the rows are committed, the end never came
        import_rows(path)
    assert entries("BatchImported") == []
    report = import_rows(path)
    assert astuple(report.tally) == (0, 0, 2, 2, 0)
    assert {posting.batch_id for posting in all_postings().values()} == {report.batch_id}
    assert len(entries("BatchImported")) == 1
    assert import_rows(path).event is False


def test_a_transaction_takes_at_most_a_thousand_rows_and_gets_smaller_when_it_is_slow(tmp_path, monkeypatch):
    sizes, clock = [], [0.0]
    write = Writer.write

    def slow(writer, rows):
        sizes.append(len(rows))
        clock[0] += 0.001 * len(rows)
        return write(writer, rows)

    monkeypatch.setattr(Writer, "write", slow)
    monkeypatch.setattr(operations.time, "monotonic", lambda: clock[0])
    import_rows(write_rows(tmp_path / "a.csv", [row(number) for number in range(1000)]))
    assert sum(sizes) == 1000
    assert max(sizes[1:]) == 100  # 200 ms at most, aimed at half


def test_numbers_are_ascending_and_unique(tmp_path):
    import_rows(write_rows(tmp_path / "a.csv", [row(number) for number in range(500)]))
    import_rows(write_rows(tmp_path / "b.csv", [row(number) for number in range(500, 700)]))
    found = all_postings()
    numbers = [found[f"r{number}"].seq for number in range(700)]
    assert numbers == sorted(set(numbers))
