"""From words to occupations: which 大典 codes a text may mean, and how sure that is.

Exact lists decide first (names, 工种, synonyms, wordings). Where they are silent every known label is compared with the
text by what both share: words, pairs of signs, single signs and the end, which is the head of a Chinese job name
(电焊工 is a kind of 焊工). A shared piece weighs as much as it is rare among the labels (idf), so 操作工 says little and
焊 much. Tasks and definitions, where an office has loaded them, add a little. No trained model: every guess can say
which label it came from.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from search.analysis import Analysis
from search.text import is_han, pieces

CALIBRATION: Sequence[tuple[float, float]] = ((0.0, 0.0), (0.4, 0.2), (0.5, 0.35), (0.6, 0.6), (0.7, 0.78), (0.8, 0.88), (1.0, 0.93))
"""(raw score, share of right first guesses): between two points straight. Measured, see `tests.bench.relevance`."""
_LETTERS = 3.0  # a word of letters is to its label what two or three signs and their pairs are
_WORD, _PAIR, _SIGN, _END = 1.4, 1.0, 0.4, 1.2  # how much a shared word, pair of signs, sign, end counts beside its rarity
_ASKED_ONLY, _LABEL_ONLY = 0.45, 0.55  # Tversky's weights of what stands on one side only
_TASKS = 0.25
_SPECIAL = 0.85
_COMMON = 0.12  # a piece in more labels than this share finds nothing by itself: it only adds to what others found
_TASK_WORD_AT_MOST = 120  # trades; a word in the tasks of more tells nobody from anybody
_ENDS = ("技术人员", "专业人员", "师傅", "人员", "阿姨", "工人", "员", "工", "师", "岗")
"""Ends that change no meaning behind two signs or more: 保洁, 保洁员, 保洁工, 保洁阿姨 are one."""
_SAME: Mapping[str, str] = {"工程技术人员": "工程师", "专业人员": "专员"}
"""What the 大典 calls people, and what everybody else calls them."""


@dataclass(frozen=True, slots=True)
class Trade:
    """One occupation as words. `names`: 工种 and synonyms; `wordings`: what people say; `tasks`: definition and tasks, or ""."""

    code: str
    name: str
    names: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()
    tasks: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """A code, how often such a guess was right (0..1), and the label that led to it."""

    code: str
    confidence: float
    because: str


class _Label(NamedTuple):
    text: str
    trade: int
    mass: float
    """The weights of all its pieces."""


class Resolver:
    """Immutable after it is made, so any number of threads may ask; a changed list is a new Resolver."""

    def __init__(self, trades: Iterable[Trade], analysis: Analysis) -> None:
        self._analysis = analysis
        self._codes: list[str] = []
        self._exact: dict[str, tuple[str, ...]] = {}
        self._stems: dict[str, tuple[str, ...]] = {}
        texts: list[tuple[str, int]] = []
        tasks: list[str] = []
        for place, trade in enumerate(trades):
            self._codes.append(trade.code)
            tasks.append(trade.tasks)
            texts += [(text, place) for text in self._list(trade)]
        self._build(texts)
        self._tasks = _TaskWords(tasks, analysis)

    def exact(self, text: str) -> tuple[str, ...]:
        """Codes whose name, 工种, synonym or wording the text is, names first; harmless ends count only where nothing else fits."""
        plain = as_label(text)
        return self._exact.get(plain) or self._stems.get(stem(plain), ())

    def ranked(self, text: str, limit: int = 5) -> tuple[Guess, ...]:
        """The likeliest codes, best first. Exact ones stand first and share the certainty when they are several."""
        exact = self.exact(text)
        sure = 0.97 if self._exact.get(as_label(text)) else 0.9
        guesses = [Guess(code, sure / max(1, len(exact)) ** 0.5, text) for code in exact]
        if len(guesses) < limit:
            guesses += [guess for guess in self._alike(text, limit + len(exact)) if guess.code not in exact]
        return tuple(guesses[:limit])

    def _list(self, trade: Trade) -> list[str]:
        """Files the labels for `exact` and answers those to compare with."""
        labels = [as_label(text) for text in (trade.name, *trade.names, *trade.wordings)]
        labels = [label for label in dict.fromkeys(labels) if label]
        for label in labels:
            before = self._exact.get(label, ())
            is_name = label == as_label(trade.name)
            self._exact[label] = (trade.code, *before) if is_name else (*before, trade.code)
            self._stems[stem(label)] = tuple(dict.fromkeys((*self._stems.get(stem(label), ()), trade.code)))
        return list(dict.fromkeys((*labels, *map(_as_said, labels))))

    def _build(self, texts: Sequence[tuple[str, int]]) -> None:
        found = [self._pieces(text) for text, _ in texts]
        counts: dict[str, int] = defaultdict(int)
        for pieces_of in found:
            for piece in pieces_of:
                counts[piece] += 1
        self._rarity = {piece: math.log(1 + len(texts) / count) for piece, count in counts.items()}
        self._unknown = math.log(1 + len(texts))
        self._labels: list[_Label] = []
        self._with: dict[str, list[int]] = defaultdict(list)
        for place, ((text, trade), pieces_of) in enumerate(zip(texts, found, strict=True)):
            mass = sum(weight * self._rarity[piece] for piece, weight in pieces_of.items())
            self._labels.append(_Label(text, trade, mass))
            for piece in pieces_of:
                self._with[piece].append(place)
        self._with.default_factory = None
        self._common_at = _COMMON * len(texts)

    def _alike(self, text: str, limit: int) -> list[Guess]:
        best = self._best_labels(_as_said(as_label(text)))
        told = self._tasks.shares(text)
        scores = {trade: score + _TASKS * (1 - score) * told.get(trade, 0.0) for trade, (score, _) in best.items()}
        scores |= {trade: _TASKS * share for trade, share in told.items() if trade not in scores}
        order = sorted(scores, key=lambda trade: (-scores[trade], self._codes[trade]))
        return [self._guess(trade, place, order, scores, best) for place, trade in enumerate(order[:limit])]

    def _guess(self, trade: int, place: int, order: Sequence[int], scores: Mapping[int, float], best: Mapping[int, tuple[float, int]]) -> Guess:
        """A first guess is surer the further it stands before the second; a later one is never surer than the first."""
        score = scores[trade]
        rival = scores[order[1 if place == 0 else 0]] if len(order) > 1 else 0.0
        raw = score * (0.75 + 0.25 * min(1.0, max(0.0, score - rival) / 0.2))
        because = self._labels[best[trade][1]].text if trade in best else ""
        return Guess(self._codes[trade], calibrated(raw), because)

    def _best_labels(self, text: str) -> dict[int, tuple[float, int]]:
        """Trade -> (likeness of its most alike label, that label). A special kind (中医内科医师) is not meant by the plain word."""
        weights = {piece: weight * self._rarity.get(piece, self._unknown / 2) for piece, weight in self._pieces(text).items()}
        mass = sum(weights.values())
        shared = self._shared(weights)
        best: dict[int, tuple[float, int]] = {}
        for place, common in shared.items():
            label = self._labels[place]
            score = common / (common + _ASKED_ONLY * (mass - common) + _LABEL_ONLY * max(0.0, label.mass - common))
            if label.text.endswith(text) and label.text != text:
                score *= _SPECIAL
            if score > best.get(label.trade, (0.0, 0))[0]:
                best[label.trade] = (score, place)
        return best

    def _shared(self, weights: Mapping[str, float]) -> dict[int, float]:
        """Label -> the weight of what it shares with the text, for labels that share something rare."""
        shared: dict[int, float] = {}
        common: list[tuple[str, float]] = []
        for piece, weight in weights.items():
            places = self._with.get(piece, [])
            if len(places) > self._common_at:
                common.append((piece, weight))
                continue
            for place in places:
                shared[place] = shared.get(place, 0.0) + weight
        for piece, weight in common:
            for place in self._with[piece]:
                if place in shared:
                    shared[place] += weight
        return shared

    def _pieces(self, text: str) -> dict[str, float]:
        """What a label is made of, each piece with its weight."""
        found: dict[str, float] = {}
        for word in self._analysis.words(text):
            found[f"w{word}"] = _WORD
        for run in pieces(text):
            if not is_han(run):
                found[f"w{run}"] = _LETTERS
            else:
                found |= dict.fromkeys((f"s{sign}" for sign in run), _SIGN)
                found |= dict.fromkeys((f"p{one}{two}" for one, two in pairwise(run)), _PAIR)
                found[f"e{run[-2:]}"] = _END
        return found


class _TaskWords:
    """Which trades speak of a word in their definition or tasks."""

    def __init__(self, texts: Sequence[str], analysis: Analysis) -> None:
        self._analysis = analysis
        found: dict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(texts):
            for word in set(analysis.words(text)):
                if len(word) > 1:
                    found[word].append(place)
        self._count = len(texts)
        self._trades = {word: places for word, places in found.items() if len(places) <= _TASK_WORD_AT_MOST}

    def shares(self, text: str) -> dict[int, float]:
        """Trade -> the share (0..1) of the text's words, by rarity, that its tasks hold."""
        words = [word for word in dict.fromkeys(self._analysis.words(text)) if len(word) > 1]
        weights = {word: math.log(1 + self._count / len(self._trades.get(word, (0,)))) for word in words}
        mass = sum(weights.values())
        shares: dict[int, float] = {}
        for word, weight in weights.items():
            for place in self._trades.get(word, ()):
                shares[place] = shares.get(place, 0.0) + weight / mass
        return shares


def as_label(text: str) -> str:
    """NFKC, lower case, nothing but words: how two labels are compared."""
    return "".join(pieces(text))


def stem(label: str) -> str:
    """The label without an end that changes no meaning; never shorter than two signs (电工 keeps its 工)."""
    for end in _ENDS:
        if label.endswith(end) and len(label) - len(end) >= 2:
            return label.removesuffix(end)
    return label


def calibrated(raw: float) -> float:
    """The measured accuracy at this raw score, straight between two points of CALIBRATION."""
    for (low, least), (high, most) in pairwise(CALIBRATION):
        if raw <= high:
            return round(least + (most - least) * (raw - low) / (high - low), 3)
    return CALIBRATION[-1][1]


def _as_said(label: str) -> str:
    for official, said in _SAME.items():
        label = label.replace(official, said)
    return label
