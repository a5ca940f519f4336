"""That an address is the mailbox of who gave it: a link is sent there, and a button behind the link says so.

Opening the link changes nothing, because mail scanners open every link they see. The link wants no sign-in: mail is often read on
another device than the one that is signed in.
"""

import secrets
from datetime import timedelta

from webapp.access import Actor
from webapp.accounts import limits, queries
from webapp.accounts.models import EmailConfirmation, Person
from webapp.db import new_key, now, session, today
from webapp.events import EmailConfirmationRequested, EmailConfirmed
from webapp.ledger import record
from webapp.reference import queries as reference


class SpentLink(Exception):
    """Unknown, expired, or for an address the person no longer gives."""


def request_confirmation(person: Person, *, by: Actor) -> EmailConfirmation | None:
    """A link for this person's address, sent by whoever listens to EmailConfirmationRequested; None where there is nothing to confirm.

    Raises limits.TooMany.
    """
    if person.email_index is None or person.email_confirmed_at is not None:
        return None
    limits.count_confirmation(person.id, person.email_index)
    token, at = secrets.token_urlsafe(32), now()
    asked = EmailConfirmation(
        id=new_key(),
        person_id=person.id,
        email_index=person.email_index,
        token_hash=queries.token_hash(token),
        created_at=at,
        expires_at=at + timedelta(hours=reference.whole("email_confirm_hours", on=today())),
    )
    asked.token = token
    session().add(asked)
    session().flush()
    record(EmailConfirmationRequested(str(asked.id)), by=by)
    return asked


def confirm_email(token: str) -> Person:
    """Pressing the button twice is the same as once. Raises SpentLink."""
    found = queries.confirmation_of(token)
    if found is None:
        raise SpentLink
    asked, person = found
    asked.used_at, asked.token = asked.used_at or now(), None
    if person.email_confirmed_at is None:
        person.email_confirmed_at = now()
        record(EmailConfirmed(str(person.id)), by=Actor(person.id, "person", "web"))
    return person
