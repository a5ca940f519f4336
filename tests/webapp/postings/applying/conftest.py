"""A posting for two, and its owner signed in."""

import pytest

from tests.factories.employers import owner_of
from tests.factories.postings import make_posting
from webapp.postings import queries as postings
from webapp.postings.models import Posting


@pytest.fixture
def posting() -> Posting:
    return make_posting(headcount=2)


@pytest.fixture
def owner(posting, client, sign_in):
    """Signed in."""
    person = owner_of(postings.employer_of(posting))
    sign_in(client, person)
    return person
