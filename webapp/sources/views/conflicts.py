"""What sources say differently about one job, and what stands on one card: seen side by side, and decided with a reason."""

from collections.abc import Iterable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Grant, Permission, acting, requires, visitor
from webapp.db import transaction
from webapp.postings import cards, showing
from webapp.postings.models import Posting
from webapp.sources import conflicts as operations
from webapp.sources import duplicates, queries
from webapp.sources.conflicts import FIELDS
from webapp.sources.forms import ConflictForm, PartForm
from webapp.sources.models import PostingConflict
from webapp.sources.views.room import blueprint, readable
from webapp.web import found, paginate

Answer = Response | str


def _decidable() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.CONFLICT_SETTLE)


@blueprint.get("/sources/conflicts")
@requires(Permission.SOURCE_READ)
def conflicts() -> str:
    settled = request.args.get("state") == "settled"
    page = paginate(queries.conflicts(readable(), settled=settled))
    postings = queries.postings_of(key for row in page.rows for key in (row.first_id, row.second_id))
    return render_template(
        "sources/conflicts.html",
        page=page,
        settled=settled,
        postings=postings,
        names=queries.names_of(postings.values()),
        fields=FIELDS,
        direct=showing.DIRECT,
    )


@blueprint.get("/sources/conflicts/<uuid:key>")
@requires(Permission.SOURCE_READ)
def conflict(key: UUID) -> str:
    """Whoever reads the list reads what it leads to; the form is for who may decide."""
    return _conflict_page(found(queries.conflict_of(key, readable())), ConflictForm(formdata=None))


@blueprint.post("/sources/conflicts/<uuid:key>")
@requires(Permission.CONFLICT_SETTLE)
def settle_conflict(key: UUID) -> Answer:
    form = ConflictForm()
    found(queries.conflict_of(key, _decidable()))
    if form.validate_on_submit() and _settle(key, form):
        flash("决定已记录，岗位的展示随之改好。", "success")
        return redirect(url_for(".conflicts"), 303)
    return _conflict_page(found(queries.conflict_of(key, _decidable())), form)


def _settle(key: UUID, form: ConflictForm) -> bool:
    by = acting(Permission.CONFLICT_SETTLE)
    try:
        with transaction():
            one = found(queries.conflict_of(key, _decidable(), for_change=True))
            pair = operations.settle(one, form.chosen, form.reason.data or "", by=by)
            duplicates.regroup(pair, by=by)
    except operations.Refusal as refusal:
        form.decision.errors = [str(refusal)]
        return False
    return True


def _conflict_page(one: PostingConflict, form: ConflictForm) -> str:
    postings = queries.postings_of([one.first_id, one.second_id])
    first, second = postings[one.first_id], postings[one.second_id]
    return render_template(
        "sources/conflict.html",
        conflict=one,
        form=form,
        first=first,
        second=second,
        names=_names(postings.values()),
        said=queries.as_of(postings.values()),
        rows=[(label, first_said, second_said, first_said != second_said) for label, first_said, second_said in _side_by_side(first, second)],
        fields=FIELDS,
        may_settle=queries.conflict_of(one.id, _decidable()) is not None,
    )


def _names(postings: Iterable[Posting]) -> dict[UUID, str]:
    rows = list(postings)
    names = queries.names_of(rows)
    return {row.id: names.get(row.source_id, "") if row.source_id else showing.DIRECT for row in rows}


def _side_by_side(first: Posting, second: Posting) -> list[tuple[str, str, str]]:
    said = [dict(showing.elements(posting, None)) for posting in (first, second)]
    return [(label, said[0].get(label, ""), said[1].get(label, "")) for label in said[0]]


@blueprint.get("/sources/cards")
@requires(Permission.SOURCE_READ)
def several() -> str:
    page = paginate(queries.cards_with_several(readable()))
    return render_template(
        "sources/cards.html",
        page=page,
        cards={row.id: showing.card(row) for row in page.rows},
        also=cards.names_behind(row.id for row in page.rows),
    )


@blueprint.get("/sources/cards/<uuid:key>")
@requires(Permission.SOURCE_READ)
def card(key: UUID) -> str:
    return _card_page(found(queries.posting_in_reach(key, readable())), PartForm(formdata=None), None)


def _card_page(leader: Posting, form: PartForm, about: UUID | None) -> str:
    members = [leader, *cards.standing_behind(leader.id)]
    return render_template(
        "sources/card.html",
        leader=leader,
        members=members,
        cards={row.id: showing.card(row) for row in members},
        names=_names(members),
        said=queries.as_of(members),
        form=form,
        about=about,
        may_part=queries.posting_in_reach(leader.id, _decidable()) is not None,
    )


@blueprint.post("/sources/cards/<uuid:key>/part/<uuid:other>")
@requires(Permission.CONFLICT_SETTLE)
def part(key: UUID, other: UUID) -> Answer:
    leader = found(queries.posting_in_reach(key, _decidable()))
    found(next((row for row in cards.standing_behind(key) if row.id == other), None))
    form, by = PartForm(), acting(Permission.CONFLICT_SETTLE)
    if not form.validate_on_submit():
        return _card_page(leader, form, other)
    with transaction():
        rows = queries.postings_of([key, other])
        duplicates.regroup(operations.part(rows[key], rows[other], form.reason.data or "", by=by), by=by)
    flash("已分开：两个岗位各有各的卡片。", "success")
    return redirect(url_for(".card", key=key), 303)
