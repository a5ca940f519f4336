"""Confirming an e-mail address: the page behind the link in the letter, and sending the letter again."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp import access
from webapp.access import Permission, public, requires
from webapp.accounts import limits, mailbox, queries
from webapp.accounts.forms import ConfirmForm
from webapp.accounts.models import EmailConfirmation, Person
from webapp.accounts.views import doors
from webapp.accounts.views.doors import blueprint
from webapp.accounts.views.sign_in import Answer
from webapp.db import session, transaction

TOO_MANY = "今天发的确认邮件太多了。请 {} 分钟后再试。"


def sent_words(asked: EmailConfirmation | None) -> str:
    """What is said after something was saved that may have brought a new address."""
    if asked is None:
        return ""
    hours = round((asked.expires_at - asked.created_at).total_seconds() / 3600)
    return f"确认邮件已发出，请在 {hours} 小时内点开里面的链接，确认后才会收到提醒邮件。"


@blueprint.route("/confirm-email/<token>", methods=["GET", "POST"])
@public
def confirm_email(token: str) -> Answer:
    """Opening it changes nothing; the button does."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                mailbox.confirm_email(token)
        except mailbox.SpentLink:
            return render_template("accounts/confirm_email.html", form=form, person=None), 410
        return redirect(url_for("accounts.confirm_email", token=token), 303)
    found = queries.confirmation_of(token)
    return render_template("accounts/confirm_email.html", form=form, person=found[1] if found else None), 200 if found else 410


@blueprint.post("/account/email/resend")
@requires(Permission.ACCOUNT_OWN)
def resend_confirmation() -> Response:
    try:
        with transaction():
            person = session().get_one(Person, access.visitor().person_id)
            asked = mailbox.request_confirmation(person, by=doors.acting_for_self())
    except limits.TooMany as limit:
        flash(TOO_MANY.format(limit.minutes), "danger")
    else:
        flash(sent_words(asked) or "没有要确认的邮箱。", "success")
    return redirect(url_for("accounts.account"), 303)
