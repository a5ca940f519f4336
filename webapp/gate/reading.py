"""Every family of wordings, and the hits of all of them in one text."""

from collections.abc import Iterator

from webapp.gate.wording.age import AGE, UNDER16
from webapp.gate.wording.contact import CONTACT
from webapp.gate.wording.family import Family, Hit
from webapp.gate.wording.fraud import FRAUD, FRAUD_TRADES
from webapp.gate.wording.health import HEALTH
from webapp.gate.wording.looks import LOOKS
from webapp.gate.wording.lure import LURE, TRAINING_LURE, ZERO_PAY
from webapp.gate.wording.marriage import MARRIAGE
from webapp.gate.wording.money import DEPOSIT, FEE
from webapp.gate.wording.origin import ETHNICITY_FAITH, HUKOU
from webapp.gate.wording.sex import SEX

FAMILIES: tuple[Family, ...] = (
    SEX,
    AGE,
    UNDER16,
    LOOKS,
    HUKOU,
    ETHNICITY_FAITH,
    HEALTH,
    MARRIAGE,
    FEE,
    DEPOSIT,
    TRAINING_LURE,
    LURE,
    ZERO_PAY,
    CONTACT,
    FRAUD_TRADES,
    FRAUD,
)


def hits(plain: str, families: tuple[Family, ...] = FAMILIES) -> Iterator[Hit]:
    for family in families:
        yield from family.hits(plain)
