"""Every row is as the operations would have left it, and they go on from there."""

import csv
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select

from tests.workers.demo.support import direct
from webapp import db, ledger
from webapp.access import Actor, Role
from webapp.accounts import queries as accounts
from webapp.accounts.models import Person, RoleGrant
from webapp.config import Settings
from webapp.db import session, today, transaction
from webapp.employers.models import Employer, EmployerState
from webapp.ledger import Entry
from webapp.matching.models import Match
from webapp.notices.models import Notice, NoticeKind
from webapp.postings import operations
from webapp.postings.applying.models import NEXT, Application, ApplicationState, ApplicationStep, Hire, HireState, Interview
from webapp.postings.life.models import PostingOutcome, PostingTemplate, PostingView
from webapp.postings.models import Posting, PostingReview, PostingState
from webapp.postings.reviewing.models import ChangeState, PostingChange, ReviewItem
from webapp.postings.reviewing.operations import waiting_item
from webapp.postings.values import values_of
from webapp.sources.operations import import_postings
from workers.demo import forwarded, seekers
from workers.demo.calendar import Calendar
from workers.demo.loading import _IN_ORDER

_S, _A = PostingState, ApplicationState


def _lines() -> dict[str, list[str]]:
    lines: dict[str, list[str]] = defaultdict(list)
    for entry in session().scalars(select(Entry).order_by(Entry.id)):
        lines[entry.subject or ""].append(entry.event)
    return lines


_LIVES = {
    _S.DRAFT: {("PostingDrafted",), ("PostingDrafted", "PostingSubmitted", "PostingReturned")},
    _S.IN_REVIEW: {("PostingDrafted", "PostingSubmitted")},
    _S.OPEN: {("PostingDrafted", "PostingSubmitted", "PostingApproved")},
    _S.EXPIRED: {("PostingDrafted", "PostingSubmitted", "PostingApproved")},
}
_BESIDE = {"MatchesFound", "PostingChangeProposed", "PostingChangeSubmitted", "PostingOutcomeTold"}
_CLOSED = {("PostingDrafted", "PostingSubmitted", "PostingApproved", "PostingClosed")}


@pytest.mark.usefixtures("house")
class TestAsTheOperationsWouldHaveLeftIt:
    def test_the_ledger_tells_the_life_of_every_posting(self) -> None:
        lines = _lines()
        for row in direct():
            life = tuple(line for line in lines[str(row.id)] if line not in _BESIDE)
            assert life in _LIVES.get(row.state, _CLOSED), (row.state, life)

    def test_instants_stand_where_the_state_wants_them_and_in_order(self) -> None:
        closed = {_S.PAUSED, _S.FILLED, _S.EXPIRED, _S.WITHDRAWN, _S.TAKEN_DOWN}
        for row in direct():
            assert (row.closed_at is not None) == (row.state in closed)
            was_open = row.state in closed | {_S.OPEN}
            assert (row.opened_at is not None) == (row.valid_from is not None) == was_open
            known = [at for at in (row.created_at, row.submitted_at, row.opened_at, row.closed_at, db.now()) if at is not None]
            assert known == sorted(known)

    def test_what_may_be_open_is_valid_today_and_what_expired_is_not(self) -> None:
        for row in session().scalars(select(Posting)):
            assert row.valid_through is not None
            assert (row.valid_through < today()) == (row.state is _S.EXPIRED), row.state

    def test_what_was_handed_in_says_of_its_employer_what_the_employer_said(self) -> None:
        about = dict(session().execute(select(Employer.id, Employer.about)).all())
        for row in direct():
            assert row.employer_about == ("" if row.submitted_at is None else about[row.employer_id])

    def test_what_expired_is_found_by_the_fact_that_tells_it(self) -> None:
        for entry in session().scalars(select(Entry).where(Entry.event == "PostingsExpired")):
            event = ledger.decode(entry.event, entry.payload)
            assert len(operations_closed_at(event.at)) == event.count

    def test_what_was_handed_in_waited_for_its_decision_and_says_how_long(self) -> None:
        items = {item.posting_id: item for item in session().scalars(select(ReviewItem).where(ReviewItem.change_id.is_(None)))}
        first = {review.posting_id: review for review in session().scalars(select(PostingReview).order_by(PostingReview.at.desc()))}
        handed_in = [row for row in direct() if row.submitted_at is not None]
        assert items.keys() == {row.id for row in handed_in}
        for row in handed_in:
            item, review = items[row.id], first.get(row.id)
            assert row.submitted_at is not None and abs(item.submitted_at - row.submitted_at) < timedelta(seconds=1)
            assert (item.closed_at is None) == (row.state is _S.IN_REVIEW) == (review is None)
            if review is not None and item.closed_at is not None:
                assert (item.decision, item.decided_by) == (review.decision, review.by_id)
                assert abs(item.closed_at - review.at) < timedelta(seconds=1)
            assert item.risk == len(item.risks)
        assert any(item.risks for item in items.values() if item.closed_at is None)

    def test_the_shown_employer_has_a_template_readers_an_outcome_and_a_change_that_waits(self) -> None:
        template, outcome = session().scalars(select(PostingTemplate)).one(), session().scalars(select(PostingOutcome)).one()
        change = session().scalars(select(PostingChange)).one()
        changed, filled = (session().get_one(Posting, key) for key in (change.posting_id, outcome.posting_id))
        assert {changed.employer_id, filled.employer_id} == {template.employer_id}
        assert (change.state, changed.state, filled.state) == (ChangeState.IN_REVIEW, _S.OPEN, _S.FILLED)
        assert waiting_item(changed).change_id == change.id
        read = {row.posting_id for row in session().scalars(select(PostingView))}
        assert read == {row.id for row in direct() if row.employer_id == template.employer_id and row.state in {_S.OPEN, _S.FILLED}}

    def test_only_a_verified_employer_has_more_than_drafts_and_its_reviewer_is_no_member(self) -> None:
        verified = set(session().scalars(select(Employer.id).where(Employer.state == EmployerState.VERIFIED)))
        assert all(row.employer_id in verified for row in direct() if row.state is not _S.DRAFT)
        postings = {row.id: row for row in direct()}
        for review in session().scalars(select(PostingReview)):
            assert review.by_id is not None
            assert not operations.is_too_near(postings[review.posting_id], review.by_id)

    def test_an_employers_members_act_in_the_role_they_hold(self) -> None:
        roles = {(grant.person_id, grant.employer_id): grant.role for grant in session().scalars(select(RoleGrant)) if grant.employer_id is not None}
        told = {entry.subject: entry for entry in session().scalars(select(Entry).where(Entry.event == "PostingDrafted"))}
        for row in direct():
            assert row.author_id is not None
            assert told[str(row.id)].by_role == roles[row.author_id, row.employer_id].value

    def test_applications_are_of_people_to_postings_that_were_open_and_their_members_were_told(self) -> None:
        open_ones = {row.id: row for row in direct() if row.state in {_S.OPEN, _S.EXPIRED}}
        told = Counter(session().scalars(select(Notice.subject).where(Notice.kind == NoticeKind.APPLICATION)))
        for sent in session().scalars(select(Application)):
            person = session().get_one(Person, sent.person_id)
            opened = open_ones[sent.posting_id].opened_at
            assert opened is not None
            assert max(opened, person.created_at) < sent.sent_at <= db.now()
            assert told[f"{sent.id}:{sent.sent_at:%Y%m%d%H%M%S}"] >= 1

    def test_an_application_came_where_it_is_step_by_step_along_the_table(self) -> None:
        steps: dict[object, list[ApplicationStep]] = defaultdict(list)
        for step in session().scalars(select(ApplicationStep).order_by(ApplicationStep.at, ApplicationStep.id)):
            steps[step.application_id].append(step)
        states = set()
        for sent in session().scalars(select(Application)):
            way = steps[sent.id]
            assert [step.before for step in way] == [None, *(step.after for step in way[:-1])]
            assert all(step.after in NEXT[step.before] for step in way if step.before is not None)
            assert way[-1].after is sent.state
            assert (sent.seen_at is not None) == any(step.after not in {_A.SENT, _A.WITHDRAWN, _A.LAPSED} for step in way)
            assert (sent.withdrawn_at is not None) == (sent.state is _A.WITHDRAWN)
            states.add(sent.state)
        assert states == set(_A), "the demo shows every state"

    def test_who_was_hired_has_a_hire_and_nobody_else(self) -> None:
        hired = {row.id for row in session().scalars(select(Application).where(Application.state == _A.HIRED))}
        rows = session().scalars(select(Hire)).all()
        assert {row.application_id for row in rows} == hired
        assert {row.state for row in rows} >= {HireState.WAITING, HireState.REGISTERED}

    def test_the_shown_seeker_is_invited_for_tomorrow(self) -> None:
        seeker = accounts.person_by_phone(seekers.shown_phone())
        assert seeker is not None
        invited = select(Interview).join(Application, Application.id == Interview.application_id).where(Application.person_id == seeker.id)
        days = {row.starts_at.astimezone(db.LOCAL_ZONE).date() for row in session().scalars(invited)}
        assert days == {today() + timedelta(days=1)}

    def test_the_row_numbers_have_no_gaps(self) -> None:
        numbers = sorted(session().scalars(select(Posting.seq)))
        assert numbers == list(range(1, len(numbers) + 1))

    def test_nothing_lies_in_the_future(self) -> None:
        for kind in _IN_ORDER:
            for column in inspect(kind).columns:
                if isinstance(column.type, db.UtcDateTime):
                    latest = session().scalar(select(func.max(column)))
                    assert latest is None or latest <= db.now(), column

    def test_every_match_was_told(self) -> None:
        matches = session().scalars(select(Match)).all()
        assert len(matches) >= 30
        assert all(match.notified_at is not None for match in matches)
        told = set(session().execute(select(Notice.person_id, Notice.subject).where(Notice.kind == NoticeKind.MATCH)).all())
        assert {(match.person_id, f"posting:{match.posting_id}") for match in matches} == {tuple(row) for row in told}


def operations_closed_at(at: str) -> list[object]:
    return list(session().scalars(select(Posting.id).where(Posting.closed_at == datetime.fromisoformat(at))))


class TestWorkingWithIt:
    @pytest.mark.usefixtures("scratch")
    def test_saving_a_draft_as_it_stands_changes_nothing(self) -> None:
        with transaction():
            drafts = session().scalars(select(Posting).where(Posting.state == _S.DRAFT)).all()
            assert len(drafts) > 50
            for row in drafts:
                operations.change(row, values_of(row), by=Actor(row.author_id, "employer_owner", "web"))
            assert [row.title for row in drafts if session().is_modified(row)] == []

    @pytest.mark.usefixtures("scratch")
    def test_the_shown_reviewer_can_open_what_waits(self) -> None:
        reviewer = accounts.person_by_email("reviewer@example.com")
        assert reviewer is not None
        by = Actor(reviewer.id, Role.REVIEWER.value, "web")
        with transaction():
            waiting = session().scalars(select(Posting).where(Posting.state == _S.IN_REVIEW)).all()
            for row in waiting:
                operations.approve(row, by=by)
            assert {row.state for row in waiting} == {_S.OPEN}

    def test_the_importer_finds_the_forwarded_rows_unchanged(self, scratch: Settings, tmp_path: Path) -> None:
        for place, (name, (count, minute)) in enumerate(forwarded.SOURCES.items()):
            calendar = Calendar(today())
            rows = forwarded.rows_of(calendar, name, place)
            path = tmp_path / f"{place}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            report = import_postings(path, as_of=calendar.day(minute), rejects=None, var=scratch.var, by=Actor.command())
            assert (report.tally.unchanged, report.tally.touched, report.refused) == (count, 0, {})
