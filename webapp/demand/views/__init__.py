"""The conversations of this room: an officer's desk, the ledger, files, who is responsible, an employer's own page, and the catalogue.

They share one blueprint; each module guards its own routes. What a page shows is scoped by the queries it asks.
"""

from webapp.demand.views import announcing, catalogue, desk, employers, files, leading, needs, public, working
from webapp.demand.views.room import blueprint

__all__ = ["announcing", "blueprint", "catalogue", "desk", "employers", "files", "leading", "needs", "public", "working"]
