import pytest
from sqlalchemy import func, select

from tests.factories.accounts import make_person, make_staff
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.postings import actor_of, days_from_now, make_application, make_forwarded, make_posting
from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import session, transaction
from webapp.notices.models import Notice, NoticeKind
from webapp.postings import operations as postings
from webapp.postings.applying import operations, queries
from webapp.postings.applying.models import Application, ApplicationState
from webapp.postings.applying.operations import AlreadyApplied, AppliesElsewhere, NotOpen, NotSent, OwnEmployer
from webapp.postings.models import Posting, PostingState
from webapp.postings.operations import NoReason

pytestmark = pytest.mark.usefixtures("database")
EMPLOYER = Actor(None, Role.EMPLOYER_OWNER.value, "web")


def take_down(posting: Posting, reason: str = "收押金。") -> None:
    with transaction():
        postings.take_down(stored(posting), reason, by=actor_of(make_staff(Role.REVIEWER), Role.REVIEWER))
    with transaction():
        operations.hear_of_closing(posting.id)


def stored(posting: Posting) -> Posting:
    return session().get_one(Posting, posting.id)


def change_application(verb, application, **options):
    with transaction():
        verb(session().get_one(Application, application.id), **options)


def test_an_application_is_told_to_every_member_and_has_a_number_of_digits():
    employer = make_employer()
    make_member(employer)
    posting = make_posting(employer=employer)
    application = make_application(posting)
    assert application.number.isdigit()
    told = session().scalars(select(Notice).where(Notice.kind == NoticeKind.APPLICATION)).all()
    assert len(told) == 2
    assert not any("孙" in notice.title + notice.body for notice in told)


def test_a_second_application_is_refused_and_shows_the_first():
    posting, seeker = make_posting(), make_person()
    first = make_application(posting, seeker)
    with pytest.raises(AlreadyApplied) as refused:
        make_application(posting, seeker)
    assert refused.value.application_id == first.id
    assert session().scalar(select(func.count()).select_from(Application)) == 1


@pytest.mark.parametrize("state", [PostingState.PAUSED, PostingState.FILLED, PostingState.EXPIRED, PostingState.WITHDRAWN, PostingState.TAKEN_DOWN])
def test_nobody_applies_to_a_closed_posting(state):
    with pytest.raises(NotOpen):
        make_application(make_posting(state=state))


def test_nobody_applies_after_the_last_day_even_before_the_nightly_run():
    posting = make_posting()
    with transaction():
        stored(posting).valid_through = days_from_now(-1)
    with pytest.raises(NotOpen):
        make_application(posting)


def test_nobody_applies_here_to_a_forwarded_posting():
    with pytest.raises(AppliesElsewhere):
        make_application(make_forwarded())


def test_nobody_applies_to_their_own_employer():
    employer = make_employer()
    with pytest.raises(OwnEmployer):
        make_application(make_posting(employer=employer), owner_of(employer))


def test_a_withdrawn_application_can_be_sent_again_under_its_number():
    posting, seeker = make_posting(), make_person()
    application = make_application(posting, seeker, message="一")
    with transaction():
        own = queries.own_application(application.id, seeker.id, for_change=True)
        operations.open_application(own, by=EMPLOYER)
        operations.withdraw_application(own, by=actor_of(seeker, Role.SEEKER))
        with pytest.raises(NotSent):
            operations.withdraw_application(own, by=actor_of(seeker, Role.SEEKER))
        with pytest.raises(NotSent):
            operations.open_application(own, by=EMPLOYER)
    again = make_application(posting, seeker, message="二", shares_phone=False)
    assert (again.number, again.state, again.message, again.shares_phone) == (application.number, ApplicationState.SENT, "二", False)
    assert again.seen_at is None


def test_whoever_still_applies_is_warned_once_when_a_posting_is_taken_down():
    posting = make_posting()
    live, other, withdrawn = (make_application(posting, make_person(name=name)) for name in ("孙求职", "李求职", "周求职"))
    change_application(operations.withdraw_application, withdrawn, by=actor_of(session().get_one(Person, withdrawn.person_id), Role.SEEKER))
    take_down(posting)
    told = session().scalars(select(Notice).where(Notice.kind == NoticeKind.TAKEN_DOWN)).all()
    assert sorted((notice.person_id, notice.path) for notice in told) == sorted((one.person_id, f"/applications/{one.id}") for one in (live, other))
    for notice in told:
        assert "已下架" in notice.title
        assert "不要交任何费用" in notice.body
        assert "12333" in notice.body
        assert "收押金" not in notice.body


def test_a_refused_take_down_warns_nobody():
    posting = make_posting()
    make_application(posting)
    with pytest.raises(NoReason):
        take_down(posting, " ")
    with transaction():
        operations.hear_of_closing(posting.id)
    assert not session().scalars(select(Notice).where(Notice.kind == NoticeKind.TAKEN_DOWN)).all()
