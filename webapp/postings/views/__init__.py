"""The conversation about postings, by who is talking: anybody, a seeker who applies, an employer, a reviewer, an official."""

from webapp.postings.views import applying, employer, figures, public, review
from webapp.postings.views.room import blueprint

__all__ = ["applying", "blueprint", "employer", "figures", "public", "review"]
