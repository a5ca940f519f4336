"""What a seeker reads about a posting that met a saved search. Titles are shown in lists and kept with a message: they name no person."""

from webapp.notices.links import link
from webapp.postings import showing
from webapp.postings.models import Posting
from webapp.seekers.models import SavedSearch

SAVED_SEARCHES = "/saved-searches"
"""Where its reader can stop the mails."""


def path_of(posting: Posting) -> str:
    return f"/postings/{posting.id}"


def title_of(posting: Posting) -> str:
    return f"新岗位：{posting.title}（{posting.employer_name}）"[:120]


def notice_of(posting: Posting, searches: list[SavedSearch]) -> str:
    facts = "，".join(fact for fact in (showing.wage_text(posting), showing.place(posting)) if fact)
    return f"{facts}。符合您的订阅{_names(searches)}。"


def mail_of(posting: Posting, searches: list[SavedSearch]) -> str:
    """With links only where the service knows its address; the choice not to get mail is one click and a sign-in away."""
    return "\n".join(
        (
            f"您订阅的{_names(searches)}有新岗位：",
            "",
            posting.title,
            f"单位：{posting.employer_name}",
            f"工资：{showing.wage_text(posting)}",
            f"地点：{showing.place(posting)}",
            "",
            f"查看岗位：{link(path_of(posting))}",
            f"不想再收到邮件，或要修改订阅：{link(SAVED_SEARCHES)}",
            "",
            "公共就业服务不收取任何费用。凡要求先交押金、培训费、服装费的，请不要付款，可拨打 12333 举报。",
        )
    )


def _names(searches: list[SavedSearch]) -> str:
    return "、".join(f"“{saved.name}”" for saved in searches[:3]) + ("等" if len(searches) > 3 else "")
