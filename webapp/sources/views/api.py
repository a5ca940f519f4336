"""What a node asks by its key, and what everybody may read about how to ask it."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, render_template, request, send_file, url_for

from webapp.access import node, node_only, public
from webapp.db import transaction
from webapp.reference.queries import whole
from webapp.sources import described, nodes, queries, receiving, storing, workbooks
from webapp.sources.models import Batch, BatchMode, BatchOrigin, RefusalReason
from webapp.sources.reading import NotReadable
from webapp.sources.storing import TooLarge
from webapp.sources.views.room import blueprint

Answer = Response | tuple[Response, int] | tuple[Response, int, dict[str, str]]
_KEY_AT_MOST = 80
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STATUS = {receiving.KeyReused: (409, "key_reused"), receiving.TooManyBatches: (429, "too_many_batches"), receiving.Suspended: (403, "suspended")}


@blueprint.post("/api/sources/batches")
@node_only
def receive() -> Answer:
    """Takes a file of rows: 202 with the address of its receipt; the same key again is answered with the same receipt, and does nothing."""
    key = request.headers.get("Idempotency-Key", "").strip()
    mode = next((mode for mode in BatchMode if mode.value == request.args.get("mode")), None)
    if not key or len(key) > _KEY_AT_MOST or not key.isprintable():
        return _refused(400, "no_key", f"请在 Idempotency-Key 头里写这个批次唯一的编号，最多 {_KEY_AT_MOST} 个字符")
    if mode is None:
        return _refused(400, "no_mode", "请在地址里写 mode=snapshot（全量）或 mode=delta（增量）")
    most = whole("node_batch_bytes_max")
    request.max_content_length = most
    if (request.content_length or 0) > most:
        return _refused(413, "too_large", str(TooLarge(most)))
    try:
        stored = storing.lay_down(request.stream.read, most=most)
    except TooLarge as refusal:
        return _refused(413, "too_large", str(refusal))
    except NotReadable as refusal:
        return _refused(400, "not_readable", str(refusal))
    return _received(stored, mode, key)


def _received(stored: storing.Stored, mode: BatchMode, key: str) -> Answer:
    proven = node()
    try:
        with transaction():
            batch, is_new = receiving.receive(proven.source_id, stored, mode=mode, origin=BatchOrigin.PUSH, key=key, by=proven.actor)
            nodes.use_key(proven.key_id)
    except receiving.Refusal as refusal:
        storing.forget(stored)
        status, code = _STATUS[type(refusal)]
        return _refused(status, code, str(refusal))
    if not is_new:
        storing.forget(stored)
    said = _receipt(batch)
    return jsonify(said), 202 if is_new else 200, {"Location": said["url"]}


@blueprint.get("/api/sources/batches/<uuid:key>")
@node_only
def receipt(key: UUID) -> Answer:
    batch = queries.batch_of_node(key, node().source_id)
    return _refused(404, "not_found", "没有这个批次") if batch is None else jsonify(_receipt(batch))


@blueprint.get("/api/sources/batches/<uuid:key>/refused.csv")
@node_only
def own_refused_rows(key: UUID) -> Answer:
    batch = queries.batch_of_node(key, node().source_id)
    if batch is None or not storing.refusals_of(batch.id).exists():
        return _refused(404, "not_found", "没有这个批次，或者它没有被拒收的行，或者已过保留期")
    return refused_file(batch)


def refused_file(batch: Batch) -> Response:
    return send_file(storing.refusals_of(batch.id), mimetype="text/csv", as_attachment=True, download_name=f"refused-{batch.id}.csv", max_age=0)


def _refused(status: int, code: str, message: str) -> tuple[Response, int]:
    return jsonify(error=code, message=message), status


def _receipt(batch: Batch) -> dict[str, Any]:
    has_file = storing.refusals_of(batch.id).exists()
    return {
        "id": str(batch.id),
        "url": url_for("sources.receipt", key=batch.id, _external=True),
        "state": batch.state.value,
        "state_label": batch.state.label,
        "mode": batch.mode.value,
        "received_at": batch.started_at.isoformat(),
        "finished_at": batch.finished_at.isoformat() if batch.finished_at else None,
        "rows": batch.rows,
        "added": batch.added,
        "changed": batch.changed,
        "unchanged": batch.unchanged,
        "removed": batch.removed,
        "refused": batch.refused_rows,
        "missing": batch.missing,
        "trouble": batch.trouble,
        "reasons": [
            {"reason": one.reason.value, "label": one.reason.label, "rows": one.rows, "lines": one.lines} for one in queries.refused_of(batch)
        ],
        "refused_url": url_for("sources.own_refused_rows", key=batch.id, _external=True) if has_file else None,
    }


@blueprint.get("/sources/guide")
@public
def guide() -> str:
    return render_template(
        "sources/guide.html",
        columns=described.COLUMNS,
        reasons=list(RefusalReason),
        address=url_for("sources.receive", _external=True),
        megabytes=whole("node_batch_bytes_max") // 1024 // 1024,
        per_hour=whole("node_batches_per_hour"),
        share=whole("snapshot_least_share"),
        guarded_from=whole("snapshot_guard_from"),
        kept_days=whole("batch_file_kept_days"),
        renewed_share=whole("forwarded_renewed_share"),
    )


@blueprint.get("/api/sources/row.schema.json")
@public
def row_schema() -> Response:
    return jsonify(described.schema(url_for("sources.row_schema", _external=True)))


@blueprint.get("/api/sources/template.csv")
@public
def template_csv() -> Response:
    return _download(described.as_csv(described.template_rows()), "text/csv", "zhilu-postings.csv")


@blueprint.get("/api/sources/template.xlsx")
@public
def template_xlsx() -> Response:
    return _download(workbooks.written(described.template_rows()), _XLSX, "zhilu-postings.xlsx")


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f"attachment; filename={name}"})
