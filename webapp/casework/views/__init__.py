"""The conversations of this room.

They share one blueprint; each module guards its own routes. What a page shows is scoped by the queries it asks.
"""

from webapp.casework.views import (
    agenda,
    allocation,
    bulk,
    cases,
    comparisons,
    desk,
    destination_case,
    destination_checks,
    destinations,
    entering,
    my_destination,
    planning,
    programmes,
    referrals,
    rosters,
    serving,
    standards,
    trainee_posts,
    traineeships,
)
from webapp.casework.views.room import blueprint

__all__ = [
    "agenda",
    "allocation",
    "blueprint",
    "bulk",
    "cases",
    "comparisons",
    "desk",
    "destination_case",
    "destination_checks",
    "destinations",
    "entering",
    "my_destination",
    "planning",
    "programmes",
    "referrals",
    "rosters",
    "serving",
    "standards",
    "trainee_posts",
    "traineeships",
]
