"""From pieces to conditions, wishes, chips and what the page says of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from search.query import Wish
from search.resolver import Guess, Resolver
from search.understanding.chips import Chip, Correction, Understood, without
from search.understanding.cutting import Piece
from search.understanding.figures import Pay
from search.understanding.placing import Placed, joined, narrowest
from search.understanding.sayings import BENEFIT_LABELS, CHIPS, Kind, Saying
from search.understanding.typed import Chunk, Typed
from search.understanding.vocabulary import Place, Vocabulary

_GUESSES, _LEAST_SURE, _SURE = 3, 0.35, 0.6
_ROUGHLY = Decimal("0.9")
_OR = re.compile(" ?(?:[、/|]|或者?) ?")
_UNIT_LABELS = {"hour": "小时", "day": "天", "week": "周", "month": "月", "year": "年"}
_LABELS = {
    "full_time": "全职", "part_time": "兼职、小时工", "temporary": "临时用工", "dispatch": "劳务派遣",
    "internship": "实习", "traineeship": "就业见习",
    "day": "白班", "night": "夜班", "rotating": "倒班", "flexible": "弹性时间", **BENEFIT_LABELS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A cut text: `known` pieces beside the places, `words` nobody knows, chunks with a sign, pay."""

    typed: Typed
    known: list[Piece]
    placed: list[Placed]
    words: list[tuple[int, int]]
    signed: list[Chunk]
    paid: list[Pay]
    notes: tuple[str, ...]
    corrections: tuple[Correction, ...]

    def sayings(self, *kinds: Kind) -> Iterator[Saying]:
        return (piece.meaning.saying for piece in self.known if piece.meaning.saying and piece.kind in kinds)


def tell(found: Found, vocabulary: Vocabulary, resolver: Resolver | None) -> Understood:
    placed = joined(sorted(found.placed, key=lambda one: one.start), found.typed.plain)
    places = narrowest(placed)
    low, high = _wages(found.paid, vocabulary)
    educations = [int(code) for saying in found.sayings(Kind.EDUCATION) if saying.firm for code in saying.codes]
    experiences = [saying for saying in found.sayings(Kind.EXPERIENCE) if saying.firm]
    posted = [int(code) for saying in found.sayings(Kind.POSTED) for code in saying.codes]
    return Understood(
        text=found.typed.text,
        wishes=_wishes(found, places, vocabulary, resolver),
        places=places,
        regions=tuple(dict.fromkeys(place.code for place in places)),
        wage_at_least=low,
        wage_at_most=high,
        wage_unit=found.paid[0].unit if found.paid else "",
        wage_said=(found.paid[0].low, found.paid[0].high) if found.paid else (None, None),
        employment_types=_firm(found, Kind.TYPE),
        shifts=_firm(found, Kind.SHIFT),
        educations=tuple(sorted(set(educations))),
        experience_none=bool(experiences),
        posted_days=max(posted, default=None),
        near_me=any("附近" in saying.note or "离家近" in saying.note for saying in found.sayings(Kind.FILLER)),
        notes=found.notes,
        chips=_chips(found, placed, vocabulary),
        corrections=found.corrections,
    )


def _firm(found: Found, kind: Kind) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for saying in found.sayings(kind) if saying.firm for code in saying.codes))


def _wages(paid: Sequence[Pay], vocabulary: Vocabulary) -> tuple[int | None, int | None]:
    """Of several the widest: whoever names two figures takes either."""
    ends = [_wage(pay, vocabulary) for pay in paid]
    low = min((low for low, _ in ends if low is not None), default=None)
    high = max((high for _, high in ends if high is not None), default=None)
    return (high, low) if low is not None and high is not None and low > high else (low, high)


def _wage(pay: Pay, vocabulary: Vocabulary) -> tuple[int | None, int | None]:
    low, high = (None if end is None else vocabulary.monthly(end, pay.unit) for end in (pay.low, pay.high))
    return (int(low * _ROUGHLY) if low and pay.roughly else low), high


def _wishes(found: Found, places: Sequence[Place], vocabulary: Vocabulary, resolver: Resolver | None) -> tuple[Wish, ...]:
    """In the order of the text. Where nothing is required, the first of the other wishes is: somebody asks for it."""
    plain = found.typed.plain
    asked = [(start, end, Wish(plain[start:end])) for start, end in found.words]
    asked += [(piece.start, piece.end, _of_trade(piece, plain[piece.start : piece.end])) for piece in found.known if piece.meaning.wording]
    made = list(_alternatives(_joined(sorted(asked, key=lambda one: one[0]), plain, vocabulary), plain))
    made += [(chunk.start, Wish(chunk.text, quoted=chunk.quoted, unwanted=chunk.unwanted)) for chunk in found.signed]
    made += [(piece.start, wish) for piece in found.known for wish in _of_saying(piece, vocabulary)]
    made += [(len(plain), Wish(place.name, optional=True)) for place in places if place.street_code]
    wishes = list(dict.fromkeys(wish for _, wish in sorted(made, key=lambda one: one[0])))
    if all(wish.optional or wish.unwanted for wish in wishes):
        streets = {place.name for place in places}
        soft = next((number for number, wish in enumerate(wishes) if not wish.unwanted and wish.text not in streets), None)
        if soft is not None:
            wishes[soft] = replace(wishes[soft], optional=False)
        return tuple(wishes)
    return tuple(_guessed(wishes, resolver) if resolver else wishes)


def _joined(asked: Sequence[tuple[int, int, Wish]], plain: str, vocabulary: Vocabulary) -> list[tuple[int, int, Wish]]:
    """Words parted by a space that are one word of work when they stand together (银行 柜员) ask for that work."""
    joined: list[tuple[int, int, Wish]] = []
    for start, end, wish in asked:
        together = plain[joined[-1][0] : joined[-1][1]] + plain[start:end] if joined and not plain[joined[-1][1] : start].strip() else ""
        known = vocabulary.trades.get(together) if together else None
        if known is not None:
            first = joined.pop()[0]
            joined.append((first, end, Wish(together, also=known.also, occupations=known.occupations)))
        else:
            joined.append((start, end, wish))
    return joined


def _alternatives(asked: Sequence[tuple[int, int, Wish]], plain: str) -> Iterator[tuple[int, Wish]]:
    """保安、保洁 and 保安或保洁 ask for either: no posting is both."""
    merged: list[tuple[int, int, Wish]] = []
    for start, end, wish in asked:
        if merged and _OR.fullmatch(plain[merged[-1][1] : start]):
            first, _, before = merged.pop()
            also = dict.fromkeys((*before.also, wish.text, *wish.also))
            occupations = dict.fromkeys((*before.occupations, *wish.occupations))
            merged.append((first, end, replace(before, also=tuple(also), occupations=tuple(occupations))))
        else:
            merged.append((start, end, wish))
    return ((start, wish) for start, _, wish in merged)


def _of_trade(piece: Piece, said: str) -> Wish:
    """A word read as another one is looked for as it was typed, too: it may be one we do not know. Only whole pinyin is none."""
    wording, form = piece.meaning.wording, piece.meaning.form
    assert wording is not None
    if piece.heard and len(said) == len(form):
        return Wish(said, also=(form, *wording.also), occupations=wording.occupations)
    return Wish(form, also=wording.also, occupations=wording.occupations)


def _of_saying(piece: Piece, vocabulary: Vocabulary) -> Iterator[Wish]:
    saying = piece.meaning.saying
    if saying is None:
        return
    if saying.avoid:
        yield Wish(saying.avoid[0], unwanted=True, optional=True, also=saying.avoid[1:])
    if not saying.wish:
        return
    if saying.unwanted:
        yield Wish(saying.wish, unwanted=True, optional=True)
        return
    known = vocabulary.trades.get(saying.wish)
    also = tuple(dict.fromkeys((*saying.also, *(known.also if known else ()))))
    benefits = saying.codes if saying.kind is Kind.BENEFIT else ()
    shifts = saying.codes if saying.kind is Kind.SHIFT else ()
    yield Wish(saying.wish, optional=True, also=tuple(word for word in also if word != saying.wish), benefits=benefits, shifts=shifts)


def _guessed(wishes: list[Wish], resolver: Resolver) -> list[Wish]:
    """Codes for what is asked for: words of one query speak of one work (石油 化工 安全), so several are guessed together too."""
    asked = [wish for wish in wishes if not (wish.optional or wish.unwanted or wish.quoted)]
    together = _guesses("".join(wish.text for wish in asked), resolver, _LEAST_SURE) if len(asked) > 1 else []
    least = _SURE if len(asked) > 1 else _LEAST_SURE
    return [_with_codes(wish, together, resolver, least) if wish in asked else wish for wish in wishes]


def _with_codes(wish: Wish, together: Sequence[Guess], resolver: Resolver, least: float) -> Wish:
    exact = wish.occupations or (() if wish.also else resolver.exact(wish.text))
    guesses = [guess for guess in (*_guesses(wish.text, resolver, least), *together) if guess.code not in exact]
    words = (guess.because for guess in guesses if guess.because not in (wish.text, *wish.also))
    return replace(wish, occupations=exact, likely=tuple(dict.fromkeys(guess.code for guess in guesses)), likely_words=tuple(dict.fromkeys(words)))


def _guesses(text: str, resolver: Resolver, least: float) -> list[Guess]:
    return [guess for guess in resolver.ranked(text, _GUESSES) if guess.confidence >= least]


@dataclass(frozen=True, slots=True)
class _Chip:
    kind: str
    value: str
    label: str
    start: int
    end: int


def _chips(found: Found, placed: Sequence[Placed], vocabulary: Vocabulary) -> tuple[Chip, ...]:
    typed = found.typed
    made = []
    for chip in sorted(_understood(found, placed, vocabulary), key=lambda chip: chip.start):
        start, end = typed.origin(chip.start, chip.end)
        made.append(Chip(chip.kind, chip.value, chip.label, typed.text[start:end], start, end, without(typed.text, (start, end))))
    return tuple(made)


def _understood(found: Found, placed: Sequence[Placed], vocabulary: Vocabulary) -> Iterator[_Chip]:
    for chunk in found.signed:
        kind, label = ("unwanted", f"不要“{chunk.text}”") if chunk.unwanted else ("quoted", f"整句“{chunk.text}”")
        yield _Chip(kind, chunk.text, label, chunk.start, chunk.end)
    for one in placed:
        yield _Chip("place", ",".join(one.codes), " 或 ".join(dict.fromkeys(place.name for place in one.places)), one.start, one.end)
    for pay in found.paid:
        yield _wage_chip(pay, vocabulary)
    for piece in found.known:
        saying = piece.meaning.saying
        if saying and saying.kind in CHIPS:
            yield _Chip(saying.kind.value, ",".join(saying.codes), _label(saying, vocabulary), piece.start, piece.end)


def _label(saying: Saying, vocabulary: Vocabulary) -> str:
    return saying.label or "、".join(vocabulary.labels.get(code) or _LABELS.get(code, code) for code in saying.codes)


def _wage_chip(pay: Pay, vocabulary: Vocabulary) -> _Chip:
    low, high = _wage(pay, vocabulary)
    value = f"{'' if low is None else low}-{'' if high is None else high}"
    label = f"{_span(pay.low, pay.high)} 元/{_UNIT_LABELS[pay.unit]}"
    label += "左右" if pay.roughly else "以下" if pay.low is None else "" if pay.high is not None else "以上"
    if pay.unit != "month":
        label += f"（约 {_span(low, high)} 元/月）"
    return _Chip("wage", value, label, pay.start, pay.end)


def _span(low: Decimal | int | None, high: Decimal | int | None) -> str:
    return "–".join(f"{Decimal(end).normalize():f}" for end in (low, high) if end is not None)
