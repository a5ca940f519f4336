"""What a source sends opens as before, but for words that a person has to see first; nothing is refused for its words."""

import pytest
from sqlalchemy import select

from tests.factories.accounts import make_staff
from tests.factories.postings import actor_of
from tests.factories.sources import import_rows, row, write_rows
from webapp.access import Role
from webapp.db import now, reading, session, today, transaction
from webapp.postings import cards, operations
from webapp.postings.models import Posting, PostingState

pytestmark = pytest.mark.usefixtures("database")
S = PostingState
CLEAN, FLAGGED, BLOCKED = "负责入库、出库和盘点。", "负责入库，40岁以下。", "负责入库，限男性。"


@pytest.fixture
def send(tmp_path):
    def sent(*descriptions, as_of=None):
        rows = [row(number, description=text) for number, text in enumerate(descriptions, 1)]
        report = import_rows(write_rows(tmp_path / "a.csv", rows), as_of=as_of or today())
        with reading():
            found = session().scalars(select(Posting).order_by(Posting.source_key)).all()
        return report, found

    return sent


def approve(posting):
    with transaction():
        operations.approve(session().get_one(Posting, posting.id), by=actor_of(make_staff(Role.REVIEWER), Role.REVIEWER))


def test_only_what_blocks_waits_for_a_person(send):
    report, rows = send(CLEAN, FLAGGED, BLOCKED)
    assert (report.taken, report.rows) == (3, 3)
    assert [(one.state, one.flags) for one in rows] == [(S.OPEN, []), (S.OPEN, []), (S.IN_REVIEW, ["SEX"])]
    assert rows[2].opened_at is None and rows[2].submitted_at is not None


FEE_TAKEN = "负责入库，入职须缴纳服装费300元。"
CHAT = "居家聊天打字，不露脸，日结，无需经验。"
ENDLESS = "负责入库，每天工作15小时，月休2天。"
WITH_A_PHONE = "负责入库，联系电话13800001234。"
FORWARDED_FLAGS = {FEE_TAKEN: ["FEE"], CHAT: ["FRAUD.home"], ENDLESS: ["OVERTIME.extreme"], WITH_A_PHONE: []}


@pytest.mark.parametrize(("text", "codes"), FORWARDED_FLAGS.items())
def test_a_flag_whose_rule_says_so_holds_a_forwarded_row_too(send, text, codes):
    """A telephone does not: it is taken out where the posting goes on to others."""
    _, (one,) = send(text)
    assert (one.state, one.flags) == (S.IN_REVIEW if codes else S.OPEN, codes)


def test_an_open_row_that_now_says_so_leaves_the_open_ones_until_it_is_decided(send):
    send(CLEAN)
    _, (waits,) = send(BLOCKED)
    assert (waits.state, waits.flags, waits.duties) == (S.IN_REVIEW, ["SEX"], BLOCKED)
    approve(waits)
    _, (opened,) = send(BLOCKED)
    assert opened.state is S.OPEN, "a person has seen these words"
    _, (waits,) = send(BLOCKED + "每班八小时。")
    assert (waits.state, waits.duties) == (S.IN_REVIEW, BLOCKED + "每班八小时。"), "and nobody has seen those"


def test_one_that_mends_its_words_still_waits_for_whoever_has_it_in_hand(send):
    send(BLOCKED)
    _, (waits,) = send(CLEAN)
    assert (waits.state, waits.flags) == (S.IN_REVIEW, [])


def test_what_a_reviewer_did_not_publish_is_not_brought_back_by_sending_it_again(send):
    _, (waits,) = send(BLOCKED)
    with transaction():
        posting = session().get_one(Posting, waits.id)
        operations.return_(posting, "限男性", by=actor_of(make_staff(Role.REVIEWER), Role.REVIEWER))
    _, (kept,) = send(BLOCKED)
    assert kept.state is S.WITHDRAWN
    _, (waits,) = send(BLOCKED + "每班八小时。")
    assert waits.state is S.IN_REVIEW


@pytest.mark.parametrize("state", [S.EXPIRED, S.WITHDRAWN])
def test_what_was_stopped_after_it_closed_is_not_opened_again_by_its_source(send, state):
    _, (first,) = send(CLEAN)
    with transaction():
        posting = session().get_one(Posting, first.id)
        posting.state, posting.closed_at = state, now()
        session().flush()
        operations.stop(posting, "举报属实", by=actor_of(make_staff(Role.REVIEWER), Role.REVIEWER))
    _, (kept,) = send(CLEAN)
    assert kept.state is S.WITHDRAWN
    _, (waits,) = send(CLEAN + "每班八小时。")
    assert waits.state is S.IN_REVIEW


def test_one_that_comes_back_with_such_words_waits_again(send):
    _, (first,) = send(BLOCKED)
    approve(first)
    with transaction():
        session().get_one(Posting, first.id).state = S.EXPIRED
    _, (again,) = send(BLOCKED + "每班八小时。")
    assert (again.state, again.closed_at) == (S.IN_REVIEW, None)


def test_whoever_stood_behind_it_leads_from_then_on(send):
    _, (leader, behind) = send(CLEAN, CLEAN)
    with transaction():
        cards.regroup({behind.id: leader.id}, by=actor_of(make_staff(Role.REVIEWER), Role.REVIEWER))
    _, rows = send(BLOCKED, CLEAN)
    assert [(one.state, one.card_id) for one in rows] == [(S.IN_REVIEW, None), (S.OPEN, None)]
