"""The gate asked about a posting: by its row, by a change of it, or by what is being typed."""

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
from webapp.postings.values import NAMES, PostingValues, about, stated, values_of
from webapp.reference.models import GateRule, Severity


def verdict(posting: Posting, employer: Employer | None, *, on: date, remark: str = "") -> Verdict:
    """What the rules say of the row today; `remark` is the employer's reason for what may be explained."""
    if posting.is_forwarded:
        subject = Subject(profile=Profile.FORWARDED, values=stated(posting, employer))
        return Verdict(tuple(check(subject, Rulebook.current(), on))).of_a_forwarded_row()
    return _of_direct(posting, values_of(posting), about(posting, employer), employer, on).explained(remark)


def verdict_of_change(posting: Posting, values: PostingValues, employer: Employer | None, *, on: date, remark: str = "") -> Verdict:
    """The same of what the posting is to say instead. 单位基本情况 is no part of a change: it stays as it was reviewed with the posting."""
    return _of_direct(posting, values, about(posting, employer), employer, on).explained(remark)


def typed(values: PostingValues, *, on: date) -> Verdict:
    """The same of what is in the form: whatever is still empty is told when it is handed in, not while typing."""
    return Verdict(tuple(check_said(Subject(profile=Profile.DIRECT, values=_said(values, "")), Rulebook.current(), on)))


def impossible(values: PostingValues, *, on: date) -> list[Finding]:
    """What no draft is saved with: figures and days that cannot be. Words may be kept and mended later."""
    said = typed(values, on=on).findings
    return [*limits.problems(values, on=on), *(found for found in said if found.severity is Severity.BLOCK and found.start is None)]


def _of_direct(posting: Posting, values: PostingValues, told: str, employer: Employer | None, on: date) -> Verdict:
    twins, closed = queries.twins_of(posting, values.region), queries.closed_as(employer)
    subject = Subject(profile=Profile.DIRECT, values=_said(values, told), twins=twins, closed=closed)
    return Verdict((*check(subject, Rulebook.current(), on), *limits.problems(values, on=on)))


def _said(values: PostingValues, told: str) -> Mapping[str, object]:
    return {name: getattr(values, name) for name in NAMES} | {"employer_about": told}


def labels(codes: Iterable[str], region: str | None, *, on: date) -> list[str]:
    """The names of rules of forwarded rows, for a list; a rule that no longer holds there is named by its code."""
    book = Rulebook.current()
    rules = [(code, book.rule(code, profile=Profile.FORWARDED.value, region=region, on=on)) for code in codes]
    return list(dict.fromkeys(rule.label if rule else code for code, rule in rules))


def required(profile: Profile, region: str | None, *, on: date) -> tuple[GateRule, ...]:
    """The elements a publication of this kind has to state, with the law that asks for each."""
    return Rulebook.current().required(profile.value, region=region, on=on)


def not_stated(posting: Posting, employer: Employer | None, *, on: date) -> list[str]:
    """The labels of everything a forwarded posting does not state: on its page they read 来源未提供."""
    return [rule.label for rule in missing(required(Profile.FORWARDED, posting.region, on=on), stated(posting, employer))]
