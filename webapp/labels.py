"""A code and its Chinese label side by side, so that a screen never invents a second wording for a state or a level."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """`OPEN = "open", "招聘中"`: the value is stored, the label is shown."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(value, label) pairs in the order of definition, as a select field wants them."""
        return [(member.value, member.label) for member in cls]
