from flask import Response, jsonify, request

from webapp.access import public
from webapp.postings import suggesting
from webapp.postings.views.room import blueprint

_SECONDS = 60


@blueprint.get("/postings/suggest")
@public
def suggest() -> Response:
    """Asked by the script of the search box with every keystroke: whatever is asked, a list, and an empty one rather than an error.

    It is the same for everybody, so a proxy may keep it; an answer given before the first index was ready is not kept.
    """
    response = jsonify(suggesting.suggest(request.args.get("q", "")))
    response.headers["Cache-Control"] = f"public, max-age={_SECONDS}" if suggesting.ready() else "no-store"
    return response
