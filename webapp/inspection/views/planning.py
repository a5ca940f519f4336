from uuid import UUID

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Grant, Permission, acting, requires, visitor
from webapp.accounts.queries import colleagues
from webapp.db import today, transaction
from webapp.inspection import figures, population, queries
from webapp.inspection.drawing import METHOD, RECIPE, population_text
from webapp.inspection.figures import ALL_RULE, KNOWN_RULE, WEIGHT_RULE, Group
from webapp.inspection.forms import CampaignForm, DrawForm, ReasonForm
from webapp.inspection.models import Campaign, CampaignState, Check
from webapp.inspection.operations import campaigns, checks
from webapp.inspection.operations.refusals import NoReason, Refusal
from webapp.inspection.population import Definition
from webapp.inspection.views.room import areas, argument, blueprint
from webapp.reference import queries as reference
from webapp.web import found, paginate


def _grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.CHECK_PLAN)


def _campaign(key: UUID, *, for_change: bool = False) -> Campaign:
    return found(queries.campaign(key, _grants(), for_change=for_change))


@blueprint.get("/inspection/campaigns")
@requires(Permission.CHECK_PLAN)
def campaign_list() -> str:
    regions = [str(grant.region) for grant in _grants() if grant.region]
    return render_template(
        "inspection/campaigns.html",
        page=paginate(queries.campaigns(_grants())),
        due=[(code, reference.regions().name(code)) for code in dict.fromkeys(regions) if campaigns.is_due(code, on=today())],
        rate=reference.number("spot_check_monthly_rate", region=regions[0] if regions else reference.NATION),
        regions=reference.regions(),
    )


@blueprint.route("/inspection/campaigns/new", methods=["GET", "POST"])
@requires(Permission.CHECK_PLAN)
def new_campaign() -> str | Response:
    form = CampaignForm().prepare(areas(_grants()), population.platforms(_grants()))
    if not form.is_submitted():
        asked = request.args.get("region", "")
        form.region.data = asked if any(grant.covers(asked) for grant in _grants()) else next((str(grant.region) for grant in _grants()), "")
        form.propose()
    if form.validate_on_submit():
        made = _prepare(form)
        if made is not None:
            flash("总体已经固定。请核对各层的数目，再抽取。", "success")
            return redirect(url_for(".campaign", key=made.id), 303)
    return render_template("inspection/campaign_new.html", form=form)


def _prepare(form: CampaignForm) -> Campaign | None:
    """The population is read before the transaction that keeps it, so that nobody waits for the reading."""
    definition = Definition.of(form.definition())
    if definition is None:
        form.region.errors = ["请选择地区。"]
        return None
    taken = population.take(definition)
    try:
        with transaction():
            return campaigns.prepare(
                form.title.data or "", taken, rate=form.rate.hundredths, due_on=form.due_on.data or today(), by=acting(Permission.CHECK_PLAN)
            )
    except Refusal as refusal:
        form.rate.errors = [str(refusal)]
        return None


@blueprint.get("/inspection/campaigns/<uuid:key>")
@requires(Permission.CHECK_PLAN)
def campaign(key: UUID) -> str:
    return _campaign_page(_campaign(key))


def _campaign_page(campaign: Campaign, draw_form: DrawForm | None = None, cancel_form: ReasonForm | None = None) -> str:
    people = colleagues(Permission.CHECK_RUN, campaign.region)
    if draw_form is None:
        draw_form = DrawForm(formdata=None)
        draw_form.roster.data = [str(one.id) for one in people]
    progress = queries.progress(campaign)
    return render_template(
        "inspection/campaign.html",
        campaign=campaign,
        words=_words(campaign),
        strata=queries.strata(campaign),
        draw_form=draw_form.offer(people),
        cancel_form=cancel_form or ReasonForm(formdata=None),
        form=draw_form if draw_form.errors else cancel_form,
        progress=progress,
        names=queries.names([one.inspector_id for one in progress]),
        result=figures.result(campaign),
        groups=list(Group),
        rules=(KNOWN_RULE, ALL_RULE, WEIGHT_RULE),
        method=METHOD,
        recipe=RECIPE,
        regions=reference.regions(),
    )


def _words(campaign: Campaign) -> list[str]:
    definition = Definition.of(campaign.definition)
    return definition.words() if definition else []


@blueprint.get("/inspection/campaigns/<uuid:key>/population.txt")
@requires(Permission.CHECK_PLAN)
def population_file(key: UUID) -> FlaskResponse:
    return population_answer(_campaign(key))


def population_answer(campaign: Campaign) -> FlaskResponse:
    """Exactly the bytes whose SHA-256 was published."""
    text = population_text(stratum.layer for stratum in queries.strata(campaign))
    response = FlaskResponse(text, mimetype="text/plain")
    response.headers["Content-Disposition"] = 'attachment; filename="population.txt"'
    return response


@blueprint.post("/inspection/campaigns/<uuid:key>/draw")
@requires(Permission.CHECK_PLAN)
def draw_campaign(key: UUID) -> str | Response:
    kept = _campaign(key)
    form = DrawForm().offer(colleagues(Permission.CHECK_RUN, kept.region))
    if form.validate_on_submit():
        try:
            drawn = _draw(key, form)
        except campaigns.BadSeed as refusal:
            form.seed.errors = [str(refusal)]
        except Refusal as refusal:
            form.roster.errors = [str(refusal)]
        else:
            flash(f"已抽取 {len(drawn)} 个岗位并分派，检查人员已收到消息。", "success")
            return redirect(url_for(".campaign", key=key), 303)
    return _campaign_page(_campaign(key), draw_form=form)


def _draw(key: UUID, form: DrawForm) -> list[Check]:
    """The seed is fixed and kept before anybody knows what it draws; the sample is put in order with no transaction open."""
    by = acting(Permission.CHECK_PLAN)
    with transaction():
        campaigns.fix_seed(_campaign(key, for_change=True), form.seed.data or "", form.people(), by=by)
    sampled = campaigns.sample(_campaign(key))
    with transaction():
        return campaigns.draw(_campaign(key, for_change=True), sampled, form.people(), by=by)


@blueprint.get("/inspection/campaigns/<uuid:key>/redraw")
@requires(Permission.CHECK_PLAN)
def redraw(key: UUID) -> str:
    campaign = found(_campaign(key) if _campaign(key).drawn_at else None)
    return render_template("inspection/redraw.html", campaign=campaign, again=figures.redraw(campaign), method=METHOD, recipe=RECIPE)


@blueprint.post("/inspection/campaigns/<uuid:key>/finish")
@requires(Permission.CHECK_PLAN)
def finish_campaign(key: UUID) -> Response:
    try:
        with transaction():
            campaigns.finish(_campaign(key, for_change=True), by=acting(Permission.CHECK_PLAN))
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("抽查已结束。核对结果以后可以公布。", "success")
    return redirect(url_for(".campaign", key=key), 303)


@blueprint.post("/inspection/campaigns/<uuid:key>/publish")
@requires(Permission.CHECK_PLAN)
def publish_campaign(key: UUID) -> Response:
    try:
        with transaction():
            campaigns.publish(_campaign(key, for_change=True), by=acting(Permission.CHECK_PLAN))
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("结果已公布，任何人都能看到。", "success")
    return redirect(url_for(".campaign", key=key), 303)


@blueprint.post("/inspection/campaigns/<uuid:key>/cancel")
@requires(Permission.CHECK_PLAN)
def cancel_campaign(key: UUID) -> str | Response:
    form = ReasonForm()
    if not form.validate_on_submit():
        return _campaign_page(_campaign(key), cancel_form=form)
    try:
        with transaction():
            campaigns.cancel(_campaign(key, for_change=True), form.reason.data or "", by=acting(Permission.CHECK_PLAN))
    except NoReason:
        form.reason.errors = ["请写明作废的理由，它会留在抽查记录里。"]
        return _campaign_page(_campaign(key), cancel_form=form)
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("抽查已作废。", "success")
    return redirect(url_for(".campaign", key=key), 303)


@blueprint.get("/inspection/campaigns/<uuid:key>/checks")
@requires(Permission.CHECK_PLAN)
def campaign_checks(key: UUID) -> str:
    campaign = _campaign(key)
    group = next((one for one in Group if one.value == request.args.get("group")), None)
    county, source = argument("county", 6), argument("source", 60)
    page = paginate(figures.rows(campaign, county=county, source=source, group=group), size=50)
    return render_template(
        "inspection/campaign_checks.html",
        campaign=campaign,
        page=page,
        words=[one for one in (group.label if group else "", reference.regions().name(county) if county else "", source) if one],
        calls=queries.calls_of(page.rows),
        names=queries.names([check.inspector_id for check in page.rows]),
        regions=reference.regions(),
    )


@blueprint.get("/inspection/campaigns/<uuid:key>/checks/<uuid:check_key>")
@requires(Permission.CHECK_PLAN)
def campaign_check(key: UUID, check_key: UUID) -> str:
    campaign = _campaign(key)
    return _check_page(campaign, found(queries.check_in(campaign, check_key)), ReasonForm(formdata=None))


def _check_page(campaign: Campaign, check: Check, form: ReasonForm) -> str:
    return render_template(
        "inspection/campaign_check.html",
        campaign=campaign,
        check=check,
        form=form,
        posting=queries.postings_of([check])[check.posting_id],
        calls=queries.calls_of([check])[check.id],
        names=queries.names([check.inspector_id, check.drawn_id]),
        is_running=campaign.state is CampaignState.RUNNING,
        regions=reference.regions(),
    )


@blueprint.post("/inspection/campaigns/<uuid:key>/checks/<uuid:check_key>/reopen")
@requires(Permission.CHECK_PLAN)
def reopen_check(key: UUID, check_key: UUID) -> str | Response:
    form, campaign = ReasonForm(), _campaign(key)
    if not form.validate_on_submit():
        return _check_page(campaign, found(queries.check_in(campaign, check_key)), form)
    try:
        with transaction():
            checks.reopen(_own_check(key, check_key), form.reason.data or "", by=acting(Permission.CHECK_PLAN))
    except NoReason:
        form.reason.errors = ["请写明为什么要重查。"]
        campaign = _campaign(key)
        return _check_page(campaign, found(queries.check_in(campaign, check_key)), form)
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("已退回重查，理由已告诉检查人员。", "success")
    return redirect(url_for(".campaign_check", key=key, check_key=check_key), 303)


@blueprint.post("/inspection/campaigns/<uuid:key>/checks/<uuid:check_key>/reassign")
@requires(Permission.CHECK_PLAN)
def reassign_check(key: UUID, check_key: UUID) -> Response:
    try:
        with transaction():
            person_id = checks.reassign(_own_check(key, check_key), by=acting(Permission.CHECK_PLAN))
            name = queries.names([person_id])[person_id]
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash(f"已改派给{name}，本人会收到消息。", "success")
    return redirect(url_for(".campaign_check", key=key, check_key=check_key), 303)


def _own_check(key: UUID, check_key: UUID) -> Check:
    return found(queries.check_in(_campaign(key), check_key, for_change=True))
