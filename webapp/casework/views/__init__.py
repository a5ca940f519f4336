"""The conversations of this room.

They share one blueprint; each module guards its own routes. What a page shows is scoped by the queries it asks.
"""

from webapp.casework.views import allocation, entering, rosters
from webapp.casework.views.room import blueprint

__all__ = ["allocation", "blueprint", "entering", "rosters"]
