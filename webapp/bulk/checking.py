"""One row held to what a typed posting is held to: the posting form first, then the gate. Nothing is written here."""

import hashlib
import json
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from webapp.bulk import cells
from webapp.bulk.columns import EXAMPLE, OF_FIELD, REMARK, TITLE, is_marked, label_of
from webapp.bulk.models import RowState
from webapp.bulk.reading import Line, Table
from webapp.db import new_key
from webapp.employers.models import Employer
from webapp.gate.findings import Finding
from webapp.postings import gating
from webapp.postings.forms import PostingForm, SubmitForm, in_words
from webapp.postings.models import Posting, PostingState
from webapp.postings.values import PostingValues, as_json, from_json

_OURS = "本平台规定"
_UNDECODED = "\ufffd"
"""What stands where a sign could not be read, here or before it came here."""
_ELSEWHERE = {"employer_about": "单位基本情况（在“本单位”里改）"}


@dataclass(frozen=True, slots=True)
class Checked:
    """`content`: the values and the remark, None where they could not be read."""

    number: int
    title: str
    state: RowState
    reasons: tuple[str, ...] = ()
    content: dict[str, Any] | None = None
    digest: str = ""


def check(table: Table, employer: Employer, *, on: date) -> list[Checked]:
    """Every row of the table, in its order. A row that says what an earlier one says is TWICE."""
    checked: list[Checked] = []
    seen: dict[str, int] = {}
    for line in table.lines:
        one = _check(line, employer, on)
        if one.digest in seen:
            one = replace(one, state=RowState.TWICE, reasons=(f"和第 {seen[one.digest]} 行完全一样，只采用一次",))
        elif one.digest:
            seen[one.digest] = one.number
        checked.append(one)
    return checked


def _check(line: Line, employer: Employer, on: date) -> Checked:
    typed = cells.typed(line, employer.region)
    form, remark = _form(typed.boxes), SubmitForm(formdata=MultiDict({REMARK: typed.remark}), meta={"csrf": False})
    title = (form.title.data or "")[:60]
    wrong = [*_of_title(title), *_of_signs(line), *typed.wrong.values(), *_told(form, typed.wrong), *_told(remark)]
    if wrong:
        return Checked(line.number, title, RowState.WRONG, tuple(wrong))
    values, said = form.values(), remark.remark.data or ""
    plainly = as_json(values)
    lacking = blocks(values, employer, on=on, remark=said)
    state = RowState.LACKING if lacking else RowState.READY
    return Checked(line.number, title, state, tuple(lacking), {"values": plainly, REMARK: said}, _digest(plainly))


def _form(boxes: dict[str, str]) -> PostingForm:
    """The form of one posting, without the token of a page: who sends the file has proved it once for all rows."""
    return PostingForm(formdata=MultiDict(boxes), meta={"csrf": False}).prepare()


def _of_title(title: str) -> Iterator[str]:
    if not title:
        yield f"{label_of(TITLE)}没有填写"
    if is_marked(title, EXAMPLE):
        yield f"这一行还写着“{EXAMPLE}”。是真的岗位，请去掉这几个字；不是，请删掉这一行"


def _of_signs(line: Line) -> Iterator[str]:
    if any(_UNDECODED in text for text in line.texts.values()):
        yield "有认不出的字（编码不对）。请用 Excel 另存为 .xlsx 再上传，或者重新输入这一行"


def _told(form: PostingForm | SubmitForm, told: Container[str] = ()) -> Iterator[str]:
    """What the form says of each field but those that were `told`, with the rule where there is one."""
    form.validate()
    rules = {in_words(finding): finding.basis for finding in getattr(form, "impossible", ())}
    for field in form:
        for error in field.errors if field.name not in told else ():
            yield _with_basis(_with_label(field.label.text, str(error)), rules.get(str(error), ""))


def _with_label(label: str, text: str) -> str:
    return text if label in text else f"{label}：{text}"


def _with_basis(text: str, basis: str) -> str:
    return f"{text}（依据：{basis}）" if basis and basis != _OURS else text


def impossible(values: PostingValues, *, on: date) -> list[str]:
    """What no draft is saved with: asked again on the day the rows are written."""
    return [_reason(finding) for finding in gating.impossible(values, on=on)]


def blocks(values: PostingValues, employer: Employer, *, on: date, remark: str = "") -> list[str]:
    """What keeps it from being handed in, each with what to do and its article."""
    unwritten = Posting(id=new_key(), employer_id=employer.id, state=PostingState.DRAFT)
    return [_reason(finding) for finding in gating.verdict_of_change(unwritten, values, employer, on=on, remark=remark).blocks]


def _reason(finding: Finding) -> str:
    label = _ELSEWHERE.get(finding.field) or (label_of(finding.field) if finding.field in OF_FIELD else finding.label)
    text = _with_label(label, in_words(finding))
    if finding.mending:
        text += f"。改法：{finding.mending}"
    if finding.instead:
        text += f"。可以写成“{finding.instead}”"
    if finding.necessity:
        text += f"。确实是工作必需的，在“{label_of(REMARK)}”一列写明原因"
    return _with_basis(text, finding.basis)


def _digest(values: dict[str, Any]) -> str:
    """Of what the posting says: how the table wrote it, and what was told the reviewer, make no second posting."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def values_in(content: dict[str, Any]) -> PostingValues:
    return from_json(content["values"])


def as_text(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)
