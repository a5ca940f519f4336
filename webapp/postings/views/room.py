"""What the conversations share: their blueprint, the words their templates use, who asks, and the form on which an employer writes."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template
from markupsafe import Markup, escape

from webapp.access import Actor, Grant, Permission, acting, visitor
from webapp.db import today
from webapp.employers.models import Employer
from webapp.gate.showing import by_field
from webapp.postings import gating, queries, showing
from webapp.postings.applying import showing as applying
from webapp.postings.applying import wording
from webapp.postings.applying.models import ApplicationState
from webapp.postings.forms import PostingForm
from webapp.postings.models import Posting, PostingReview, PostingState
from webapp.postings.review_forms import REMARKED
from webapp.reference import queries as reference
from webapp.web import found

blueprint = Blueprint("postings", __name__, template_folder="../templates")
blueprint.add_app_template_filter(showing.day, "day")


def state_badge(state: PostingState) -> Markup:
    """A state is always a word; the tone only repeats it."""
    return Markup('<span class="tag tag-{}"><span class="visually-hidden">状态：</span>{}</span>').format(
        showing.TONES.get(state, "neutral"), escape(state.label)
    )


def application_badge(state: ApplicationState) -> Markup:
    return Markup('<span class="tag tag-{}"><span class="visually-hidden">应聘：</span>{}</span>').format(
        applying.TONES.get(state, "neutral"), escape(state.label)
    )


blueprint.add_app_template_global(state_badge, "state_badge")


def remark_label(field: str) -> str:
    return REMARKED.get(field, field)


blueprint.add_app_template_global(remark_label, "remark_label")
blueprint.add_app_template_global(application_badge, "application_badge")
blueprint.add_app_template_filter(wording.moment, "moment")
blueprint.add_app_template_global(wording.days_ago, "days_ago")


# of reviewers


def may_review() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.POSTING_REVIEW)


def reviewer() -> Actor:
    return acting(Permission.POSTING_REVIEW)


# of whoever writes for an employer


def may_write() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.POSTING_WRITE)


def writer() -> Actor:
    return acting(Permission.POSTING_WRITE)


def own(key: UUID, *, for_change: bool = False) -> Posting:
    return found(queries.own(key, may_write(), for_change=for_change))


def form_page(
    form: PostingForm,
    posting: Posting | None,
    *,
    employers: Sequence[Employer] = (),
    sent_back: PostingReview | None = None,
    changes: bool = False,
    refused: str = "",
) -> str:
    """The form of a draft, or of a change of an open posting. `refused`: it cannot be kept there any more, but as a new draft, with every word."""
    return render_template(
        "postings/form.html",
        form=form,
        posting=posting,
        changes=changes,
        employers=employers,
        sent_back=sent_back,
        refused=refused,
        occupations=[row.name for row in reference.occupations().common()],
        days=reference.whole("posting_valid_days_max"),
        findings=by_field(gating.typed(form.readable(), on=today()).findings),
    )
