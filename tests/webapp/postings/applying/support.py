"""What the pages of an employer are asked for."""

from webapp.db import session, transaction
from webapp.postings.applying.models import Application


def stored(application) -> Application:
    with transaction():
        return session().get_one(Application, application.id)


def page_of(application) -> str:
    return f"/employer/postings/{application.posting_id}/applications/{application.id}"
