"""The desk of the nodes: which there are and how they are, and what is done to one."""

from uuid import UUID

from flask import current_app, flash, redirect, render_template, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires, visitor
from webapp.db import transaction
from webapp.reference import queries as reference
from webapp.reference.queries import whole
from webapp.sources import nodes as operations
from webapp.sources import pulling, queries, receiving, storing
from webapp.sources.forms import KeyForm, NodeForm, ReasonForm, UploadForm
from webapp.sources.models import BatchMode, BatchOrigin, Source
from webapp.sources.reading import NotReadable
from webapp.sources.views.room import blueprint, manageable, readable
from webapp.web import found, paginate

Answer = Response | str


@blueprint.get("/sources")
@requires(Permission.SOURCE_READ)
def nodes() -> str:
    page = paginate(queries.nodes(readable()))
    held = queries.held(readable())
    return render_template(
        "sources/nodes.html",
        page=page,
        health=queries.health_of(page.rows),
        held=held,
        held_names={batch.id: source.name for batch in held if batch.source_id and (source := queries.node_of(batch.source_id, readable()))},
        regions=reference.regions(),
        waiting=paginate(queries.conflicts(readable(), settled=False), number=1, size=1).total,
        several=paginate(queries.cards_with_several(readable()), number=1, size=1).total,
        may_manage=visitor().may(Permission.SOURCE_MANAGE),
        much_refused=whole("source_refused_share"),
    )


@blueprint.route("/sources/new", methods=["GET", "POST"])
@requires(Permission.SOURCE_MANAGE)
def add_node() -> Answer:
    form = NodeForm().prepare(manageable())
    if form.validate_on_submit():
        try:
            with transaction():
                source = operations.add_node(form.values(), by=acting(Permission.SOURCE_MANAGE))
        except operations.NameTaken as refusal:
            form.name.errors = [str(refusal)]
        else:
            flash("节点已登记。下一步：给它发放密钥，或上传第一个文件。", "success")
            return redirect(url_for(".node", key=source.id), 303)
    return render_template("sources/node_form.html", form=form, source=None)


@blueprint.route("/sources/<uuid:key>/edit", methods=["GET", "POST"])
@requires(Permission.SOURCE_MANAGE)
def change_node(key: UUID) -> Answer:
    source = found(queries.node_of(key, manageable()))
    form = NodeForm(obj=source, data={"opens": "yes" if source.opens else "no"}).prepare(manageable())
    if form.validate_on_submit():
        try:
            with transaction():
                kept = found(queries.node_of(key, manageable(), for_change=True))
                operations.change_node(kept, form.values(), by=acting(Permission.SOURCE_MANAGE))
        except operations.NameTaken as refusal:
            form.name.errors = [str(refusal)]
        else:
            flash("已保存。", "success")
            return redirect(url_for(".node", key=key), 303)
    elif not form.is_submitted():
        form.kind.data, form.pull_mode.data = source.kind.value, source.pull_mode.value
        form.pull_minutes.data = str(source.pull_minutes or "")
        form.opens.data = "yes" if source.opens else "no"
    return render_template("sources/node_form.html", form=form, source=source)


@blueprint.get("/sources/<uuid:key>")
@requires(Permission.SOURCE_READ)
def node(key: UUID) -> str:
    return _node_page(found(queries.node_of(key, readable())))


def _node_page(
    source: Source,
    *,
    secret: str = "",
    contact_shown: bool = False,
    key_form: KeyForm | None = None,
    upload_form: UploadForm | None = None,
    reason_form: ReasonForm | None = None,
) -> str:
    manages = queries.node_of(source.id, manageable()) is not None
    return render_template(
        "sources/node.html",
        source=source,
        form=next((form for form in (key_form, upload_form, reason_form) if form is not None), None),
        health=queries.health_of([source])[source.id],
        keys=queries.keys_of(source),
        page=paginate(queries.batches_of(source)),
        regions=reference.regions(),
        manages=manages,
        megabytes=_upload_bytes_at_most() // 1024 // 1024,
        secret=secret,
        contact_shown=contact_shown and manages,
        folder=f"inbox/{source.id}",
        key_form=key_form or KeyForm(formdata=None),
        upload_form=upload_form or UploadForm(formdata=None),
        reason_form=reason_form or ReasonForm(formdata=None),
    )


@blueprint.post("/sources/<uuid:key>/contact")
@requires(Permission.SOURCE_MANAGE)
def show_contact(key: UUID) -> str:
    with transaction():
        operations.show_contact(found(queries.node_of(key, manageable())), by=acting(Permission.SOURCE_MANAGE))
    return _node_page(found(queries.node_of(key, manageable())), contact_shown=True)


@blueprint.post("/sources/<uuid:key>/keys")
@requires(Permission.SOURCE_MANAGE)
def make_key(key: UUID) -> str:
    """The answer is the only page that ever shows the secret."""
    source, form, secret = found(queries.node_of(key, manageable())), KeyForm(), ""
    if form.validate_on_submit():
        try:
            with transaction():
                kept = found(queries.node_of(key, manageable(), for_change=True))
                _, secret = operations.make_key(kept, form.label.data or "", by=acting(Permission.SOURCE_MANAGE))
        except operations.TooManyKeys as refusal:
            form.label.errors = [str(refusal)]
    return _node_page(source, secret=secret, key_form=None if secret else form)


@blueprint.post("/sources/<uuid:key>/keys/<uuid:key_id>/revoke")
@requires(Permission.SOURCE_MANAGE)
def revoke_key(key: UUID, key_id: UUID) -> Response:
    with transaction():
        source = found(queries.node_of(key, manageable()))
        operations.revoke_key(found(queries.key_of(key_id, source)), by=acting(Permission.SOURCE_MANAGE))
    flash("密钥已吊销，马上生效。", "success")
    return redirect(url_for(".node", key=key), 303)


@blueprint.post("/sources/<uuid:key>/suspend")
@requires(Permission.SOURCE_MANAGE)
def suspend(key: UUID) -> Answer:
    source, form = found(queries.node_of(key, manageable())), ReasonForm()
    if not form.validate_on_submit():
        return _node_page(source, reason_form=form)
    with transaction():
        operations.suspend(found(queries.node_of(key, manageable(), for_change=True)), form.reason.data or "", by=acting(Permission.SOURCE_MANAGE))
    flash("节点已停用：推送会被拒绝，也不再拉取。已有的岗位没有撤下。", "success")
    return redirect(url_for(".node", key=key), 303)


@blueprint.post("/sources/<uuid:key>/resume")
@requires(Permission.SOURCE_MANAGE)
def resume(key: UUID) -> Response:
    with transaction():
        operations.resume(found(queries.node_of(key, manageable(), for_change=True)), by=acting(Permission.SOURCE_MANAGE))
    flash("节点已恢复。", "success")
    return redirect(url_for(".node", key=key), 303)


@blueprint.route("/sources/<uuid:key>/clear", methods=["GET", "POST"])
@requires(Permission.SOURCE_MANAGE)
def clear(key: UUID) -> Answer:
    """Asks once more: everything of a node is withdrawn at once."""
    source, form = found(queries.node_of(key, manageable())), ReasonForm()
    if not form.validate_on_submit():
        return render_template("sources/clear.html", source=source, form=form, health=queries.health_of([source])[source.id])
    with transaction():
        kept = found(queries.node_of(key, manageable(), for_change=True))
        batch = receiving.clear(kept, form.reason.data or "", by=acting(Permission.SOURCE_MANAGE))
    flash("已交给后台撤下，请稍后刷新看结果。", "success")
    return redirect(url_for(".batch", key=batch.id), 303)


@blueprint.post("/sources/<uuid:key>/pull")
@requires(Permission.SOURCE_MANAGE)
def pull_now(key: UUID) -> Response:
    """The next round of the schedule fetches it: a page waits for nobody's server."""
    with transaction():
        source = found(queries.node_of(key, manageable(), for_change=True))
        pulling.ask(source, by=acting(Permission.SOURCE_MANAGE))
    flash("已安排，一分钟内开始拉取。请稍后刷新看结果。", "success")
    return redirect(url_for(".node", key=key), 303)


@blueprint.post("/sources/<uuid:key>/upload")
@requires(Permission.SOURCE_MANAGE)
def upload(key: UUID) -> Answer:
    source, form = found(queries.node_of(key, manageable())), UploadForm()
    if not form.validate_on_submit():
        return _node_page(source, upload_form=form)
    try:
        batch_id = _take(source, form.file.data, form.chosen)
    except (NotReadable, receiving.Refusal) as refusal:
        form.file.errors = [str(refusal)]
        return _node_page(source, upload_form=form)
    return redirect(url_for(".batch", key=batch_id), 303)


def _upload_bytes_at_most() -> int:
    """A page's form is held to what any request may bring, however much a node may push."""
    return min(whole("node_batch_bytes_max"), int(current_app.config["MAX_CONTENT_LENGTH"]))


def _take(source: Source, file: FileStorage, mode: BatchMode) -> UUID:
    stored = storing.lay_down(file.stream.read, most=whole("node_batch_bytes_max"))
    try:
        with transaction():
            by, name = acting(Permission.SOURCE_MANAGE), (file.filename or "").rpartition("/")[2]
            batch, _ = receiving.receive(source.id, stored, mode=mode, origin=BatchOrigin.UPLOAD, key=None, file_name=name, by=by)
    except receiving.Refusal:
        storing.forget(stored)
        raise
    return batch.id
