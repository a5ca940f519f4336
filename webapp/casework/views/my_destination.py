"""The graduate's own pages behind the link of the text message: what is registered, yes, no, or how it really is. No sign-in: the link is the key.

Opening them changes nothing. A page names what is registered and who holds it, never the person: whoever finds the phone learns no name.
"""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import public
from webapp.accounts.models import Person
from webapp.casework.destinations import confirming, operations, queries
from webapp.casework.destinations.forms import CorrectForm, DisputeForm, PressForm
from webapp.casework.destinations.models import Destination, DestinationLink, Word
from webapp.casework.destinations.refusals import SpentLink
from webapp.casework.models import Case
from webapp.casework.refusals import Refusal
from webapp.casework.views.room import blueprint
from webapp.db import now, session, today, transaction
from webapp.reference import destinations as tables
from webapp.reference import queries as reference
from webapp.web import found

Answer = str | Response | tuple[str, int]


@blueprint.route("/my-service/destination/<token>", methods=["GET", "POST"])
@public
def my_destination(token: str) -> Answer:
    form = PressForm()
    if form.validate_on_submit():
        try:
            with transaction():
                confirming.confirm(_link(token, for_change=True), on=today())
        except SpentLink:
            return _spent()
        return redirect(url_for(".my_destination", token=token), 303)
    link = queries.link_by_token(token)
    return _page(link, token) if link is not None else _spent()


@blueprint.route("/my-service/destination/<token>/dispute", methods=["GET", "POST"])
@public
def dispute_destination(token: str) -> Answer:
    form = DisputeForm()
    if form.validate_on_submit():
        try:
            with transaction():
                confirming.dispute(_link(token, for_change=True), form.reason.data or "", on=today())
        except SpentLink:
            return _spent()
        return redirect(url_for(".my_destination", token=token), 303)
    return _asked(token, "casework/my_dispute.html", form=form)


@blueprint.route("/my-service/destination/<token>/correct", methods=["GET", "POST"])
@public
def correct_destination(token: str) -> Answer:
    link = queries.link_by_token(token)
    case = session().get(Case, link.case_id) if link is not None else None
    form = CorrectForm().offer(tables.codes_of(tables.table_year(case.cohort if case else None)))
    if form.validate_on_submit():
        try:
            with transaction():
                values = confirming.own_values(form.code.data, unit=form.unit.data or "", from_on=form.from_on.data)
                confirming.correct(_link(token, for_change=True), values, on=today())
        except SpentLink:
            return _spent()
        except Refusal as refusal:
            form.code.errors = [str(refusal)]
        else:
            return redirect(url_for(".my_destination", token=token), 303)
    return _asked(token, "casework/my_correction.html", form=form)


def _link(token: str, *, for_change: bool = False) -> DestinationLink:
    return found(queries.link_by_token(token, for_change=for_change))


def _is_open(link: DestinationLink, row: Destination) -> bool:
    return link.expires_at > now() and link.used_at is None and row.superseded_on is None and row.word is not Word.DISPUTED


def _asked(token: str, template: str, **words: object) -> Answer:
    """A question that only a link which may still answer asks."""
    link = queries.link_by_token(token)
    row = session().get(Destination, link.destination_id) if link is not None else None
    if link is None or row is None or not _is_open(link, row):
        return _spent()
    return render_template(template, token=token, row=row, labels=tables.labels(), **words)


def _page(link: DestinationLink, token: str) -> Answer:
    asked, case = session().get_one(Destination, link.destination_id), session().get_one(Case, link.case_id)
    row = queries.current_of(case.id) if link.used_at is not None else asked
    if link.expires_at <= now() or (link.used_at is None and asked.superseded_on is not None):
        return _spent()
    row = row or asked
    keeper = session().get(Person, case.caseworker_id) if case.caseworker_id else None
    return render_template(
        "casework/my_destination.html",
        token=token,
        row=row,
        asked=asked,
        is_open=_is_open(link, asked),
        keeper=(keeper.name or "") if keeper else "",
        is_placed=row.kind in operations.PLACES,
        labels=tables.labels(),
        evidence=tables.evidence_kind(row.evidence),
        region=reference.regions().name(case.region),
    )


def _spent() -> tuple[str, int]:
    return render_template("casework/my_destination_spent.html"), 410
