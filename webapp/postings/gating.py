"""The gate asked about a posting: by its row, or by what is being typed."""

from collections.abc import Iterable, Mapping
from datetime import date

from webapp.employers.models import Employer
from webapp.gate.checking import Verdict, check, check_said
from webapp.gate.completeness import missing
from webapp.gate.findings import Finding
from webapp.gate.rules import Rulebook
from webapp.gate.subject import Profile, Subject
from webapp.postings import limits, queries
from webapp.postings.models import Posting
from webapp.postings.values import NAMES, PostingValues, stated, values_of
from webapp.reference.models import GateRule, Severity


def verdict(posting: Posting, employer: Employer | None, *, on: date) -> Verdict:
    """What the rules say of the row today, with the employer's reason for what may be explained."""
    if posting.is_forwarded:
        return Verdict(tuple(check(Subject(profile=Profile.FORWARDED, values=stated(posting, employer)), Rulebook.current(), on)))
    subject = Subject(profile=Profile.DIRECT, values=stated(posting, employer), twins=queries.twins_of(posting), closed=queries.closed_as(employer))
    found = Verdict((*check(subject, Rulebook.current(), on), *limits.problems(values_of(posting), on=on)))
    return found.explained(posting.necessity)


def typed(values: PostingValues, about: str, *, on: date) -> Verdict:
    """The same of what is in the form: whatever is still empty is told when it is handed in, not while typing."""
    return Verdict(tuple(check_said(_of_values(values, about), Rulebook.current(), on)))


def impossible(values: PostingValues, *, on: date) -> list[Finding]:
    """What no draft is saved with: figures and days that cannot be. Words may be kept and mended later."""
    said = check_said(_of_values(values, ""), Rulebook.current(), on)
    return [*limits.problems(values, on=on), *(found for found in said if found.severity is Severity.BLOCK and found.start is None)]


def _of_values(values: PostingValues, about: str) -> Subject:
    known: Mapping[str, object] = {name: getattr(values, name) for name in NAMES}
    return Subject(profile=Profile.DIRECT, values={**known, "employer_about": about})


def labels(codes: Iterable[str], region: str | None, *, on: date) -> str:
    """The names of rules, for a list; a rule that no longer holds there is named by its code."""
    book = Rulebook.current()
    rules = [(code, book.rule(code, profile=Profile.DIRECT.value, region=region, on=on)) for code in codes]
    return "、".join(dict.fromkeys(rule.label if rule else code for code, rule in rules))


def required(profile: Profile, region: str | None, *, on: date) -> tuple[GateRule, ...]:
    """The elements a publication of this kind has to state, with the law that asks for each."""
    return Rulebook.current().required(profile.value, region=region, on=on)


def not_stated(posting: Posting, employer: Employer | None, *, on: date) -> list[str]:
    """The labels of everything a forwarded posting does not state: on its page they read 来源未提供."""
    return [rule.label for rule in missing(required(Profile.FORWARDED, posting.region, on=on), stated(posting, employer))]
