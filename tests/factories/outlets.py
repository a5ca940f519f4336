"""Outlets and publications, by the operations the house itself uses."""

import itertools
from contextlib import AbstractContextManager, nullcontext
from datetime import time
from typing import Any
from uuid import UUID

from webapp.access import Actor
from webapp.db import in_transaction, session, transaction
from webapp.outlets import operations
from webapp.outlets.models import Outlet, OutletKind, Publication, Way
from webapp.outlets.operations import OutletValues, PublicationValues
from webapp.outlets.timing import Timing

_numbers = itertools.count(1)


def outlet_values(**changes: Any) -> OutletValues:
    """A folder for the whole of Jinan that takes everything at once."""
    values: dict[str, Any] = {"name": "济南交换文件夹", "kind": OutletKind.PROVINCE, "region": "370100", "way": Way.DROP}
    return OutletValues(**values | changes)


def make_outlet(slug: str | None = None, **changes: Any) -> Outlet:
    with _ensured():
        return operations.add_outlet(slug or f"outlet-{next(_numbers)}", outlet_values(**changes), by=Actor.SYSTEM)


def make_pull_key(outlet: Outlet) -> str:
    with _ensured():
        return operations.new_pull_key(session().get_one(Outlet, outlet.id), by=Actor.SYSTEM)


def make_publication(*outlets: Outlet, **changes: Any) -> Publication:
    """Every day at nine, the fifty newest."""
    values: dict[str, Any] = {"title": "每天九点", "region": "370100", "timing": Timing(time(9)), "at_most": 50}
    with _ensured():
        known = [session().get_one(Outlet, outlet.id) for outlet in outlets]
        return operations.plan_publication(PublicationValues(**values | changes), known, by=Actor.SYSTEM)


def outlet_now(key: UUID) -> Outlet:
    """As the database has it now."""
    with transaction():
        return session().get_one(Outlet, key)


def _ensured() -> AbstractContextManager[Any]:
    return nullcontext() if in_transaction() else transaction()
