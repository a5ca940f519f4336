"""One posting, or its removal, as it leaves the house: a dict that fits the published schema, a line of JSON, a row of CSV.

Nothing of a person is in it: telephones, accounts and names are cut from the words. Under one (identifier, version) the same is said
however often it is asked for.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from webapp.cells import guarded
from webapp.notices.links import link
from webapp.outlets.contacts import without_contacts
from webapp.outlets.models import Format
from webapp.outlets.schema import Item
from webapp.postings import showing, structured
from webapp.postings.indexing import posted_on
from webapp.postings.models import Posting
from webapp.reference import queries as reference
from webapp.reference.models import EmploymentType

HERE = "本平台"
_TYPES = {
    EmploymentType.FULL_TIME: "FULL_TIME",
    EmploymentType.PART_TIME: "PART_TIME",
    EmploymentType.TEMPORARY: "TEMPORARY",
    EmploymentType.DISPATCH: "CONTRACTOR",
    EmploymentType.INTERNSHIP: "INTERN",
    EmploymentType.TRAINEESHIP: "INTERN",
}
_LIST_ENDS = "、"
NO_TITLE = "招聘岗位"
"""Of a posting whose title was a telephone and nothing else."""
_WRITTEN = (
    "title", "responsibilities", "qualifications", "skills", "jobBenefits", "socialInsurance", "laborProtection",
    "occupationalHazards", "salaryText",
)  # fmt: skip
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "identifier": ("identifier",),
    "version": ("version",),
    "removed": ("removed",),
    "url": ("url",),
    "title": ("title",),
    "employer": ("hiringOrganization", "name"),
    "employer_description": ("hiringOrganization", "description"),
    "region_code": ("jobLocation", "regionCode"),
    "locality": ("jobLocation", "address", "addressLocality"),
    "street_address": ("jobLocation", "address", "streetAddress"),
    "employment_type": ("employmentTypeName",),
    "openings": ("totalJobOpenings",),
    "salary_text": ("salaryText",),
    "salary_unit": ("baseSalary", "value", "unitText"),
    "salary_min": ("baseSalary", "value", "minValue"),
    "salary_max": ("baseSalary", "value", "maxValue"),
    "responsibilities": ("responsibilities",),
    "qualifications": ("qualifications",),
    "education": ("educationRequirements",),
    "experience_months": ("experienceRequirements", "monthsOfExperience"),
    "skills": ("skills",),
    "occupation_code": ("occupationalCategory", "codeValue"),
    "occupation": ("occupationalCategory", "name"),
    "industry": ("industry",),
    "benefits": ("jobBenefits",),
    "social_insurance": ("socialInsurance",),
    "labor_protection": ("laborProtection",),
    "occupational_hazards": ("occupationalHazards",),
    "date_posted": ("datePosted",),
    "valid_through": ("validThrough",),
    "direct_apply": ("directApply",),
    "source": ("source", "name"),
    "forwarded": ("source", "forwarded"),
    "source_date": ("source", "datePosted"),
}
"""Of the CSV: its name, and where the value stands in an item."""
_CONTENT_TYPES = {Format.JSONL: "application/x-ndjson", Format.CSV: "text/csv; charset=utf-8"}


def tombstone(posting_id: UUID, number: int) -> Item:
    return {"identifier": str(posting_id), "removed": True, "version": number}


def item(posting: Posting, number: int) -> Item:
    """The posting under this number. What is not stated is left out, never made up."""
    level = posting.education_level
    known: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "identifier": str(posting.id),
        "version": number,
        "url": link(f"/postings/{posting.id}"),
        "title": posting.title,
        "responsibilities": posting.duties,
        "qualifications": showing.conditions(posting),
        "datePosted": posted_on(posting).isoformat(),
        "validThrough": posting.valid_through.isoformat() if posting.valid_through else None,
        "hiringOrganization": structured.organization(posting),
        "jobLocation": structured.location(posting) | {"regionCode": posting.region or ""},
        "employmentType": _TYPES.get(posting.employment_type) if posting.employment_type else None,
        "employmentTypeName": posting.employment_type.label if posting.employment_type else None,
        "totalJobOpenings": posting.headcount or None,
        "baseSalary": structured.salary(posting),
        "salaryText": showing.wage_line(posting)[0],
        "educationRequirements": level.label if level is not None else None,
        "experienceRequirements": _experience(posting.experience_years),
        "skills": [skill for skill in posting.skills if skill],
        "occupationalCategory": _occupation(posting.occupation),
        "industry": reference.industries().name(posting.industry) if posting.industry else None,
        "jobBenefits": [benefit for benefit in posting.benefits if benefit],
        "socialInsurance": posting.insurance,
        "laborProtection": posting.protection,
        "occupationalHazards": posting.hazards,
        "directApply": posting.employer_id is not None,
        "source": structured.stated({"name": showing.source(posting) or HERE, "datePosted": posting.source_on}) | {"forwarded": posting.is_forwarded},
    }
    return structured.stated(_discreet(known))


def _discreet(known: dict[str, object]) -> dict[str, object]:
    """Every text that somebody wrote, without whom to call."""
    cut: dict[str, object] = {name: _cut(known[name]) for name in _WRITTEN}
    cut["title"] = cut["title"] or (known["title"] and NO_TITLE)  # one that was empty does not fit the schema, and must not
    parts = [str(part) for part in (cut["responsibilities"], cut["qualifications"]) if part]
    place = cast("Mapping[str, object]", known["jobLocation"])
    address = cast("Mapping[str, object]", place["address"])
    cut["jobLocation"] = {**place, "address": structured.stated({**address, "streetAddress": _cut(address.get("streetAddress"))})}
    employer = cast("Mapping[str, object]", known["hiringOrganization"])
    cut["hiringOrganization"] = structured.stated({**employer, "description": _cut(employer.get("description"))})
    cut["description"] = "\n".join(parts) or f"{employer.get('name', '')}招聘{cut['title']}"
    return known | cut


def _cut(value: object) -> object:
    if isinstance(value, list):
        return [said for said in map(_cut, value) if said]
    return without_contacts(value) if isinstance(value, str) else value


def _experience(years: int | None) -> dict[str, object] | None:
    return None if years is None else {"@type": "OccupationalExperienceRequirements", "monthsOfExperience": 12 * years}


def _occupation(code: str | None) -> dict[str, object] | None:
    known = reference.occupation(code)
    return None if known is None else {"@type": "CategoryCode", "codeValue": known.code, "name": known.name}


def content_type(form: Format) -> str:
    return _CONTENT_TYPES[form]


def head(form: Format) -> str:
    """What stands before the first item."""
    return _csv_line(COLUMNS) if form is Format.CSV else ""


def line(form: Format, told: Item) -> str:
    if form is Format.CSV:
        return _csv_line(_cell(_at(told, path)) for path in COLUMNS.values())
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def written(form: Format, told: Iterable[Item]) -> str:
    return head(form) + "".join(line(form, one) for one in told)


def _at(told: Item, path: Iterable[str]) -> object:
    value: Any = told
    for step in path:
        value = value.get(step) if value else None
    return value


def _cell(value: object) -> str:
    """No cell begins like a formula: a spreadsheet would carry it out."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        value = _LIST_ENDS.join(value)
    return guarded(str(value))


def _csv_line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
