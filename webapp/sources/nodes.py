"""What is done to source nodes: kept, given keys, suspended. A key proves a node; it is shown once and kept as a keyed hash."""

import secrets
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select, update

from webapp import sealing
from webapp.access import Actor, Node
from webapp.db import new_key, now, session
from webapp.events import (
    NodeKeyMade,
    NodeKeyRevoked,
    SourceChanged,
    SourceContactShown,
    SourceOpened,
    SourceResumed,
    SourceSuspended,
)
from webapp.ledger import record
from webapp.postings.models import Posting
from webapp.sources.models import NodeKey, Source

KEY_BEGINS = "zlk_"
_PREFIX = 12
KEYS_AT_MOST = 5


class Refusal(Exception):
    """What may not be done; `says` tells the person why."""

    says: ClassVar[str] = ""

    def __str__(self) -> str:
        return self.says


class NameTaken(Refusal):
    says = "已经有一个叫这个名称的节点，请换一个名称，或去修改原来的节点"


class TooManyKeys(Refusal):
    says = f"一个节点最多同时有 {KEYS_AT_MOST} 个有效密钥，请先吊销不用的"


class NoReason(Refusal):
    says = "请写明理由，之后的人要看得懂为什么停用"


def add_node(values: Mapping[str, Any], *, by: Actor) -> Source:
    """A node from which nothing came yet. `values`: the fields of the form. Raises NameTaken."""
    _keep_name_free(values["name"], None)
    source = Source(id=new_key(), created_at=now())
    _fill(source, values)
    session().add(source)
    if source.opens:
        record(SourceOpened(str(source.id)), by=by)
    record(SourceChanged(str(source.id), opens=source.opens), by=by)
    return source


def change_node(source: Source, values: Mapping[str, Any], *, by: Actor) -> None:
    """Its name is what its postings and its keys go by, so the rows it sent stay its own. A new rank holds for them too. Raises NameTaken."""
    _keep_name_free(values["name"], source.id)
    rank = source.priority
    _fill(source, values)
    if source.priority != rank:
        ranked = update(Posting).where(Posting.source_id == source.id).values(card_rank=source.priority)
        session().execute(ranked.execution_options(synchronize_session=False))
    record(SourceChanged(str(source.id), opens=source.opens), by=by)


def _keep_name_free(name: str, own: UUID | None) -> None:
    taken = session().scalar(select(Source.id).where(Source.name == name))
    if taken is not None and taken != own:
        raise NameTaken


def _fill(source: Source, values: Mapping[str, Any]) -> None:
    for field, value in values.items():
        setattr(source, field, value)


def suspend(source: Source, reason: str, *, by: Actor) -> None:
    """From now on nothing is taken from it, by no way. Raises NoReason."""
    if not reason.strip():
        raise NoReason
    if source.is_active:
        source.suspended_at, source.suspended_for = now(), reason.strip()
        record(SourceSuspended(str(source.id)), by=by)


def resume(source: Source, *, by: Actor) -> None:
    if not source.is_active:
        source.suspended_at, source.suspended_for = None, ""
        record(SourceResumed(str(source.id)), by=by)


def make_key(source: Source, label: str, *, by: Actor) -> tuple[NodeKey, str]:
    """A new key and its secret, which nobody can read again. Raises TooManyKeys."""
    live = session().scalars(select(NodeKey.id).where(NodeKey.source_id == source.id, NodeKey.revoked_at.is_(None))).all()
    if len(live) >= KEYS_AT_MOST:
        raise TooManyKeys
    secret = KEY_BEGINS + secrets.token_urlsafe(32)
    key = NodeKey(
        id=new_key(),
        source_id=source.id,
        label=label.strip(),
        prefix=secret[:_PREFIX],
        secret_index=_index(secret),
        made_by=by.person_id,
        made_at=now(),
    )
    session().add(key)
    record(NodeKeyMade(str(source.id), str(key.id)), by=by)
    return key, secret


def revoke_key(key: NodeKey, *, by: Actor) -> None:
    """Its next request is refused."""
    if key.revoked_at is None:
        key.revoked_at = now()
        record(NodeKeyRevoked(str(key.source_id), str(key.id)), by=by)


def use_key(key_id: UUID) -> None:
    session().execute(update(NodeKey).where(NodeKey.id == key_id).values(used_at=now()))


def show_contact(source: Source, *, by: Actor) -> None:
    """Whoever sees it in full is on the ledger before."""
    record(SourceContactShown(str(source.id)), by=by)


def proven(secret: str) -> Node | None:
    """The node of a key that was not revoked."""
    if not secret.startswith(KEY_BEGINS) or len(secret) > 100:
        return None
    wanted = select(NodeKey.id, Source.id, Source.name).join(Source, Source.id == NodeKey.source_id)
    row = session().execute(wanted.where(NodeKey.secret_index == _index(secret), NodeKey.revoked_at.is_(None))).first()
    return None if row is None else Node(key_id=row[0], source_id=row[1], name=row[2])


def _index(secret: str) -> bytes:
    return sealing.blind("node-key", secret)
