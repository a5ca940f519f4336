from flask import Blueprint

from webapp.access import Grant, Permission, visitor

blueprint = Blueprint("sources", __name__, template_folder="../templates")
STATE_TONES = {"waiting": "info", "running": "info", "done": "good", "failed": "bad", "held": "warn", "discarded": "neutral"}


@blueprint.app_template_filter("batch_tone")
def batch_tone(state: str) -> str:
    return STATE_TONES[state]


def readable() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.SOURCE_READ)


def manageable() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.SOURCE_MANAGE)
