"""The conversation about sources: with the nodes that push rows, and with the staff who keep nodes, watch batches and settle what differs.

What a node asks is answered in JSON and opened by its key alone; what staff see is scoped by the regions of their grants.
"""

from webapp.sources.views import api, batches, conflicts, nodes
from webapp.sources.views.room import blueprint

__all__ = ["api", "batches", "blueprint", "conflicts", "nodes"]
