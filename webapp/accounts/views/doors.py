"""The session's cookie: read on every request, set at sign-in, taken away at sign-out."""

import logging
from datetime import timedelta
from functools import partial
from uuid import UUID

import flask
from flask import Blueprint, Response, current_app, g, redirect, request, url_for
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as BaseResponse

from webapp import access, web
from webapp.access import Actor, Permission, Visitor
from webapp.accounts import limits, operations, queries
from webapp.accounts.models import Session
from webapp.config import Settings
from webapp.db import now, reading, session, transaction

blueprint = Blueprint("accounts", "webapp.accounts", template_folder="templates")
STRANGER = Actor(None, "visitor", "web")
TOUCH_EVERY = timedelta(minutes=1)
HOMES = (
    (Permission.POSTING_REVIEW, "postings.review_queue"),
    (Permission.STAFF_MANAGE, "accounts.staff"),
    (Permission.LEDGER_READ, "notices.ledger"),
    (Permission.FIGURES_READ, "postings.figures"),
    (Permission.POSTING_WRITE, "postings.employer_list"),
)
"""Where signing in leads: the first desk a person may open, else the public search."""
_log = logging.getLogger(__name__)


def settings() -> Settings:
    kept: Settings = current_app.config["SETTINGS"]
    return kept


def cookie_name() -> str:
    return "__Host-session" if settings().is_https else "session"


def load_visitor(asked: Request) -> Visitor | None:
    """Who sent this request, in one short read that ends before the view begins."""
    token = asked.cookies.get(cookie_name())
    if not token:
        return None
    with reading():
        found = queries.signed_in(token)
    if found is None:
        return None
    if found.seen_at < now() - TOUCH_EVERY:
        g.session_to_touch = found.visitor.session_id
    return found.visitor


@blueprint.after_app_request
def _touch_after_the_response(response: Response) -> Response:
    session_id = g.pop("session_to_touch", None)
    if session_id is not None:
        response.call_on_close(partial(_touch, session_id))
    return response


def _touch(session_id: UUID) -> None:
    try:
        with transaction():
            operations.touch_session(session_id)
    except OperationalError:  # a lost touch shortens the session by a minute; the answer has been sent already
        _log.warning("a session could not be touched")


def origin() -> bytes:
    return limits.origin_index(request.remote_addr or "")


def device() -> str:
    agent = request.user_agent.string
    if "MicroMessenger" in agent:
        return "微信"
    if any(word in agent for word in ("Android", "iPhone", "Mobile", "HarmonyOS")):
        return "手机浏览器"
    return "电脑浏览器" if agent else "其他设备"


def acting_for_self() -> Actor:
    """Somebody whose last role was taken away still leaves: signing out asks for no permission."""
    held = access.visitor().grants_for(Permission.ACCOUNT_OWN)
    return Actor(access.visitor().person_id, held[0].role.value if held else "person", "web")


def leave_old_session() -> None:
    """Inside the transaction that signs somebody in: the device's earlier session ends with it."""
    if current_user.is_authenticated:
        held = session().get(Session, access.visitor().session_id)
        if held is not None:
            operations.end_session(held, reason="replaced", by=acting_for_self())


def target() -> str:
    """The local path that the sign-in was asked for, or empty."""
    return web.here_or("", request.args.get("next"))


def face() -> str:
    """Whom the pages on the way in speak to: who came to register an organisation reads what concerns recruiting."""
    return "employer" if target() == url_for("employers.register") else "seeker"


def enter(token: str, *, nameless: bool = False) -> BaseResponse:
    """Into the house: the session's cookie, a fresh CSRF seed, and on to where the person wanted to go."""
    flask.session.clear()
    with reading():
        found = queries.visitor_of(token)
    home = next((endpoint for permission, endpoint in HOMES if found and found.may(permission)), "postings.search")
    onward = target() or url_for(home)
    return with_session(redirect(url_for("accounts.welcome", next=onward) if nameless else onward, 303), token)


def with_session(response: BaseResponse, token: str) -> BaseResponse:
    response.set_cookie(cookie_name(), token, httponly=True, secure=settings().is_https, samesite="Lax", path="/")
    return response


def without_session(response: BaseResponse) -> BaseResponse:
    flask.session.clear()
    response.delete_cookie(cookie_name(), httponly=True, secure=settings().is_https, samesite="Lax", path="/")
    return response
