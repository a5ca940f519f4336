"""What a reviewer types: remarks beside fields, sentences ready to be ticked, a decision."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from webapp.postings.forms import Choice, short, stripped
from webapp.postings.reviewing.phrases import Phrase
from webapp.web import Form, options

REMARKED = {
    "title": "岗位名称",
    "headcount": "招用人数",
    "duties": "工作内容",
    "region": "工作地点",
    "address": "详细地址",
    "requirements": "录用条件",
    "employment_type": "用工类型",
    "wage_unit": "劳动报酬",
    "insurance": "社会保险和福利",
    "protection": "劳动保护",
    "hazards": "职业危害",
    "valid_through": "有效期至",
}
"""Form field -> the element of the page that a reviewer may remark on."""


class Ticked(SelectMultipleField):
    """A sentence that was removed meanwhile is left out: it takes nothing else that was ticked or typed with it."""

    def pre_validate(self, form: Any) -> None:
        offered = {value for value, *_ in self.iter_choices()}
        self.data = [value for value in self.data or () if value in offered]


class ReviewForm(Form):
    decision = StringField("决定")
    seen = IntegerField(widget=HiddenInput())
    """The version of the posting, or of the change, that is decided about."""
    reason = TextAreaField("理由", [short("理由", 500)], filters=[stripped])
    phrases = Ticked("常用理由", choices=[])

    def offer(self, phrases: Sequence[Phrase]) -> "ReviewForm":
        self._phrases = phrases
        self.phrases.choices = options((phrase.key, phrase.sentence) for phrase in phrases)
        return self

    @property
    def chosen(self) -> list[Phrase]:
        ticked = set(self.phrases.data or ())
        return [phrase for phrase in self._phrases if phrase.key in ticked]

    @property
    def says_something(self) -> bool:
        """There is a word in it that only a return would carry to the employer."""
        return bool(self.whole or self.remarks)

    @property
    def remarks(self) -> dict[str, str]:
        """Form field -> what has to change there: what was typed, then what was ticked."""
        typed = {name: [self.remark(name).data or ""] for name in REMARKED}
        for phrase in self.chosen:
            if phrase.field in typed:
                typed[phrase.field].append(phrase.sentence)
        return {name: "".join(texts) for name, texts in typed.items() if any(texts)}

    @property
    def whole(self) -> str:
        """What is said of the posting as a whole."""
        return "".join([self.reason.data or "", *(phrase.sentence for phrase in self.chosen if phrase.field not in REMARKED)])

    def remark(self, name: str) -> StringField:
        field: StringField = self._fields[f"remark_{name}"]
        return field


for _name, _label in REMARKED.items():
    setattr(ReviewForm, f"remark_{_name}", StringField(f"{_label}的问题", [short("这一项", 200)], filters=[stripped]))


class PhraseForm(Form):
    field = Choice("说的是哪一项", choices=options([("", "整个岗位"), *REMARKED.items()]), default="")
    text = StringField("用语", [InputRequired("请写下常用的理由"), short("用语", 200)], filters=[stripped])
