"""What the conversations share: their blueprint, the words of their states and the areas of the visitor."""

from collections.abc import Iterable

from flask import Blueprint, request
from markupsafe import Markup, escape

from webapp.access import Grant
from webapp.inspection.estimating import Share
from webapp.inspection.models import CampaignState, Check, PublicReport, ReportState, Verdict
from webapp.reference import queries as reference
from webapp.web import NUL, span

blueprint = Blueprint("inspection", __name__, template_folder="../templates")
blueprint.add_app_template_filter(span, "span")

_TONES = {
    CampaignState.RUNNING: "info",
    CampaignState.FINISHED: "good",
    CampaignState.PUBLISHED: "good",
    ReportState.RECEIVED: "warn",
    ReportState.IN_HAND: "info",
    Verdict.VALID: "good",
    Verdict.FILLED: "warn",
    Verdict.STOPPED: "warn",
    Verdict.FALSE: "bad",
}
"""State or verdict -> tone of its badge; the others are neutral."""


def _tag(label: str, tone: str = "neutral") -> Markup:
    return Markup('<span class="tag tag-{}">{}</span>').format(tone, escape(label))


def badge(state: CampaignState | ReportState | Verdict | None) -> Markup:
    """A state is always a word; the tone only repeats it."""
    return _tag("未查") if state is None else _tag(state.label, _TONES.get(state, "neutral"))


def due_badge(report: PublicReport) -> Markup:
    """What is overdue says so beside its state."""
    if report.state is ReportState.DECIDED:
        return _tag("超期办结", "warn") if report.is_late else Markup("")
    return _tag("已超期", "bad") if report.is_late else Markup("")


def share_words(share: Share | None) -> Markup:
    """`92.3%` with its interval below, or that everything was checked; a dash where nothing counts yet."""
    if share is None:
        return Markup("—")
    if share.is_census:
        return Markup('<span class="share">{} <small>全部查过</small></span>').format(f"{share.value:.1%}")
    said = Markup('<span class="share">{} <small>{}–{}</small></span>')
    return said.format(f"{share.value:.1%}", f"{share.low:.1%}", f"{share.high:.1%}")


def said(check: Check, name: str) -> str:
    """A field of what the posting said when it was drawn."""
    return str(check.evidence.get(name) or "")


def argument(name: str, most: int) -> str:
    """What the address says, without NUL, which PostgreSQL refuses to look for."""
    return request.args.get(name, "").replace(NUL, "")[:most]


def areas(grants: Iterable[Grant]) -> list[tuple[str, str]]:
    """(code, name) of the areas of these grants and of everything in them, a city before its counties."""
    regions = reference.regions()
    codes = [code for grant in grants if grant.region for code in _within(grant.region)]
    return [(code, regions.name(code)) for code in dict.fromkeys(codes)]


def _within(code: str) -> list[str]:
    return [code, *(inner for child in reference.regions().children(code) for inner in _within(child.code))]


for _name, _words in (("inspection_badge", badge), ("due_badge", due_badge), ("share_words", share_words), ("said_of", said)):
    blueprint.add_app_template_global(_words, _name)
