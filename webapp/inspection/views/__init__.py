"""The conversation of this room, one module for each who is talking: who leads a campaign (planning), an inspector (checking), the public who
reads results (results) and reports (reporting), a handler of reports (handling), who keeps the phone book (phones).

It promises that no state moves on GET, that what was typed survives every refusal, and that each row is looked up inside the visitor's own
scope. What is decided, the operations decide; `room` holds the blueprint that all of them share.
"""

from webapp.inspection.views import checking, handling, phones, planning, reporting, results
from webapp.inspection.views.room import blueprint

__all__ = ["blueprint", "checking", "handling", "phones", "planning", "reporting", "results"]
