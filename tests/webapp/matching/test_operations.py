import pytest
from sqlalchemy import func, select

from tests.factories.accounts import disable, make_person
from tests.factories.postings import make_posting
from tests.factories.seekers import make_saved_search
from webapp import ledger
from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.accounts.operations import change_profile
from webapp.db import reading, session, transaction
from webapp.events import MatchesFound
from webapp.ledger import Entry
from webapp.matching import operations
from webapp.matching.models import Match
from webapp.notices import links
from webapp.notices.models import Message, Notice, NoticeKind
from webapp.postings.models import Posting, PostingState
from webapp.seekers import operations as seekers
from webapp.seekers import queries
from webapp.seekers.filing import ANYWHERE
from webapp.seekers.models import SavedSearch

pytestmark = pytest.mark.usefixtures("database")
BY = Actor.SYSTEM


def match(posting):
    with transaction():
        return operations.match_posting(posting.id, by=BY)


def notify(posting):
    with transaction():
        return operations.notify_seekers(posting.id, by=BY)


def rows(model):
    with reading():
        return list(session().scalars(select(model)))


def count(model):
    with reading():
        return session().scalar(select(func.count()).select_from(model))


def told():
    """The notices about matches: a reviewer's decision makes notices of its own."""
    return [notice for notice in rows(Notice) if notice.kind is NoticeKind.MATCH]


def test_a_posting_matches_the_searches_that_would_find_it():
    wanted = [make_saved_search(q="焊工"), make_saved_search(q="焊工", region="370100"), make_saved_search(q="焊", wage="6000", type=["full_time"])]
    for missed in (
        {"q": "会计"},
        {"q": "焊工", "region": "370200"},
        {"q": "焊工", "wage": "9000"},
        {"q": "焊工 -电焊工"},
        {"q": "焊工", "outside": "1"},
    ):
        make_saved_search(**missed)
    posting = make_posting(title="电焊工", region="370102", duties="焊接农机车架")
    assert match(posting) == 3
    assert {found.saved_search_id for found in rows(Match)} == {saved.id for saved in wanted}


def test_matching_twice_is_matching_once():
    make_saved_search(q="焊工")
    posting = make_posting()
    assert match(posting) == 1
    assert match(posting) == 0
    assert count(Match) == 1
    with reading():
        assert session().scalar(select(func.count()).where(Entry.event == "MatchesFound")) == 1


def test_a_search_saved_meanwhile_is_matched_by_the_next_run():
    posting = make_posting()
    assert match(posting) == 0
    make_saved_search(q="焊工")
    assert match(posting) == 1


def test_a_search_without_keyword_is_never_pushed():
    make_saved_search(region="370100")
    assert match(make_posting(region="370102")) == 0


def test_a_removed_search_matches_nothing():
    person = make_person()
    saved = make_saved_search(person, q="焊工")
    with transaction():
        seekers.remove_search(queries.saved_search_of(person.id, saved.id), by=BY)
    assert match(make_posting()) == 0


def test_a_search_filed_by_an_older_analysis_is_found_and_filed_anew():
    saved = make_saved_search(q="焊工")
    with transaction():
        old = session().get(SavedSearch, saved.id)
        old.word, old.filed_by = "别的词", "older"
    assert match(make_posting()) == 1
    assert rows(SavedSearch)[0].word == ANYWHERE  # 电焊工 fulfils it as well


@pytest.mark.parametrize("state", [PostingState.IN_REVIEW, PostingState.PAUSED, PostingState.TAKEN_DOWN, PostingState.EXPIRED])
def test_a_posting_that_is_not_open_matches_nothing(state):
    make_saved_search(q="焊工")
    assert match(make_posting(state=state)) == 0


def test_three_searches_of_one_person_make_one_notice_and_one_mail():
    person = make_person(email="sun@example.com")
    for name, criteria in (("甲", {"q": "焊工"}), ("乙", {"q": "电焊工"}), ("丙", {"q": "焊工", "region": "370100"})):
        make_saved_search(person, name=name, by_email=name == "乙", **criteria)
    posting = make_posting()
    assert match(posting) == 3
    assert notify(posting) == 1
    (notice,), (message,) = told(), rows(Message)
    assert (notice.person_id, notice.kind, notice.path) == (person.id, NoticeKind.MATCH, f"/postings/{posting.id}")
    assert notice.title == f"新岗位：{posting.title}（{posting.employer_name}）"
    assert all(name in notice.body for name in ("“甲”", "“乙”", "“丙”"))
    assert (message.person_id, message.address) == (person.id, "sun@example.com")
    assert all(found.notified_at is not None for found in rows(Match))


def test_telling_twice_is_telling_once():
    make_saved_search(make_person(email="sun@example.com"), q="焊工")
    posting = make_posting()
    match(posting)
    assert [notify(posting), notify(posting)] == [1, 0]
    assert (len(told()), count(Message)) == (1, 1)


def test_a_second_search_that_matches_later_does_not_tell_the_same_posting_again():
    person = make_person(email="sun@example.com")
    make_saved_search(person, q="焊工")
    posting = make_posting()
    match(posting)
    notify(posting)
    make_saved_search(person, q="电焊工")
    assert match(posting) == 1
    notify(posting)
    assert (len(told()), count(Message)) == (1, 1)


def test_an_address_that_waits_for_its_confirmation_gets_no_mail_but_the_inbox_does():
    person = make_person()
    with transaction():
        change_profile(session().get_one(Person, person.id), name="孙求职", email="sun@example.com", by=Actor.SYSTEM)
    make_saved_search(person, q="焊工", by_email=True)
    posting = make_posting()
    match(posting)
    assert notify(posting) == 1
    assert (len(told()), count(Message)) == (1, 0)


def test_no_mail_without_the_wish_for_it_or_an_address():
    make_saved_search(make_person(email="sun@example.com"), q="焊工", by_email=False)
    make_saved_search(make_person(), q="焊工", by_email=True)
    posting = make_posting()
    match(posting)
    assert notify(posting) == 2
    assert (len(told()), count(Message)) == (2, 0)


def test_a_posting_that_closed_meanwhile_is_not_announced():
    make_saved_search(q="焊工")
    posting = make_posting()
    match(posting)
    with transaction():
        session().get(Posting, posting.id).state = PostingState.FILLED
    assert notify(posting) == 0
    assert told() == []


def test_who_was_disabled_or_removed_the_search_meanwhile_is_not_told():
    gone, changed = make_person(), make_person()
    make_saved_search(gone, q="焊工")
    saved = make_saved_search(changed, q="焊工")
    posting = make_posting()
    assert match(posting) == 2
    disable(gone)
    with transaction():
        seekers.remove_search(queries.saved_search_of(changed.id, saved.id), by=BY)
    assert notify(posting) == 0


def test_nothing_of_a_person_is_on_the_ledger_or_in_a_kept_title():
    person = make_person(name="欧阳求职", email="ouyang@example.com")
    make_saved_search(person, name="悄悄找工作", q="焊工")
    posting = make_posting()
    match(posting)
    notify(posting)
    with reading():
        said = [str(entry.payload) for entry in session().scalars(select(Entry))] + list(session().scalars(select(Message.title)))
    assert not [text for text in said if any(secret in text for secret in ("欧阳", "ouyang", person.phone, "悄悄找工作"))]


def test_the_mail_leads_to_the_posting_and_to_the_way_out():
    links.settle("https://jobs.example")
    try:
        make_saved_search(make_person(email="sun@example.com"), q="焊工")
        posting = make_posting()
        match(posting)
        notify(posting)
    finally:
        links.settle("")
    body = rows(Message)[0].body
    assert f"https://jobs.example/postings/{posting.id}" in body
    assert "https://jobs.example/saved-searches" in body
    assert rows(Message)[0].leave_path == "/saved-searches"


def test_matches_found_is_what_its_listener_waits_for():
    ledger.subscribe({MatchesFound: (ledger.Listener("notify_seekers", "notify"),)})
    make_saved_search(q="焊工")
    match(make_posting())
    with transaction():
        (claim,) = ledger.claim("notify")
    assert claim.event.count == 1
