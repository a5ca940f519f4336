"""Which rows lie where somebody may look: the one condition that scopes a query by the regions of grants."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from webapp.access import Grant


def reached(region: InstrumentedAttribute[Any], grants: Iterable[Grant]) -> ColumnElement[bool]:
    """The rows whose region these grants cover; no grant, or one without a region, reaches nothing."""
    return or_(false(), *(region.startswith(grant.region_prefix) for grant in grants if grant.region))
