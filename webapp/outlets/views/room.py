from flask import Blueprint

blueprint = Blueprint("outlets", __name__, template_folder="../templates")
