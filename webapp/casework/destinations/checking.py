"""What has to be looked at again: one paper used by several people, one unit with many at once, a graduate who disputes.

Clusters are sought inside a county and written down when the destination that completes them is registered, not at night.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from webapp.access import Actor
from webapp.accounts.limits import take_turns
from webapp.casework.destinations import queries
from webapp.casework.destinations.models import Check, CheckKind, CheckMember, Destination
from webapp.casework.models import Case
from webapp.db import new_key, session
from webapp.events import DestinationCheckOpened
from webapp.ledger import record
from webapp.reference import queries as reference


def look_for_clusters(case: Case, row: Destination, *, by: Actor, on: date) -> None:
    """Opens a check, or adds to the open one, where the parameters of the county say that it is too many."""
    if row.evidence_digest is not None:
        subject, least = bytes.fromhex(row.evidence_digest), reference.whole("destination_same_proof_people", region=case.region, on=on)
        take_turns(subject)
        _gather(CheckKind.SAME_PROOF, subject, queries.with_proof(row.evidence_digest, case.region), least, case.region, by=by, on=on)
    if row.unit_index is not None:
        days = reference.whole("destination_cluster_days", region=case.region, on=on)
        least = reference.whole("destination_cluster_people", region=case.region, on=on)
        take_turns(row.unit_index)
        rows = queries.with_unit(row.unit_index, case.region, since=on - timedelta(days=days))
        _gather(CheckKind.SAME_UNIT, row.unit_index, rows, least, case.region, by=by, on=on)


def _gather(kind: CheckKind, subject: bytes, rows: Sequence[Destination], least: int, region: str, *, by: Actor, on: date) -> None:
    """Who was looked at before and found true does not make a cluster again."""
    fresh = [row for row in rows if row.id not in queries.members_ruled(kind, subject, region)]
    open_one = queries.open_check(kind, subject, region)
    if open_one is None and (not fresh or len(rows if kind is CheckKind.SAME_PROOF else fresh) < least):
        return
    _add(open_one or open_check(kind, subject, region, by=by, on=on), fresh if kind is CheckKind.SAME_UNIT else rows)


def open_check(kind: CheckKind, subject: bytes, region: str, *, by: Actor, on: date) -> Check:
    check = Check(id=new_key(), kind=kind, region=region, subject=subject, found_on=on)
    session().add(check)
    record(DestinationCheckOpened(str(check.id), kind.value), by=by)
    return check


def open_dispute(case: Case, row: Destination, *, by: Actor, on: date) -> Check:
    check = queries.open_check(CheckKind.DISPUTE, row.id.bytes, case.region) or open_check(CheckKind.DISPUTE, row.id.bytes, case.region, by=by, on=on)
    _add(check, [row])
    return check


def _add(check: Check, rows: Iterable[Destination]) -> None:
    session().flush()
    known = {member.destination_id for member in queries.members_of(check.id)}
    session().add_all(CheckMember(id=new_key(), check_id=check.id, destination_id=row.id) for row in rows if row.id not in known)
    session().flush()
