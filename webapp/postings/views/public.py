import json
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.access import Permission, public, visitor
from webapp.postings import cards, queries, showing
from webapp.postings.applying import queries as applying
from webapp.postings.applying.models import ApplicationState
from webapp.postings.models import Posting, PostingState
from webapp.postings.views.room import blueprint
from webapp.reference import wages
from webapp.reference.models import WageUnit
from webapp.web import found

_BY_UNIT = {WageUnit.HOUR: "HOUR", WageUnit.DAY: "DAY", WageUnit.WEEK: "WEEK", WageUnit.MONTH: "MONTH", WageUnit.YEAR: "YEAR"}
"""schema.org's unitText; pieces and tasks have none there."""


@blueprint.get("/postings/<uuid:key>")
@public
def detail(key: UUID) -> str | tuple[str, int] | Response:
    """What stands behind another's card has its page there: one job, one page."""
    posting = found(queries.shown(key))
    if posting.card_id is not None and queries.is_open(posting):
        return redirect(url_for(".detail", key=posting.card_id), 302)
    if posting.state is PostingState.TAKEN_DOWN:
        return render_template("postings/taken_down.html"), 410
    page = _detail_page(posting)
    return page if queries.is_open(posting) else (page, 410)


def _detail_page(posting: Posting) -> str:
    employer = queries.employer_of(posting)
    is_open, others = queries.is_open(posting), cards.standing_behind(posting.id)
    person_id = current_user.person_id if current_user.is_authenticated else None
    application = applying.application_by(person_id, posting.id) if person_id else None
    return render_template(
        "postings/detail.html",
        posting=posting,
        employer=employer,
        is_open=is_open,
        is_verified=queries.is_verified(employer),
        card=showing.card(posting, also=[row.source_title for row in others]),
        told_by=showing.told_by(posting, others),
        elements=showing.elements(posting, employer),
        not_stated=showing.NOT_FROM_SOURCE if posting.is_forwarded else showing.NOT_FILLED,
        missing=showing.missing(posting, employer),
        application=application if application and application.state is ApplicationState.SENT else None,
        may_review=_may_review(posting),
        similar=[showing.card(row) for row in queries.similar(posting)],
        structured=_structured(posting) if is_open else "",
    )


def _may_review(posting: Posting) -> bool:
    if not current_user.is_authenticated:
        return False
    return any(grant.covers(posting.region) for grant in visitor().grants_for(Permission.POSTING_REVIEW))


def _structured(posting: Posting) -> Markup:
    """The posting as schema.org JobPosting: a data block, which the content policy lets stand because nothing runs it."""
    known = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "identifier": {"@type": "PropertyValue", "name": posting.employer_name, "value": str(posting.id)},
        "title": posting.title,
        "description": "\n".join(text for text in (posting.duties, showing.conditions(posting)) if text),
        "datePosted": _posted_on(posting),
        "validThrough": posting.valid_through.isoformat() if posting.valid_through else None,
        "hiringOrganization": _organization(posting),
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "addressCountry": "CN",
                "addressLocality": showing.place(posting),
                "streetAddress": posting.address,
            },
        },
        "baseSalary": _salary(posting),
        "totalJobOpenings": posting.headcount,
        "directApply": posting.employer_id is not None,
    }
    text = json.dumps({name: value for name, value in known.items() if value not in (None, "")}, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - no tag can end the block


def _organization(posting: Posting) -> dict[str, str]:
    known = {"@type": "Organization", "name": posting.employer_name, "description": posting.employer_about}
    return {name: value for name, value in known.items() if value}


def _posted_on(posting: Posting) -> str | None:
    """A forwarded row was posted on the day its source names; a month or a year is no day, and neither is that of the import."""
    if posting.is_forwarded:
        return posting.source_on if len(posting.source_on) == len("2026-12-31") else None
    return posting.valid_from.isoformat() if posting.valid_from else None


def _salary(posting: Posting) -> dict[str, object] | None:
    unit = _BY_UNIT.get(posting.wage_unit) if posting.wage_unit else None
    if unit is None:
        return None
    ends = {"minValue": posting.wage_low, "maxValue": posting.wage_high}
    stated = {name: wages.in_json(end) for name, end in ends.items() if end is not None}
    return {"@type": "MonetaryAmount", "currency": "CNY", "value": {"@type": "QuantitativeValue", "unitText": unit, **stated}}
