"""Posts of 就业见习 and the figures about them."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework.destinations.forms import PressForm
from webapp.casework.destinations.queries import cases_by_id, clients_by_case
from webapp.casework.models import Case
from webapp.casework.traineeships import operations, queries, rules
from webapp.casework.traineeships.forms import PostForm
from webapp.casework.traineeships.models import TraineePost
from webapp.casework.traineeships.queries import Which
from webapp.casework.traineeships.refusals import BadLength
from webapp.casework.views.room import asked, blueprint, keeping, reading
from webapp.db import today, transaction
from webapp.employers.models import Employer
from webapp.reference import queries as reference
from webapp.web import found, paginate


@blueprint.get("/casework/traineeships")
@requires(Permission.CASE_READ)
def traineeships() -> str:
    grants, closed = reading(), asked("closed", 1) == "1"
    page = paginate(queries.posts_within(grants, closed=closed))
    return render_template(
        "casework/traineeships.html",
        figures=queries.figures(grants),
        which=Which,
        page=page,
        closed=closed,
        may_open=bool(keeping()),
        employers=queries.employers_by_id(post.employer_id for post in page.rows),
        taken=queries.taken_by_post(post.id for post in page.rows),
        troubles={post.id: _trouble(post) for post in page.rows},
        regions=reference.regions(),
    )


def _trouble(post: TraineePost) -> str:
    """By the minimum wage of the day on which the post begins, or of today where it began."""
    return rules.allowance_trouble(post.allowance, region=post.region, on=max(post.from_on, min(today(), post.to_on)))


@blueprint.route("/casework/traineeships/posts/new", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def new_trainee_post() -> str | Response:
    grants = keeping()
    form = PostForm().offer(queries.employers_within(grants), (grant.region_prefix for grant in grants if grant.region))
    if form.validate_on_submit():
        try:
            with transaction():
                employer = found(_employer(form.employer_id))
                post = operations.open_post(employer, form.values(), by=acting(Permission.CASE_KEEP), on=today())
        except BadLength as refusal:
            form.to_on.errors = [str(refusal)]
        else:
            flash("已登记见习岗位。协议备案后请点“已备案”。", "success")
            return redirect(url_for(".trainee_post", key=post.id), 303)
    return render_template("casework/trainee_post_new.html", form=form)


def _employer(key: UUID) -> Employer | None:
    return next((row for row in queries.employers_within(keeping()) if row.id == key), None)


@blueprint.get("/casework/traineeships/posts/<uuid:key>")
@requires(Permission.CASE_READ)
def trainee_post(key: UUID) -> str:
    post = found(queries.post_within(key, reading()))
    page = paginate(queries.within(reading(), Which.ALL, post_id=post.id), size=50)
    cases = cases_by_id(row.case_id for row in page.rows)
    return render_template(
        "casework/trainee_post.html",
        post=post,
        employer=queries.employers_by_id([post.employer_id])[post.employer_id],
        trouble=_trouble(post),
        months=rules.months_between(post.from_on, post.to_on),
        taken=queries.taken(post.id),
        page=page,
        cases=cases,
        clients=clients_by_case(cases.values()),
        may_keep=queries.post_within(key, keeping()) is not None,
        regions=reference.regions(),
    )


@blueprint.post("/casework/traineeships/posts/<uuid:key>/file")
@requires(Permission.CASE_KEEP)
def file_trainee_post(key: UUID) -> Response:
    return _pressed(key, "已记为备案。")


@blueprint.post("/casework/traineeships/posts/<uuid:key>/close")
@requires(Permission.CASE_KEEP)
def close_trainee_post(key: UUID) -> Response:
    return _pressed(key, "已停用，不再安排人。正在见习的人不受影响。")


def _pressed(key: UUID, words: str) -> Response:
    found(queries.post_within(key, keeping()))
    if PressForm().validate_on_submit():
        with transaction():
            post, by = found(queries.post_within(key, keeping(), for_change=True)), acting(Permission.CASE_KEEP)
            act = operations.file_post if request.endpoint == "casework.file_trainee_post" else operations.close_post
            act(post, by=by, on=today())
        flash(words, "success")
    return redirect(url_for(".trainee_post", key=key), 303)


@blueprint.get("/casework/traineeships/people")
@requires(Permission.CASE_READ)
def trainees() -> str:
    """The rows behind a figure."""
    which = next((one for one in Which if one.value == asked("which")), Which.ALL)
    page = paginate(queries.within(reading(), which), size=50)
    cases: dict[UUID, Case] = cases_by_id(row.case_id for row in page.rows)
    posts = queries.posts_by_id(row.post_id for row in page.rows)
    return render_template(
        "casework/trainees.html",
        page=page,
        which=which,
        cases=cases,
        clients=clients_by_case(cases.values()),
        posts=posts,
        employers=queries.employers_by_id(post.employer_id for post in posts.values()),
    )
