"""The receipt of a batch, as staff see it, and what is decided about one that is held."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.db import transaction
from webapp.sources import queries, receiving, storing
from webapp.sources.views.api import refused_file
from webapp.sources.views.room import blueprint, manageable, readable
from webapp.web import found


@blueprint.get("/sources/batches/<uuid:key>")
@requires(Permission.SOURCE_READ)
def batch(key: UUID) -> str:
    one = found(queries.batch_of(key, readable()))
    return render_template(
        "sources/batch.html",
        batch=one,
        source=queries.node_of(one.source_id, readable()) if one.source_id else None,
        reasons=queries.refused_of(one),
        has_file=storing.refusals_of(one.id).exists(),
        carrying=queries.carrying_of(one.id),
        may_decide=queries.batch_of(key, manageable()) is not None,
    )


@blueprint.get("/sources/batches/<uuid:key>/refused.csv")
@requires(Permission.SOURCE_READ)
def refused_rows(key: UUID) -> Response:
    one = found(queries.batch_of(key, readable()))
    if not storing.refusals_of(one.id).exists():
        abort(404)
    return refused_file(one)


@blueprint.post("/sources/batches/<uuid:key>/release")
@requires(Permission.SOURCE_MANAGE)
def release(key: UUID) -> Response:
    return _decide(key, release=True)


@blueprint.post("/sources/batches/<uuid:key>/discard")
@requires(Permission.SOURCE_MANAGE)
def discard(key: UUID) -> Response:
    return _decide(key, release=False)


def _decide(key: UUID, *, release: bool) -> Response:
    by = acting(Permission.SOURCE_MANAGE)
    try:
        with transaction():
            one = found(queries.batch_of(key, manageable(), for_change=True))
            if release:
                receiving.release(one, by=by)
            else:
                receiving.discard(one, by=by)
    except receiving.Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("已放行，后台正在撤下，请稍后刷新看结果。" if release else "没有放行：这个批次缺少的岗位照常招聘。", "success")
    return redirect(url_for(".batch", key=key), 303)
