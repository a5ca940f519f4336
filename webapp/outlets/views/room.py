from flask import Blueprint

from webapp.web import span

blueprint = Blueprint("outlets", __name__, template_folder="../templates")
blueprint.add_app_template_global(span, "span")
