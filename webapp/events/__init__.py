"""Every fact this house can announce, in the past tense.

A fact carries keys, codes and counts only: what it says ends up in the audit and in the queue, where no personal data may be. It is
told once with `ledger.record`; `workers.handlers.LISTENERS` says who listens. The modules only part the catalogue by who the facts are about;
they are told and read back by the names they have here.
"""

# ruff: noqa: F403 - one catalogue: a list of two hundred names here would be a second place for each of them
from webapp.events.applying import *
from webapp.events.bulk import *
from webapp.events.casework import *
from webapp.events.demand import *
from webapp.events.destinations import *
from webapp.events.event import Event as Event
from webapp.events.house import *
from webapp.events.inspection import *
from webapp.events.outlets import *
from webapp.events.people import *
from webapp.events.postings import *
from webapp.events.serving import *
from webapp.events.sources import *
