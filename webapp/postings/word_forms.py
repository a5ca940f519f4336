"""What staff type about a word that people search: other words for it, and the occupations it means."""

import re
from collections.abc import Sequence

from wtforms import Field, HiddenField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from webapp.reference import queries as reference
from webapp.web import Form

_BETWEEN = re.compile(r"[、,，;；\s]+")
_SIGNS = 400


def _at_most(count: int) -> Length:
    return Length(max=count, message=f"太长了，最多 {count} 个字")


def _listed(text: str | None) -> list[str]:
    return [part for part in _BETWEEN.split(text or "") if part]


class WordForm(Form):
    """One word and a button."""

    word = HiddenField()


class WordingForm(Form):
    """Codes and names of occupations may be mixed; `codes` and `other_words` hold what was understood once the form is valid."""

    word = StringField("求职者用的词", [InputRequired("请写出求职者用的词"), _at_most(40)])
    words = StringField(
        "同类的词",
        [_at_most(_SIGNS)],
        description="用人单位在岗位名称里怎么写，用顿号分开，例如：保洁、清洁工、环卫工。搜这个词时，岗位名称里有这些词的也算符合。",
    )
    occupations = StringField(
        "职业",
        [_at_most(_SIGNS)],
        description="《职业分类大典》的职业名称或代码，用顿号分开，例如：保洁员、4-09-08-01。搜这个词时，这些职业的岗位也算符合。",
    )
    text = HiddenField()
    """The whole text of the report that the word was taken from."""

    @property
    def other_words(self) -> Sequence[str]:
        return _listed(self.words.data)

    @property
    def codes(self) -> Sequence[str]:
        return [code for name in _listed(self.occupations.data) for code in _codes(name)]

    def validate_occupations(self, field: Field) -> None:
        for name in _listed(field.data):
            if not _codes(name):
                raise ValidationError(f"没有叫“{name[:40]}”的职业，也没有这个代码{_offered(name)}")


def _codes(name: str) -> tuple[str, ...]:
    """A code as it is; of occupations of one name the common ones' first."""
    table = reference.occupations()
    if table.get(name) is not None:
        return (name,)
    return tuple(row.code for row in table.named(name))


def _offered(name: str) -> str:
    alike = "、".join(f"{row.name}（{row.code}）" for row in reference.occupations().alike(name))
    return f"。相近的有：{alike}" if alike else "，请写大典里的名称"
