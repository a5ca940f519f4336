"""A publication as plain text, to be pasted into a WeChat group: real practice of street staff. Nothing a phone would show otherwise."""

from collections.abc import Iterator, Sequence
from datetime import date

from webapp.postings.showing import Card

AT_ONCE = 10
"""Postings in one message: a longer one is folded, and nobody unfolds it."""
FREE = "公共就业服务不收任何费用，要交钱的都不要信。举报：12333"


def blocks(name: str, cards: Sequence[Card], url: str, *, on: date) -> list[str]:
    return list(_blocks(name, cards, url, on))


def _blocks(name: str, cards: Sequence[Card], url: str, on: date) -> Iterator[str]:
    count = -(-len(cards) // AT_ONCE)
    for place in range(count):
        part = f"（{place + 1}/{count}）" if count > 1 else ""
        lines = [f"【{name}】招聘信息 {on.month}月{on.day}日{part}"]
        for number, card in enumerate(cards[place * AT_ONCE : (place + 1) * AT_ONCE], place * AT_ONCE + 1):
            lines += _lines(number, card)
        yield "\n".join([*lines, "", f"看详情、应聘：{url}", FREE])


def _lines(number: int, card: Card) -> Iterator[str]:
    yield ""
    yield "　".join(part for part in (f"{number}. {card.title}", card.wage, card.headcount) if part)
    yield "　".join(part for part in (card.employer, card.place, f"来源：{card.source}" if card.source else "") if part)
