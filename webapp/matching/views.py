"""What a seeker sees of saved searches. The pages are here and not in `seekers`, because what a search means is known to `postings` only."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires, visitor
from webapp.accounts.models import Person
from webapp.db import session, transaction
from webapp.matching.forms import EmailForm, SaveForm
from webapp.matching.operations import filed
from webapp.postings import narrowing
from webapp.postings.criteria import MANY, Criteria, read
from webapp.postings.queries import find_open
from webapp.reference.queries import regions, whole
from webapp.seekers import operations, queries
from webapp.seekers.models import SavedSearch
from webapp.seekers.operations import NothingAsked, TooManySearches
from webapp.web import found

blueprint = Blueprint("matching", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class Line:
    """One saved search of the list. `open` is how many postings it finds now; None: the search engine is away."""

    saved: SavedSearch
    words: list[str]
    url: str
    open: int | None

    @property
    def is_told(self) -> bool:
        return self.saved.word is not None


@blueprint.get("/saved-searches")
@requires(Permission.SEARCH_SAVE)
def saved_searches() -> str:
    lines = [_line(saved) for saved in queries.saved_searches_of(visitor().person_id)]
    return render_template("matching/saved_searches.html", lines=lines, mailbox=_mailbox(), limit=whole("saved_searches_max"))


@blueprint.route("/saved-searches/new", methods=["GET", "POST"])
@requires(Permission.SEARCH_SAVE)
def save_search() -> str | Response:
    """The search to keep is in the address, as it was on the search page: signing in on the way loses nothing."""
    criteria = read(request.args.to_dict(flat=False))
    form = SaveForm(data={"name": _name(criteria)[:80], "by_email": bool(_mailbox())})
    if not form.validate_on_submit():
        return _save_page(criteria, form)
    try:
        with transaction():
            operations.save_search(
                visitor().person_id,
                name=(form.name.data or "").strip(),
                criteria=_kept(criteria),
                **filed(criteria)._asdict(),
                by_email=bool(form.by_email.data),
                by=acting(Permission.SEARCH_SAVE),
            )
    except NothingAsked:
        return _save_page(criteria, form)
    except TooManySearches as refusal:
        return _save_page(criteria, form, [(str(refusal), url_for(".saved_searches"))])
    flash("已保存订阅。", "success")
    return redirect(url_for(".saved_searches"), 303)


@blueprint.post("/saved-searches/<uuid:key>/email")
@requires(Permission.SEARCH_SAVE)
def choose_email(key: UUID) -> Response:
    form = EmailForm()
    with transaction():
        saved = found(queries.saved_search_of(visitor().person_id, key))
        operations.choose_email(saved, by_email=form.wants_email, by=acting(Permission.SEARCH_SAVE))
    flash("以后会同时发邮件。" if form.wants_email else "以后不再发邮件，站内消息照常。", "success")
    return redirect(url_for(".saved_searches"), 303)


@blueprint.post("/saved-searches/<uuid:key>/remove")
@requires(Permission.SEARCH_SAVE)
def remove_search(key: UUID) -> Response:
    with transaction():
        saved = found(queries.saved_search_of(visitor().person_id, key))
        operations.remove_search(saved, by=acting(Permission.SEARCH_SAVE))
    flash(f"已取消订阅“{saved.name}”。", "success")
    return redirect(url_for(".saved_searches"), 303)


def _save_page(criteria: Criteria, form: SaveForm, refusals: list[tuple[str, str]] | None = None) -> str:
    filing = filed(criteria)
    return render_template(
        "matching/save_search.html",
        form=form,
        refusals=refusals or [],
        criteria=criteria,
        words=_words(criteria),
        asks=filing != (None, None),
        is_told=filing.word is not None,
        mailbox=_mailbox(),
        search_url=_search_url(_kept(criteria)),
    )


def _mailbox() -> str:
    """What can be sent there: `waiting` for its confirmation (nothing yet), `confirmed`, or empty where there is none."""
    person = session().get(Person, visitor().person_id)
    if person is None or person.email_index is None:
        return ""
    return "confirmed" if person.email_confirmed_at else "waiting"


def _kept(criteria: Criteria) -> dict[str, Any]:
    """Canonical: what was understood, without the order of the list; several choices as a list, a single value as itself."""
    chosen = sorted((name, values) for name, values in criteria.chosen.items() if name != "sort")
    return {name: sorted(values) if name in MANY and len(values) > 1 else values[0] for name, values in chosen}


def _line(saved: SavedSearch) -> Line:
    criteria = read(saved.criteria)
    answer = find_open(replace(criteria.query, limit=0, offset=0, facets=False))
    return Line(saved, _words(criteria), _search_url(saved.criteria), None if answer.fallback else answer.total)


def _search_url(criteria: Mapping[str, Any]) -> str:
    return url_for("postings.search", **criteria)


def _words(criteria: Criteria) -> list[str]:
    return [narrowing.label(name, value) for name, values in criteria.chosen.items() if name != "sort" for value in values]


def _name(criteria: Criteria) -> str:
    region = criteria.one("region")
    parts = [criteria.one("q"), regions().name(region) if region else "", *(narrowing.label(name, value) for name, value in criteria.filters)]
    return " · ".join(part for part in parts if part)
