from datetime import date, timedelta
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, requires, visitor
from webapp.db import LOCAL_ZONE, today, transaction
from webapp.postings import queries as postings
from webapp.postings.applying import ics, interviews, queries, showing
from webapp.postings.applying.forms import InterviewForm
from webapp.postings.applying.interviews import NotAhead, TooFarAhead
from webapp.postings.applying.models import Application, Interview
from webapp.postings.models import Posting
from webapp.postings.refusals import Refusal
from webapp.postings.views.applicants import answerer, may_answer
from webapp.postings.views.room import blueprint
from webapp.reference import queries as reference
from webapp.web import found


@blueprint.route("/employer/postings/<uuid:key>/applications/<uuid:application_key>/interview", methods=["GET", "POST"])
@requires(Permission.APPLICATION_ANSWER)
def arrange_interview(key: UUID, application_key: UUID) -> str | Response:
    posting = found(postings.own(key, may_answer()))
    application = found(queries.application_to(posting, application_key))
    known = queries.interview_of(application)
    if not interviews.may_arrange(application, known):
        flash(f"这份应聘现在是“{application.state.label}”，不能再约面试。", "info")
        return _to_applicant(key, application_key)
    form = _form(posting, known)
    if form.validate_on_submit() and _arrange(key, application_key, form):
        return _to_applicant(key, application_key)
    return render_template(
        "applying/interview.html",
        form=form,
        posting=posting,
        application=application,
        who=showing.applicants([application])[application.id],
        known=known if known is not None and known.is_ahead else None,
        days=reference.whole("interview_ahead_days_max"),
    )


def _form(posting: Posting, known: Interview | None) -> InterviewForm:
    if request.method == "POST":
        return InterviewForm()
    if known is not None and known.is_ahead:
        return InterviewForm.of(known)
    return InterviewForm.at(posting, queries.person(visitor().person_id))


def _arrange(key: UUID, application_key: UUID, form: InterviewForm) -> bool:
    """False leaves the form with its words and says why."""
    try:
        with transaction():
            posting = found(postings.own(key, may_answer()))
            application = found(queries.application_to(posting, application_key, for_change=True))
            interview = interviews.arrange(application, form.appointment(), by=answerer())
    except (NotAhead, TooFarAhead) as refusal:
        form.day.errors = [str(refusal)]
        return False
    except Refusal as refusal:
        flash(str(refusal), "info")
    else:
        flash("面试改好了，求职者会收到消息。" if interview.sequence else "面试约好了，求职者会收到消息并告诉您来不来。", "success")
    return True


@blueprint.post("/employer/postings/<uuid:key>/applications/<uuid:application_key>/interview/cancel")
@requires(Permission.APPLICATION_ANSWER)
def cancel_interview(key: UUID, application_key: UUID) -> Response:
    try:
        with transaction():
            posting = found(postings.own(key, may_answer()))
            application = found(queries.application_to(posting, application_key, for_change=True))
            interviews.cancel(application, by=answerer())
    except Refusal as refusal:
        flash(str(refusal), "info")
    else:
        flash("面试已取消，求职者会收到消息。请另约时间，或者给一个答复。", "success")
    return _to_applicant(key, application_key)


def _to_applicant(key: UUID, application_key: UUID) -> Response:
    return redirect(url_for(".applicant", key=key, application_key=application_key), 303)


@blueprint.get("/employer/postings/<uuid:key>/applications/<uuid:application_key>/interview.ics")
@requires(Permission.APPLICATION_READ)
def applicant_calendar(key: UUID, application_key: UUID) -> Response:
    posting = found(postings.own(key, visitor().grants_for(Permission.APPLICATION_READ)))
    application = found(queries.application_to(posting, application_key))
    interview = found(queries.interview_of(application))
    return calendar_file(showing.employers_event(interview, application, posting))


@blueprint.get("/applications/<uuid:key>/interview.ics")
@requires(Permission.APPLICATION_SEND)
def interview_calendar(key: UUID) -> Response:
    application = found(queries.own_application(key, visitor().person_id))
    interview = found(queries.interview_of(application))
    return calendar_file(showing.seekers_event(interview, application, _posting(application)))


def _posting(application: Application) -> Posting:
    return queries.postings_of([application])[application.posting_id]


def calendar_file(event: ics.Event) -> Response:
    return Response(ics.calendar(event), content_type=ics.TYPE, headers={"Content-Disposition": 'attachment; filename="interview.ics"'})


@blueprint.get("/employer/interviews")
@requires(Permission.APPLICATION_READ)
def interview_day() -> str:
    """Who comes on a day, in order of time: for the door, printed, with a place to sign."""
    grants = visitor().grants_for(Permission.APPLICATION_READ)
    day = _day(request.args.get("on", ""))
    start, end = queries.day_bounds(day)
    rows = queries.interviews_between(grants, start, end)
    applications = [application for _, application in rows]
    last = queries.day_bounds(today() + timedelta(days=reference.whole("interview_ahead_days_max")))[1]
    days = [row.starts_at.astimezone(LOCAL_ZONE).date() for row, _ in queries.interviews_between(grants, queries.day_bounds(today())[0], last)]
    return render_template(
        "applying/interview_day.html",
        day=day,
        today=today(),
        rows=rows,
        people=showing.applicants(applications),
        postings=queries.postings_of(applications),
        days=[(one, days.count(one)) for one in sorted({today(), day, *days})],
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today()
