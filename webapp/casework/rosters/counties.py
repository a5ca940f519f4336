"""By which rule a county looks after a person: a parameter, dated and per place, because cities decide it differently."""

from datetime import date

from webapp.reference import queries as reference

BY_LIVING, BY_HOUSEHOLD = "living", "household"
RULES = {BY_LIVING: "有常住地的按常住地，没有的按户籍地", BY_HOUSEHOLD: "有户籍地的按户籍地，没有的按常住地"}


class Counties:
    """Answers for one list and one day, each looked up once."""

    def __init__(self, on: date) -> None:
        self._on = on
        self._serving: dict[tuple[str, str], str] = {}
        self._days: dict[str, int] = {}

    def serving(self, household: str, living: str) -> str:
        """The county that looks after somebody of this 户籍地 and this 常住地; empty where neither is known.

        Whoever lives in another province and is registered in this one is not left to nobody: then the other place counts.
        """
        key = household, living
        if key not in self._serving:
            in_order = (living, household) if rule_at(living or household, on=self._on) == BY_LIVING else (household, living)
            told = [code for code in in_order if code]
            near = [code for code in told if not reference.regions().is_outside(code)]
            self._serving[key] = next(iter(near or told), "")
        return self._serving[key]

    def first_contact_days(self, county: str) -> int:
        if county not in self._days:
            self._days[county] = reference.whole("first_contact_days", region=county, on=self._on)
        return self._days[county]


def rule_at(region: str, *, on: date) -> str:
    row = reference.parameter("case_county_rule", region=region or reference.NATION, on=on)
    return row.value if row is not None and row.value in RULES else BY_LIVING
