import pytest

from tests.factories.accounts import make_person
from tests.factories.postings import make_application, make_posting
from webapp.db import session
from webapp.postings.applying import queries

pytestmark = pytest.mark.usefixtures("database")


def test_an_application_is_found_by_its_posting_and_by_its_seeker_only():
    posting, other = make_posting(), make_posting()
    seeker = make_person()
    application = make_application(posting, seeker)
    assert queries.application_to(posting, application.id) is not None
    assert queries.application_to(other, application.id) is None
    assert queries.own_application(application.id, make_person().id) is None
    assert queries.own_application(application.id, seeker.id) is not None
    assert session().scalars(queries.applications_of(make_person().id)).all() == []
