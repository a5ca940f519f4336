"""The operator's page of the search index: what it holds, how late it is, whether it is true, and what may be asked of it."""

from typing import NamedTuple
from urllib.parse import urlsplit

from flask import current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

import search.current
from search.engine import SearchError, State
from webapp.access import Permission, acting, requires
from webapp.config import Settings
from webapp.db import transaction
from webapp.notices import labels
from webapp.postings import index_care
from webapp.postings.index_care import AlreadyAsked
from webapp.postings.models import IndexRunKind
from webapp.postings.views.room import blueprint
from webapp.web import found, span


class Seen(NamedTuple):
    """What the engine says of itself; `trouble`: why it says nothing."""

    state: State | None
    is_outdated: bool
    trouble: str


def _look() -> Seen:
    engine = search.current.engine()
    try:
        return Seen(engine.state(), engine.needs_rebuild(), "")
    except SearchError as reason:
        return Seen(None, False, str(reason))


def _place(settings: Settings) -> tuple[str, str]:
    """(engine, where it is): hosts and ports without what a URL may carry beside them, or a directory."""
    if settings.elasticsearch is None:
        return "内置检索（tantivy）", str(settings.search_directory)
    return "Elasticsearch", "，".join(map(_host, settings.elasticsearch.urls))


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


@blueprint.get("/search-index")
@requires(Permission.DELIVERIES_READ)
def index_state() -> str:
    seen = _look()  # first: it may take its time, and no read of the database waits for it
    engine, place = _place(current_app.config["SETTINGS"])
    return render_template(
        "postings/index_state.html",
        seen=seen,
        engine=engine,
        place=place,
        rows=index_care.open_postings(),
        lag=index_care.lag(),
        check=index_care.last_run(IndexRunKind.CHECK),
        rebuild=index_care.last_run(IndexRunKind.REBUILD),
        runs=index_care.last_runs(),
        parked=index_care.parked(),
        is_checking=index_care.is_open(index_care.CHECK),
        is_rebuilding=index_care.is_open(index_care.REBUILD),
        listeners=labels.LISTENER_LABELS,
        span=span,
    )


@blueprint.post("/search-index/check")
@requires(Permission.DELIVERIES_READ)
def check_index() -> Response:
    try:
        with transaction():
            index_care.ask_check(by=acting(Permission.DELIVERIES_READ))
    except AlreadyAsked:
        flash("已有一次核对在排队或进行，请稍后刷新看结果。", "info")
    else:
        flash("已交给写索引的进程核对，请稍后刷新看结果。", "success")
    return redirect(url_for(".index_state"), 303)


@blueprint.post("/search-index/rebuild")
@requires(Permission.DELIVERIES_READ)
def rebuild_index() -> Response:
    return _ask_rebuild(may_shrink=False)


@blueprint.get("/search-index/shrink")
@requires(Permission.DELIVERIES_READ)
def confirm_shrink() -> str:
    """Only after a refusal: nobody allows a loss beforehand."""
    refused = found(index_care.refused_rebuild())
    return render_template("postings/index_shrink.html", refused=refused, rows=index_care.open_postings())


@blueprint.post("/search-index/shrink")
@requires(Permission.DELIVERIES_READ)
def shrink_index() -> Response:
    found(index_care.refused_rebuild())
    return _ask_rebuild(may_shrink=True)


def _ask_rebuild(*, may_shrink: bool) -> Response:
    try:
        with transaction():
            index_care.ask_rebuild(may_shrink=may_shrink, by=acting(Permission.DELIVERIES_READ))
    except AlreadyAsked:
        flash("已有一次重建在排队或进行，请稍后刷新看结果。", "info")
    else:
        flash("已交给写索引的进程重建。重建期间照常可以搜索，新发布的岗位也照常搜得到。", "success")
    return redirect(url_for(".index_state"), 303)
