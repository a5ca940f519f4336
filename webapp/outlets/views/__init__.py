"""The conversations of the outlets: staff who keep them, machines that fetch, and the public page of each.

It is one blueprint; every module adds its routes to it when it is imported here.
"""

from webapp.outlets.views.room import blueprint

__all__ = ["blueprint"]
