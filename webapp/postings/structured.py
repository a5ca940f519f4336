"""A posting in the terms of schema.org, for whoever reads it by machine: the data block of its page, and the feeds to outlets."""

from webapp.postings import showing
from webapp.postings.models import Posting
from webapp.reference import wages
from webapp.reference.models import WageUnit

UNIT_TEXT = {WageUnit.HOUR: "HOUR", WageUnit.DAY: "DAY", WageUnit.WEEK: "WEEK", WageUnit.MONTH: "MONTH", WageUnit.YEAR: "YEAR"}
"""schema.org's unitText; pieces and tasks have none there."""


def stated(known: dict[str, object]) -> dict[str, object]:
    """Without what is not stated."""
    return {name: value for name, value in known.items() if value not in (None, "", [], {})}


def organization(posting: Posting) -> dict[str, object]:
    return stated({"@type": "Organization", "name": posting.employer_name, "description": posting.employer_about})


def location(posting: Posting) -> dict[str, object]:
    address = {
        "@type": "PostalAddress",
        "addressCountry": "CN",
        "addressLocality": showing.place(posting),
        "streetAddress": posting.address,
    }
    return {"@type": "Place", "address": stated(dict(address))}


def description(posting: Posting) -> str:
    return "\n".join(text for text in (posting.duties, showing.conditions(posting)) if text)


def salary(posting: Posting) -> dict[str, object] | None:
    """None where the period is unknown, or one that schema.org has no word for."""
    unit = UNIT_TEXT.get(posting.wage_unit) if posting.wage_unit else None
    if unit is None:
        return None
    ends = {"minValue": posting.wage_low, "maxValue": posting.wage_high}
    sums = {name: wages.in_json(end) for name, end in ends.items() if end is not None}
    return {"@type": "MonetaryAmount", "currency": "CNY", "value": {"@type": "QuantitativeValue", "unitText": unit, **sums}}
