"""What a family of wordings is, and how one looks around a place in the text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_SENTENCE = re.compile(r"[。;!?\n]")
_FIGURES = {figure: number for number, figure in enumerate("零一二三四五六七八九")} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that a rule is about, as a place in the plain text."""

    code: str
    start: int
    end: int
    figure: str = ""
    """What the rule's message tells about it: 35, 12 小时."""


@dataclass(frozen=True, slots=True)
class Family:
    """`find` is asked only where one of `hints` occurs: most publications hold none, and looking for plain words is cheap."""

    codes: tuple[str, ...]
    hints: re.Pattern[str]
    find: Callable[[str], Iterator[Hit]]

    def hits(self, plain: str) -> Iterator[Hit]:
        return self.find(plain) if self.hints.search(plain) else iter(())


def any_word(*lines: str) -> re.Pattern[str]:
    """One pattern of plain words, written with blanks between on as many lines as they need."""
    return re.compile("|".join(re.escape(word) for line in lines for word in line.split()))


def any_of(*ways: str) -> re.Pattern[str]:
    """One pattern of several ways to say it, each on a line of its own where it is written."""
    return re.compile("|".join(ways))


def lines_with(plain: str, hint: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The lines a word stands in, each once: slow patterns are tried there only."""
    end = 0
    for found in hint.finditer(plain):
        if found.start() >= end:
            start, end = plain.rfind("\n", 0, found.start()) + 1, plain.find("\n", found.end())
            end = end if end >= 0 else len(plain)
            yield start, end


def before(plain: str, at: int, signs: int) -> str:
    """What stands before `at` in its sentence, at most so many signs of it."""
    near = plain[max(0, at - signs) : at]
    return _SENTENCE.split(near)[-1]


def after(plain: str, at: int, signs: int) -> str:
    """What follows `at` in its sentence."""
    near = plain[at : at + signs]
    stop = _SENTENCE.search(near)
    return near[: stop.start()] if stop else near


def sentence(plain: str, start: int, end: int, *, at_most: int = 60) -> str:
    """The sentence around a place."""
    return before(plain, start, at_most) + plain[start:end] + after(plain, end, at_most)


def number(text: str) -> int:
    """`35`, `三十五`, `十八`, `两`."""
    if text.isascii():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _FIGURES[text]
    return (_FIGURES[tens] if tens else 1) * 10 + (_FIGURES[ones] if ones else 0)


def apart(hits: Iterator[Hit]) -> Iterator[Hit]:
    """The hits in order, the first of those that overlap, and each wording of a code once."""
    end: dict[str, int] = {}
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.start >= end.get(hit.code, 0):
            end[hit.code] = hit.end
            yield hit
