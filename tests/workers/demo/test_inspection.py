"""The spot checks and reports of the demo: in every state, and true to the operations' own rules."""

from collections import Counter

import pytest
from sqlalchemy import select

from webapp.accounts import queries as accounts
from webapp.db import session
from webapp.inspection import evidence, figures, queries, watchlist
from webapp.inspection.models import Campaign, CampaignState, Check, Effect, PublicReport, ReportState, Verdict
from webapp.postings import operations
from webapp.postings.models import Posting, PostingState
from webapp.reference.models import PhoneEntry
from workers.demo.staff import SHOWN_CITY

pytestmark = pytest.mark.usefixtures("house")
_CLOSED = {Effect.TAKEN_DOWN: {PostingState.TAKEN_DOWN}, Effect.STOPPED: {PostingState.WITHDRAWN, PostingState.FILLED}}


def test_one_campaign_is_published_and_one_is_under_way_and_both_can_be_drawn_again() -> None:
    campaigns = session().scalars(select(Campaign).order_by(Campaign.id)).all()
    assert [row.state for row in campaigns] == [CampaignState.PUBLISHED, CampaignState.RUNNING]
    assert {row.region for row in campaigns} == {SHOWN_CITY}
    assert all(figures.redraw(row).same for row in campaigns)
    finished, running = (figures.result(row) for row in campaigns)
    assert finished.total.known is not None and 0.5 < finished.total.known.value < 1
    assert {verdict for (verdict,) in session().execute(select(Check.verdict).where(Check.campaign_id == campaigns[0].id))} == set(Verdict)
    assert len(running.sources) == 3 and running.total.counts[figures.Group.LEFT] > 5


def test_what_was_found_was_done_to_the_postings() -> None:
    for check in session().scalars(select(Check).where(Check.effect.in_(list(_CLOSED)))):
        posting = session().get_one(Posting, check.posting_id)
        assert posting.state in _CLOSED[check.effect]
        assert posting.closed_at == check.judged_at
        assert not operations.is_too_near(posting, check.inspector_id)


def test_the_shown_inspector_and_reviewer_have_something_to_check() -> None:
    for sign_in in ("inspector@example.com", "reviewer.linyi@example.com"):
        person = accounts.person_by_email(sign_in)
        assert person is not None
        grants = accounts.grants_of(person.id)
        assert len(session().scalars(queries.own_checks(person.id, grants)).all()) >= 3
        assert queries.queue_counts(person.id, grants)["waiting"] >= 2


def test_reports_are_in_every_state_with_their_evidence_whole() -> None:
    reports = session().scalars(select(PublicReport)).all()
    assert set(Counter(row.state for row in reports)) == set(ReportState)
    assert any(row.is_late and row.state is ReportState.RECEIVED for row in reports)
    assert max(Counter(row.posting_id for row in reports).values()) == 2
    for row in reports:
        assert evidence.digest(row.evidence) == row.evidence_digest
        assert row.number.startswith(row.received_at.strftime("%Y%m"))
    inspector = accounts.person_by_email("inspector@example.com")
    assert inspector is not None
    assert watchlist.watchlist(accounts.grants_of(inspector.id)).handled.usual_span is not None


def test_no_telephone_number_is_invented() -> None:
    assert session().scalars(select(PhoneEntry)).all() == []
