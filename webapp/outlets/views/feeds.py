"""What machines fetch: the schema, a snapshot, the changes since a cursor; and where they lay their receipts.

A cursor is a place in the order of the outlet's numbers, which are committed in their order: whatever was committed later has a higher one.
It is opaque to whoever holds it, and belongs to one outlet.
"""

import base64
import hmac
import logging
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import NoReturn
from uuid import UUID

from flask import Response, abort, jsonify, render_template, request, url_for
from sqlalchemy.exc import OperationalError

from webapp.access import keyed, public
from webapp.db import now, reading, transaction
from webapp.notices.links import link
from webapp.outlets import items, operations, queries, replies, schema, sending
from webapp.outlets.models import DispatchKind, Format, Outlet, Way
from webapp.outlets.pace import Pace
from webapp.outlets.queries import Offered
from webapp.outlets.replies import NotAReply
from webapp.outlets.schema import Item
from webapp.outlets.views.room import blueprint
from webapp.reference import queries as reference
from webapp.web import found

AT_ONCE = 1000
_CHUNK = 200
NOTED_EVERY = timedelta(minutes=1)
_snapshots, _requests, _strangers = Pace(3600), Pace(60), Pace(60)
_log = logging.getLogger(__name__)


@blueprint.get("/feeds")
@public
def feeds() -> str:
    return render_template(
        "outlets/feeds.html",
        posting=schema.fields("posting"),
        removed=schema.fields("removed"),
        columns=list(items.COLUMNS),
        base=link(""),
        shipment=sending.AT_MOST,
        at_once=AT_ONCE,
        snapshots=reference.whole("feed_snapshots_per_hour"),
        requests=reference.whole("feed_changes_per_minute"),
    )


@blueprint.get("/feeds/schema/posting-1.json")
@public
def feed_schema() -> Response:
    return Response(schema.text(), mimetype="application/schema+json", headers={"Cache-Control": "public, max-age=3600"})


@blueprint.get("/feeds/<slug>/snapshot.<form>")
@keyed
def snapshot(slug: str, form: str) -> Response:
    """Everything that is open there now, in one stream; `Zhilu-Cursor` is where the changes after it begin."""
    wanted, outlet = _format(form), _who_fetches(slug)
    _keep_pace(_snapshots, outlet, "feed_snapshots_per_hour")
    response = Response(_lines(outlet, wanted, outlet.last_number), content_type=items.content_type(wanted))
    return _with_cursor(response, outlet, outlet.last_number)


@blueprint.get("/feeds/<slug>/changes.<form>")
@keyed
def changes(slug: str, form: str) -> Response:
    """What was told since the cursor, removals too, the oldest first; `Zhilu-More: 1` where more follows at once.

    An outlet that is suspended still hears what is gone, and nothing else: what it shows already must not stay there for ever.
    """
    wanted, outlet = _format(form), _who_fetches(slug, also_suspended=True)
    _keep_pace(_requests, outlet, "feed_changes_per_minute")
    since = _since(outlet)
    rows = queries.offered(outlet, after=since, limit=AT_ONCE + 1)
    more, rows = len(rows) > AT_ONCE, rows[:AT_ONCE]
    reached = rows[-1].dispatch.number if more else max(outlet.last_number, rows[-1].dispatch.number if rows else 0)
    response = Response(items.written(wanted, _told(rows)), content_type=items.content_type(wanted))
    response.headers["Zhilu-More"] = str(int(more))
    reached_there = since if outlet.is_active else 0  # what was kept back from it has not reached it
    if reached_there > outlet.pulled_number or outlet.pulled_at is None or outlet.pulled_at < now() - NOTED_EVERY:
        response.call_on_close(partial(_note, outlet.id, reached_there))
    return _with_cursor(response, outlet, reached)


@blueprint.post("/feeds/<slug>/receipts")
@keyed
def receipts(slug: str) -> Response:
    outlet = _who(slug)
    _keep_pace(_requests, outlet, "feed_changes_per_minute")
    try:
        reply = replies.read(request.get_data(cache=False))
    except NotAReply:
        _refuse(400, "not_understood", "回执不是约定的格式，见数据接口说明")
    if not reply.words:
        _refuse(400, "empty", "没有一条回执：请在 receipts 或 refused 里逐条写明 identifier")
    with transaction():
        heard, strange = sending.take_words(queries.locked(outlet.id), reply)
    return jsonify(recorded=heard, unknown=[str(key) for key in strange])


def _lines(outlet: Outlet, form: Format, up_to: int) -> Iterator[str]:
    """Read in short pieces, so that a slow reader holds no connection to the database. What changes meanwhile has a number above `up_to`."""
    yield items.head(form)
    after = 0
    while True:
        with reading():
            rows = queries.offered(outlet, after=after, limit=_CHUNK, up_to=up_to, open_only=True)
            text = "".join(items.line(form, one) for one in _told(rows))
        yield text
        if len(rows) < _CHUNK:
            return
        after = rows[-1].dispatch.number


def _told(rows: list[Offered]) -> Iterator[Item]:
    """Those whose posting still says what the number stands for; a newer word about the others has been or will be made."""
    for dispatch, posting in rows:
        if dispatch.kind is DispatchKind.REMOVE or dispatch.posting_version == posting.version:
            yield sending.as_item(dispatch, {posting.id: posting})


def _format(form: str) -> Format:
    return found(next((known for known in Format if known.value == form), None))


def _who_fetches(slug: str, *, also_suspended: bool = False) -> Outlet:
    outlet = _who(slug)
    if not outlet.is_active and not also_suspended:
        _refuse(403, "suspended", "这个发布渠道已暂停，只能取变化中的撤下通知。请联系公共就业服务机构")
    if outlet.way is not Way.PULL:
        _refuse(403, "not_fetched", "这个发布渠道不是由贵方来取的，请联系公共就业服务机构")
    return outlet


def _who(slug: str) -> Outlet:
    """The outlet whose key was shown. An unknown one and a wrong key look the same."""
    origin = request.remote_addr or ""
    wait = _strangers.wait(origin, reference.whole("feed_wrong_keys_per_minute"))
    if wait:
        _refuse(429, "too_many", f"请 {wait} 秒后再试", wait=wait)
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    outlet = queries.outlet_named(slug)
    if outlet is None or outlet.key_index is None or scheme.lower() != "bearer" or not _is_key(outlet.key_index, key):
        _strangers.count(origin)
        _refuse(401, "wrong_key", "密钥不对：请在 Authorization 请求头里写 Bearer 和密钥")
    return outlet


def _is_key(index: bytes, key: str) -> bool:
    return hmac.compare_digest(index, operations.index_of(key.strip()))


def _keep_pace(pace: Pace, outlet: Outlet, parameter: str) -> None:
    name = str(outlet.id)
    wait = pace.wait(name, reference.whole(parameter))
    if wait:
        _refuse(429, "too_many", f"取得太频繁，请 {wait} 秒后再来", wait=wait)
    pace.count(name)


def _refuse(status: int, code: str, message: str, *, wait: int = 0) -> NoReturn:
    response = jsonify(error=code, message=message, help=url_for(".feeds", _external=True))
    response.status_code = status
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if wait:
        response.headers["Retry-After"] = str(wait)
    abort(response)


def _with_cursor(response: Response, outlet: Outlet, number: int) -> Response:
    response.headers["Zhilu-Cursor"] = cursor(outlet, number)
    response.headers["Cache-Control"] = "no-store"
    return response


def cursor(outlet: Outlet, number: int) -> str:
    return base64.urlsafe_b64encode(outlet.id.bytes[-7:] + number.to_bytes(8, "big")).decode()


def _since(outlet: Outlet) -> int:
    text = request.args.get("since", "")
    if not text:
        _refuse(400, "no_cursor", "请带上 since：先取一次全量，答复头里的 Zhilu-Cursor 就是它")
    try:
        told = base64.urlsafe_b64decode(text.encode("ascii", "replace"))
    except ValueError:
        told = b""
    if len(told) != 15 or told[:7] != outlet.id.bytes[-7:]:
        _refuse(400, "wrong_cursor", "since 不是这个渠道的游标，请重新取全量")
    number = int.from_bytes(told[7:], "big")
    if number > outlet.last_number:
        _refuse(410, "cursor_gone", "这个游标已经失效，请重新取全量")
    return number


def _note(outlet_id: UUID, since: int) -> None:
    """After the answer was sent: how far they are."""
    try:
        with transaction():
            operations.note_pull(queries.locked(outlet_id), since, now())
    except OperationalError:  # it is noted the next time they come
        _log.warning("a pull could not be noted outlet=%s", outlet_id)
