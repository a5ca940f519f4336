from datetime import timedelta

import pytest

from tests.factories.accounts import make_person
from tests.factories.inspection import checks_in, decide, judge, make_draw, make_inspector, make_report, make_taken, stored
from tests.factories.postings import make_posting
from webapp.access import Actor
from webapp.db import now, session, today, transaction
from webapp.inspection.models import Call, Check, Decision, PublicReport, Verdict
from webapp.inspection.operations import forgetting
from webapp.ledger import Entry

pytestmark = pytest.mark.usefixtures("database")
OLD = timedelta(days=1096)


def forget() -> int:
    with transaction():
        return forgetting.forget(on=today(), by=Actor.SYSTEM)


def test_names_phones_and_words_are_wiped_after_the_time_they_are_kept_and_the_report_stays():
    handler, seeker = make_inspector(), make_person()
    old, fresh, open_ = (make_report(make_posting(), phone="13933334444", name="孙举报", reporter_id=seeker.id)[0] for _ in range(3))
    for row in (old, fresh):
        make_taken(row, handler)
        decide(row, Decision.UNFOUNDED, handler=handler, note="问过刘经理")
    with transaction():
        session().get_one(PublicReport, old.id).decided_at = now() - OLD
        session().get_one(PublicReport, open_.id).received_at = now() - OLD
    assert [forget(), forget()] == [1, 0]
    kept = stored(PublicReport, old.id)
    assert (kept.text, kept.name, kept.phone, kept.note, kept.reporter_id) == (None,) * 5
    assert kept.outcome and kept.evidence and kept.origin_index == b""
    assert stored(PublicReport, fresh.id).origin_index == b"o" * 32
    assert all(stored(PublicReport, row.id).phone for row in (fresh, open_))


def test_what_was_noted_of_a_call_is_wiped_and_the_call_stays():
    planner = make_inspector()
    make_posting()
    campaign, (check,) = make_draw(planner)
    judge(check, Verdict.VALID, remark="刘经理接的")
    with transaction():
        session().query(Call).one().at = now() - OLD
    assert [forget(), forget()] == [1, 0]
    with transaction():
        call = session().query(Call).one()
        assert (call.remark, call.verdict) == (None, Verdict.VALID)
        assert session().query(Entry).filter(Entry.event == "InspectionForgotten").one().payload["calls"] == 1
    assert isinstance(checks_in(campaign)[0], Check)
