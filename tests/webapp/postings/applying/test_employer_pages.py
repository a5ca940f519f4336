from tests.factories.accounts import make_person
from tests.factories.employers import owner_of
from tests.factories.postings import make_application, make_posting
from tests.webapp.pages import read
from webapp.access import Actor
from webapp.db import session, transaction
from webapp.postings import queries as postings
from webapp.postings.applying import operations
from webapp.postings.applying.models import Application


def test_name_and_phone_show_only_with_consent_after_opening_and_never_after_withdrawal(client, sign_in):
    posting = make_posting()
    sharing = make_person(name="欧阳共享", phone="13700000001")
    silent = make_person(name="司马沉默", phone="13700000002")
    shared, quiet = make_application(posting, sharing), make_application(posting, silent, shares_phone=False)
    sign_in(client, owner_of(postings.employer_of(posting)))
    path = f"/employer/postings/{posting.id}/applications"

    def text() -> str:
        return client.get(path).text

    assert "13700000001" not in text()
    assert "欧阳共享" not in text()
    for application in (shared, quiet):
        assert client.post(f"{path}/{application.id}/open").status_code == 303
    assert "13700000001" in text()
    assert "欧阳共享" in text()
    assert "司马沉默" not in text()
    assert "13700000002" not in text()
    with transaction():
        assert session().get_one(Application, quiet.id).seen_at is not None
        operations.withdraw_application(session().get_one(Application, shared.id), by=Actor.SYSTEM)
    assert "13700000001" not in text()
    assert "欧阳共享" not in text()
    assert "有三年经验" not in read(client.get(path)).of_class("panel")[0].itertext()


def test_reading_the_applications_writes_nothing(client, sign_in):
    posting = make_posting()
    application = make_application(posting)
    sign_in(client, owner_of(postings.employer_of(posting)))
    client.get(f"/employer/postings/{posting.id}/applications")
    with transaction():
        assert session().get_one(Application, application.id).seen_at is None
