"""The ledger: counters that are filters, what they open, and the file of what was filtered. The own rows by default, or the whole area."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from flask import Response as Download
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires, visitor
from webapp.db import session, today, transaction
from webapp.demand import operations, queries, queues
from webapp.demand.forms import CloseForm, FilterForm, HiredForm, LinkForm, ReasonForm
from webapp.demand.models import Need
from webapp.demand.queues import NeedFilter, NeedQueue
from webapp.demand.sheets import sheet
from webapp.demand.values import title_of, wage_of
from webapp.demand.views.room import asked, blueprint, is_own, keeping, me, own_need, reading
from webapp.reference import queries as reference
from webapp.web import Form, found, options, paginate

EXPORTED_AT_MOST = 20_000
HEADERS = (
    "单位名称", "统一社会信用代码", "岗位名称", "职业代码", "职业名称", "需求人数", "已录用", "紧急程度", "最晚到岗", "工作地点", "工资", "状态",
    "来源", "登记日期", "最近核实", "关闭日期", "岗位数", "应聘人数",
)  # fmt: skip


def _filter(queue: str | None, scope: str | None, text: str | None) -> NeedFilter:
    """`scope` area: all that may be read; else the own ones, as far as the visitor may be responsible for any."""
    mine = visitor().may(Permission.NEED_KEEP) and scope != "area"
    inside = queries.own(me(), keeping()) if mine else queries.area(reading())
    chosen = next((one for one in NeedQueue if one.value == queue), NeedQueue.ALL)
    return NeedFilter(inside, chosen, (text or "").strip()[:60])


@blueprint.get("/demand/needs")
@requires(Permission.NEED_READ)
def needs() -> str:
    on, scope = today(), request.args.get("scope")
    wanted = _filter(request.args.get("queue"), scope, asked("q"))
    page = paginate(wanted.rows(on), size=30)
    return render_template(
        "demand/needs.html",
        wanted=wanted,
        is_area=scope == "area" or not visitor().may(Permission.NEED_KEEP),
        counts=wanted.counts(on),
        page=page,
        employers=queries.employers_by_id(need.employer_id for need in page.rows),
        linked=queries.postings_of(page.rows),
        late={need.id for need in page.rows if queues.is_late(need, on)},
        closing=queues.closing(page.rows),
        officers=queries.officers_of(need.employer_id for need in page.rows),
        regions=reference.regions(),
        untouched_days=reference.whole("need_untouched_days"),
        soon_days=reference.whole("need_soon_days"),
        on=on,
    )


@blueprint.post("/demand/needs/export")
@requires(Permission.NEED_READ)
def export_needs() -> Download | Response:
    """What was filtered, as a file; that it was taken is on the ledger first. What is too much is refused: half of it would pass for all."""
    form, on = FilterForm(), today()
    wanted = _filter(form.queue.data, form.scope.data, form.q.data)
    count = paginate(wanted.rows(on), number=1, size=1).total
    if count > EXPORTED_AT_MOST:
        flash(f"共 {count:,} 条，一次最多导出 {EXPORTED_AT_MOST:,} 条。请先按单位、岗位或职业缩小范围，分几次导出。", "warning")
        return redirect(url_for(".needs", queue=wanted.queue.value, scope=form.scope.data, q=wanted.text), 303)
    with transaction():
        rows = session().scalars(wanted.rows(on)).all()
        operations.note_export(wanted.queue.value, len(rows), by=acting(Permission.NEED_READ))
    return download(sheet(HEADERS, _lines(rows)), f"needs-{on}.csv")


def download(text: str, file_name: str) -> Download:
    """A CSV file under a name of ASCII signs."""
    return Download(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{file_name}"'})


def _lines(rows: Sequence[Need]) -> Iterator[tuple[object, ...]]:
    employers, linked = queries.employers_by_id(need.employer_id for need in rows), queries.postings_of(rows)
    names, places = reference.occupations(), reference.regions()
    for need in rows:
        employer, postings = employers[need.employer_id], linked.get(need.id, [])
        yield (
            employer.name, employer.uscc, title_of(need), need.occupation, names.name(need.occupation), need.headcount, need.hired,
            need.urgency.label, need.by_on, places.name(need.region), wage_of(need), need.state.label, need.source.label, need.opened_on,
            need.touched_on, need.closed_on, len(postings), sum(one.applications for one in postings),
        )  # fmt: skip


@blueprint.get("/demand/needs/<uuid:key>")
@requires(Permission.NEED_READ)
def need(key: UUID) -> str:
    return need_page(found(queries.need_in_area(key, reading())))


@blueprint.post("/demand/needs/<uuid:key>/notes")
@requires(Permission.NEED_KEEP)
def show_remarks(key: UUID) -> str:
    """Remarks may name people: who read them is on the ledger before they are read."""
    with transaction():
        row = own_need(key)
        operations.show_notes(queries.employers_by_id([row.employer_id])[row.employer_id], by=acting(Permission.NEED_KEEP))
    return need_page(row, notes_shown=True)


def need_page(row: Need, *, notes_shown: bool = False, **forms: Form) -> str:
    """`forms`: those that came back with an error, in the place of empty ones."""
    steps, own = queries.steps_of(row), is_own(row.employer_id)
    link = LinkForm(formdata=None)
    link.posting.choices = options((str(posting.id), posting.title) for posting in queries.linkable(row)) if own and row.is_live else []
    empty = {"close": CloseForm(formdata=None), "hired": HiredForm(formdata=None, data={"hired": row.hired}), "reopen": ReasonForm(formdata=None)}
    return render_template(
        "demand/need.html",
        need=row,
        form=next(iter(forms.values()), None),
        own=own,
        forms=empty | {"link": link} | forms,
        notes_shown=notes_shown,
        employer=queries.employers_by_id([row.employer_id])[row.employer_id],
        linked=queries.postings_of([row]).get(row.id, []),
        under_way=queries.UNDER_WAY,
        proposes_closing=row.id in queues.closing([row]),
        is_late=queues.is_late(row, today()),
        successor=queries.successor_of(row),
        steps=steps,
        names=queries.names_of(step.by_id for step in steps),
        occupations=reference.occupations(),
        regions=reference.regions(),
        untouched_days=reference.whole("need_untouched_days"),
    )
