"""What the tests of the pages share: a form filled in whole, and how a page and a row are looked at."""

import json
from typing import Any

import search.current
from search.engine import Unavailable
from tests.factories.postings import days_from_now
from tests.webapp.pages import read
from webapp.db import reading, session, transaction
from webapp.postings import indexing
from webapp.postings.models import Posting, PostingState

COMPLETE = {
    "title": "电焊工",
    "employment_type": "full_time",
    "headcount": "5",
    "duties": "焊接车架。",
    "requirements": "有焊工证。",
    "education": "20",
    "experience_years": "1",
    "skills": "氩弧焊、二保焊",
    "region": "370102",
    "address": "工业南路 88 号",
    "wage_unit": "month",
    "wage_low": "6，000",
    "wage_high": "８０００",
    "insurance": "五险",
    "benefits": "包住，工作餐",
    "protection": "面罩",
    "hazards": "无",
    "valid_through": days_from_now(30).isoformat(),
}


def build_index() -> None:
    search.current.engine().rebuild(indexing.every_open())


def index_postings(keys) -> int:
    """Brings these postings' documents up to date, as a worker does; answers how many were newer."""
    with reading():
        fresh = indexing.documents(keys)
    with search.current.engine().writer() as writer:
        return writer.put(fresh)


def stored(posting) -> Posting:
    with transaction():
        return session().get_one(Posting, posting.id)


def data_block(response) -> dict[str, Any]:
    block = next(node for node in read(response).all("script") if node.get("type") == "application/ld+json")
    return json.loads(block.text)


def state_of(posting) -> PostingState:
    return stored(posting).state


class Away:
    def find(self, query):
        raise Unavailable("away")
