"""Inbox lines and messages, by the operations the house itself uses."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

from webapp.access import Actor
from webapp.db import in_transaction, transaction
from webapp.notices.models import Channel, Message, Notice, NoticeKind
from webapp.notices.operations import queue_message, tell


def make_notice(person_id: UUID, *, subject: str = "posting-1", title: str = "有 1 个新岗位", path: str = "/postings") -> Notice:
    with _ensured():
        notice = tell(person_id, NoticeKind.MATCH, subject, title=title, body="焊工，历下区", path=path)
    assert notice is not None, "a notice of this subject exists already"
    return notice


def make_message(*, key: str = "match:1", address: str = "zhang@example.com", title: str = "有新岗位", body: str = "焊工") -> Message:
    with _ensured():
        message = queue_message(channel=Channel.EMAIL, dedupe_key=key, person_id=None, address=address, title=title, body=body, by=Actor.SYSTEM)
    assert message is not None, "a message with this key exists already"
    return message


def _ensured() -> AbstractContextManager[Any]:
    return nullcontext() if in_transaction() else transaction()
