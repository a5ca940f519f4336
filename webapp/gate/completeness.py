"""What a publication has to state: the required elements are rows of the rules, one set for each kind of publication.

A posting an employer writes here (direct) must say the national six and its title before anybody reviews it; the rest of Shandong's eleven is
asked for but does not stop it. A forwarded one needs a title, an employer and a place; what its source did not say is named as such on
the page and never invented. A gig says trade, time, place, pay, settlement and how many.
"""

from collections.abc import Iterator, Mapping

from webapp.reference.models import GateRule

_ZERO_SAYS_NOTHING = frozenset({"headcount", "wage_low", "wage_high"})


def missing(required: tuple[GateRule, ...], values: Mapping[str, object]) -> Iterator[GateRule]:
    """The elements that are not stated. One is stated when any of its fields says something."""
    return (rule for rule in required if not any(states(field, values.get(field)) for field in rule.fields))


def states(field: str, value: object) -> bool:
    """Whether a value says anything. A rank of 0 (不限) does, nobody wanted and no yuan do not, nor does a text of signs only (`--`)."""
    if isinstance(value, str):
        return any(sign.isalnum() for sign in value)
    if isinstance(value, list | tuple):
        return any(states(field, item) for item in value)
    if value == 0:
        return field not in _ZERO_SAYS_NOTHING
    return value is not None
