"""The conversation about postings, one module for each who is talking: anybody who searches (searching) and reads (public), a seeker who
applies (applying), an employer about its postings (employer), their changes (changing), what becomes of them (life) and whoever applied
(applicants, interviews, hires), a reviewer (review) and the sentences reviewers use (phrases), an official (figures), staff who look after
words (unfound), an operator of the search index (index_state).

It promises that no state moves on GET, that what was typed survives every refusal, and that each row is looked up inside the visitor's
own scope. What is decided, the operations decide; `room` holds the blueprint that all of them share.
"""

from webapp.postings.views import (
    applicants,
    applying,
    changing,
    employer,
    figures,
    hires,
    index_state,
    interviews,
    life,
    phrases,
    public,
    review,
    searching,
    suggesting,
    unfound,
)
from webapp.postings.views.room import blueprint

__all__ = [
    "applicants",
    "applying",
    "blueprint",
    "changing",
    "employer",
    "figures",
    "hires",
    "index_state",
    "interviews",
    "life",
    "phrases",
    "public",
    "review",
    "searching",
    "suggesting",
    "unfound",
]
