import json
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.access import Permission, public, visitor
from webapp.postings import cards, queries, showing, structured
from webapp.postings.applying import answering
from webapp.postings.applying import queries as applying
from webapp.postings.applying.models import ApplicationState
from webapp.postings.life import viewing
from webapp.postings.models import Posting, PostingState
from webapp.postings.views.room import blueprint
from webapp.reference import phones
from webapp.reference.models import PhonePurpose
from webapp.web import found


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
    if queries.is_open(posting) and not (current_user.is_authenticated and visitor().grants_for(Permission.POSTING_REVIEW)):
        viewing.note(posting.id, request.remote_addr or "")
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
        application=application if application and application.state is not ApplicationState.WITHDRAWN else None,
        answer_days=answering.told(posting.employer_id) if is_open else None,
        may_review=_may_review(posting),
        similar=[showing.card(row) for row in queries.similar(posting)],
        structured=_structured(posting) if is_open else "",
        phones=phones.lines_for(posting.region, (PhonePurpose.RIGHTS, PhonePurpose.INSPECTION)),
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
        "description": structured.description(posting),
        "datePosted": _posted_on(posting),
        "validThrough": posting.valid_through.isoformat() if posting.valid_through else None,
        "hiringOrganization": structured.organization(posting),
        "jobLocation": structured.location(posting),
        "baseSalary": structured.salary(posting),
        "totalJobOpenings": posting.headcount,
        "directApply": posting.employer_id is not None,
    }
    text = json.dumps(structured.stated(dict(known)), ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - no tag can end the block


def _posted_on(posting: Posting) -> str | None:
    """A forwarded row was posted on the day its source names; a month or a year is no day, and neither is that of the import."""
    if posting.is_forwarded:
        return posting.source_on if len(posting.source_on) == len("2026-12-31") else None
    return posting.valid_from.isoformat() if posting.valid_from else None
