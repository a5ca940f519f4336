"""What every view needs of a page: a row or 404, a page of rows, and the choice of how it looks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy import Select, func, select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # new in 3.3, not yet in the stubs
from wtforms.meta import DefaultMeta

from webapp import files, sealing
from webapp.access import public
from webapp.db import LOCAL_ZONE, session
from webapp.files import FileType, StoredFile

Row = TypeVar("Row")
DISPLAY_COOKIE = "display"
CONTENT_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
"""`data:` pictures: Bootstrap draws its marks with them, and they can be asked for before our own rules replace them."""
SHOWN_FILES = (FileType.JPEG, FileType.PNG)
"""A sandboxed page shows pictures and no PDF: that one is saved, like a workbook."""
NUL = "\x00"
_YEAR = 365 * 24 * 3600

blueprint = Blueprint("web", __name__)
blueprint.add_app_template_global(sealing.mask_phone, "mask_phone")
blueprint.add_app_template_global(sealing.mask_name, "mask_name")
blueprint.add_app_template_global(sealing.mask_email, "mask_email")


@blueprint.app_template_filter("local_time")
def local_time(instant: datetime | None) -> str:
    """An instant on the wall clock of the service: 2026-12-31 14:05."""
    return f"{instant.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}" if instant else ""


def span(duration: timedelta) -> str:
    """`35 秒`, `12 分钟`, `3 小时 5 分钟`, `1 天 6 小时`, `9 天`: as exact as an operator needs."""
    seconds = max(0, round(duration.total_seconds()))
    if seconds < 60:
        return f"{seconds} 秒"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} 分钟"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} 小时 {rest} 分钟" if rest else f"{hours} 小时"
    days, rest = divmod(hours, 24)
    return f"{days} 天 {rest} 小时" if rest and days < 7 else f"{days} 天"


def found(row: Row | None) -> Row:
    """What is not there and what this visitor may not see look the same: 404."""
    if row is None:
        abort(404)
    return row


def disposition(shown: str, name: str) -> str:
    """`Content-Disposition` with a name in any script (RFC 6266): a header is Latin-1, and the server refuses one that is not."""
    plain = re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII)
    return f"{shown}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def as_file(row: StoredFile) -> Response:
    """A stored file as itself: in a box without scripts, and kept by no cache."""
    try:
        content = files.read(row)
    except (files.Gone, sealing.NotOpened):
        abort(410)
    answer = Response(content, mimetype=row.type.media_type)
    shown = "inline" if row.type in SHOWN_FILES else "attachment"
    answer.headers["Content-Disposition"] = disposition(shown, row.name or row.kind.label)
    answer.headers["Content-Security-Policy"] = f"{CONTENT_POLICY}; sandbox"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows: `number` starts at 1, `total` counts all pages' rows."""

    rows: Sequence[Row]
    number: int
    size: int
    total: int

    @property
    def count(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0

    def numbers(self, around: int = 2) -> list[int | None]:
        """Page numbers to offer, None for a gap: 1 … 4 5 [6] 7 8 … 20."""
        wanted = sorted({1, self.count, *range(max(1, self.number - around), min(self.count, self.number + around) + 1)})
        offered: list[int | None] = []
        for number in wanted:
            if offered and offered[-1] is not None and number - offered[-1] > 1:
                offered.append(None)
            offered.append(number)
        return offered


def page_number(name: str = "page") -> int:
    """The page asked for in the URL; anything that is no positive number is the first page. `name`: of the argument, for a second list."""
    text = request.args.get(name, "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def paginate(query: Select[Row], *, number: int | None = None, size: int = 20) -> Page[Row]:
    """The rows of one page of an entity query and the count of them all, from the same filters.

    A page behind the last is the last: a queue that got shorter meanwhile must not look empty.
    """
    number = page_number() if number is None else number
    total = session().scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number = min(number, max(1, -(-total // size)))
    rows = session().scalars(query.limit(size).offset((number - 1) * size)).all()
    return Page(rows, number, size, total)


def here_or(default: str, target: str | None) -> str:
    """`target` if it is a path on this site, else `default`: a link in a message must not lead a visitor elsewhere after sign-in."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and not any(ord(c) < 32 for c in target):
        return target
    return default


class Form(FlaskForm):
    """The base of every form: WTForms' own messages in Chinese, whatever the browser asks for."""

    class Meta(FlaskForm.Meta):
        locales = ("zh",)

        def get_translations(self, form: Any) -> Any:
            """Past Flask-WTF, which asks the app: rows of a file are held to a form also where there is none."""
            return DefaultMeta.get_translations(self, form)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Without NUL, which no screen shows and PostgreSQL refuses to keep or to look for."""
            given = super().wrap_formdata(form, formdata)
            if given is None or not any(isinstance(value, str) and NUL in value for _, value in given.items(multi=True)):
                return given
            return MultiDict((name, value.replace(NUL, "") if isinstance(value, str) else value) for name, value in given.items(multi=True))


def options(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """(value, label) pairs as the `choices` of a select or radio field; WTForms 3.3 warns of bare tuples and 3.4 refuses them."""
    return [SelectChoice(value, label) for value, label in pairs]


class DisplayForm(Form):
    display = StringField()
    next = HiddenField()


@blueprint.post("/display")
@public
def display() -> BaseResponse:
    """Remembers 长者版 (large type) in a cookie of its own, so that it works signed out and without JavaScript."""
    form = DisplayForm()
    response: Response = make_response(redirect(here_or(url_for("postings.search"), form.next.data), 303))
    response.set_cookie(
        DISPLAY_COOKIE,
        "large" if form.display.data == "large" else "normal",
        max_age=_YEAR,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure,
    )
    return response
