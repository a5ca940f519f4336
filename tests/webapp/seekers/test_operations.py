import pytest
from sqlalchemy import select

from search.query import Wish
from tests.factories.accounts import make_person
from tests.factories.reference import set_parameter
from tests.factories.seekers import make_saved_search
from webapp.access import Actor
from webapp.db import reading, session, transaction
from webapp.ledger import Entry
from webapp.reference.models import Education
from webapp.seekers import operations, queries
from webapp.seekers.filing import ANYWHERE, analysis_mark, filing_word
from webapp.seekers.models import SavedSearch
from webapp.seekers.operations import NothingAsked, TooManySearches

pytestmark = pytest.mark.usefixtures("database")
BY = Actor.SYSTEM


def told(event):
    with reading():
        return len(list(session().scalars(select(Entry.id).where(Entry.event == event))))


def kept(person):
    with reading():
        return queries.saved_searches_of(person.id)


def test_a_profile_is_made_once_and_rewritten_whole():
    person = make_person()
    said = {
        "region": "370102",
        "education": Education.BACHELOR,
        "experience_years": 3,
        "wanted": "会计",
        "skills": ["用友", "Excel"],
        "about": "细心",
    }
    for changes in ({}, {"region": None, "experience_years": None, "skills": []}):
        with transaction():
            operations.keep_profile(person.id, **said | changes, by=BY)
    with reading():
        profile = queries.profile_of(person.id)
        assert (profile.region, profile.education, profile.experience_years, profile.skills, profile.wanted) == (None, 50, None, [], "会计")
    assert told("SeekerProfileChanged") == 2


@pytest.mark.parametrize(
    ("criteria", "region", "word"),
    [
        ({"q": "焊工", "region": "370100"}, "370100", ANYWHERE),  # 电焊工, 氩弧焊 fulfil it as well
        ({"q": "青铜器 修复"}, None, "青铜器"),
        ({"q": "青铜器 济南"}, "370100", "青铜器"),
        ({"region": "370102"}, "370102", None),
        ({"q": "-销售", "region": "370102"}, "370102", None),
        ({"q": "Fortran 青铜器"}, None, "fortran"),
    ],
)
def test_a_search_is_filed_under_its_longest_word_and_its_place(criteria, region, word):
    saved = make_saved_search(**criteria)
    assert (saved.region, saved.word, saved.filed_by) == (region, word, analysis_mark())


def test_a_search_whose_words_are_all_too_long_is_filed_anywhere():
    assert filing_word((Wish("supercalifragilistic"),)) == ANYWHERE


@pytest.mark.parametrize("criteria", [{"wage": "5000"}, {"q": "，。"}, {"q": "-销售"}])
def test_a_search_without_keyword_and_place_is_refused(criteria):
    with pytest.raises(NothingAsked):
        make_saved_search(**criteria)


def test_the_same_search_twice_is_one_with_the_newer_choices():
    person = make_person()
    first = make_saved_search(person, q="焊工", region="370100", by_email=True, name="甲")
    again = make_saved_search(person, q="焊工", region="370100", by_email=False, name="乙")
    assert [(saved.id, saved.name, saved.by_email) for saved in kept(person)] == [(first.id, "乙", False)]
    assert again.id == first.id


def test_the_limit_is_the_parameter_and_removing_one_makes_room():
    person = make_person()
    set_parameter("saved_searches_max", "2")
    first = make_saved_search(person, q="焊工")
    make_saved_search(person, q="会计")
    with pytest.raises(TooManySearches, match="最多保存 2 条"):
        make_saved_search(person, q="司机")
    assert len(kept(person)) == 2
    make_saved_search(make_person(), q="司机")
    with transaction():
        operations.remove_search(queries.saved_search_of(person.id, first.id), by=BY)
    make_saved_search(person, q="司机")
    assert [saved.criteria["q"] for saved in kept(person)] == ["司机", "会计"]


def test_the_choice_of_mail_is_told_once_per_change():
    person = make_person()
    saved = make_saved_search(person, by_email=True)
    for wanted in (True, False, False):
        with transaction():
            operations.choose_email(queries.saved_search_of(person.id, saved.id), by_email=wanted, by=BY)
    assert kept(person)[0].by_email is False
    assert told("SavedSearchChanged") == 1


def test_another_persons_search_is_not_found_nor_is_a_removed_one():
    owner, other = make_person(), make_person()
    saved = make_saved_search(owner)
    with transaction():
        assert queries.saved_search_of(other.id, saved.id) is None
        operations.remove_search(queries.saved_search_of(owner.id, saved.id), by=BY)
    with transaction():
        assert queries.saved_search_of(owner.id, saved.id) is None
    assert kept(owner) == kept(other) == []


def test_candidates_are_by_word_and_place():
    near = make_saved_search(q="青铜器", region="370100", name="近")
    make_saved_search(q="青铜器", region="370200", name="远")
    make_saved_search(q="fortran", name="别的词")
    make_saved_search(region="370100", name="没有词")
    anywhere = make_saved_search(q="supercalifragilistic")
    with reading():
        found = queries.filed_under({"青铜器", "电"}, ["370102", "370100", "370000"])
    assert {saved.id for saved in found} == {near.id, anywhere.id}


@pytest.mark.parametrize("mark", ["0", "~"])
def test_what_another_analysis_filed_is_known_until_it_is_filed_anew(mark):
    make_saved_search(q="fortran")
    stale = make_saved_search(q="青铜器")
    with transaction():
        old = session().get(SavedSearch, stale.id)
        old.word, old.filed_by = "别的词", mark
    with transaction():
        (found,) = queries.filed_otherwise()
        operations.file_anew(found, "青铜器")
    with reading():
        assert queries.filed_otherwise() == []
        assert [saved.id for saved in queries.filed_under({"青铜器"}, [])] == [stale.id]
