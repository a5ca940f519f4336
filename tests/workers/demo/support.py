"""Questions these tests share."""

from sqlalchemy import select

from webapp.db import session
from webapp.postings.models import Posting


def direct() -> list[Posting]:
    return list(session().scalars(select(Posting).where(Posting.source_id.is_(None)).order_by(Posting.seq)))
