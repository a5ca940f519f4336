"""What the conversations share: their blueprint and the words their templates use."""

from flask import Blueprint
from markupsafe import Markup, escape

from webapp.postings import showing
from webapp.postings.applying import showing as applying
from webapp.postings.applying import wording
from webapp.postings.applying.models import ApplicationState
from webapp.postings.forms import REMARKED
from webapp.postings.models import PostingState

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
