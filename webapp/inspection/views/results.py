from uuid import UUID

from flask import Response, render_template

from webapp.access import public
from webapp.inspection import figures, queries
from webapp.inspection.drawing import METHOD, RECIPE
from webapp.inspection.figures import ALL_RULE, KNOWN_RULE, WEIGHT_RULE, Group
from webapp.inspection.population import Definition
from webapp.inspection.views.planning import population_answer
from webapp.inspection.views.room import blueprint
from webapp.reference import queries as reference
from webapp.web import found, paginate


@blueprint.get("/spot-checks")
@public
def published_list() -> str:
    return render_template("inspection/published.html", page=paginate(queries.published()), regions=reference.regions())


@blueprint.get("/spot-checks/<uuid:key>")
@public
def published(key: UUID) -> str:
    campaign = found(queries.published_campaign(key))
    definition = Definition.of(campaign.definition)
    return render_template(
        "inspection/published_result.html",
        campaign=campaign,
        words=definition.words() if definition else [],
        strata=queries.strata(campaign),
        result=figures.result(campaign),
        groups=list(Group),
        rules=(KNOWN_RULE, ALL_RULE, WEIGHT_RULE),
        method=METHOD,
        recipe=RECIPE,
        regions=reference.regions(),
    )


@blueprint.get("/spot-checks/<uuid:key>/population.txt")
@public
def published_population(key: UUID) -> Response:
    return population_answer(found(queries.published_campaign(key)))
