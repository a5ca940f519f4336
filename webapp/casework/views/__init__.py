"""The conversations of this room: the desk, one person, many at once, the agenda.

They share one blueprint; each module guards its own routes. What a page shows is scoped by the queries it asks.
"""

from webapp.casework.views import agenda, bulk, cases, desk
from webapp.casework.views.room import blueprint

__all__ = ["agenda", "blueprint", "bulk", "cases", "desk"]
