"""The conversations of the outlets, one module for each who is talking: an administrator who keeps them (managing), whoever looks after what
failed (failing), publications at fixed times (plans), machines that fetch (feeds), and everybody who reads an outlet's page (public).

It promises that no state moves on GET, that each row is looked up inside the visitor's own area, and that a machine is known by its key and
by nothing else. `room` holds the blueprint that all of them share.
"""

from webapp.outlets.views import failing, feeds, managing, plans, public
from webapp.outlets.views.room import blueprint

__all__ = ["blueprint", "failing", "feeds", "managing", "plans", "public"]
