"""Whether a search finds work: the two tests of search.md, with rows for jieba only, bigrams, characters and ours.

    .venv/bin/python -m tests.bench.relevance [--judged FILE] [-v]

Judged: real queries over the union of three posting files; nDCG@10 on the condensed list (unjudged removed), judged@10,
first posting graded >= 2, empty answers. Wording: of every occupation one 工种, chosen by hash, is taken out of every list
and asked for; its postings are titled with its other names and 30 % of them lose their code. "Ours" is the product: its
engine, its documents, its reading of the text, its widening. The last line is one JSON object.
"""

import argparse
import csv
import gzip
import json
import math
import random
import re
import sys
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import tantivy

from search.analysis import default_analysis
from search.documents import PostingDocument
from search.embedded import EmbeddedEngine
from search.query import PostingQuery, Widening, Wish
from search.resolver import Resolver, Trade, as_label
from search.text import is_han, pieces
from search.titles import code_title
from tests.bench import product
from tests.bench.coding import DATA, family, figures, is_even, official_names, trades

FILES = ("jobs_shandong", "jobs_public_employment_service", "jobs_bluecollar")
TOP = 200
AS_OF = date(2026, 3, 1)
ENOUGH = 20
"""Fewer strict matches than this are widened, as on the page."""
LIKELY_FROM, LIKELY_AT_MOST, LIKE_THE_FIRST = 0.02, 5, 0.0
"""Which guesses widen a search: the least confidence, how many, and the share of the first one's confidence."""
Ask = Callable[[str], list[str]]
Row = Mapping[str, str]


class Grades(NamedTuple):
    """One query with its graded postings."""

    text: str
    graded: Mapping[str, int]


# --- corpora


def real_rows() -> dict[str, dict[str, str]]:
    csv.field_size_limit(1 << 24)
    rows: dict[str, dict[str, str]] = {}
    for name in FILES:
        with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            rows |= {row["id"]: row for row in csv.DictReader(file)}
    return rows


def document(seq: int, row: Row, occupation: str | None, names: tuple[str, ...]) -> PostingDocument:
    """As `webapp.postings.indexing` makes it of an imported row."""
    low, high = (int(float(row[name])) if row.get(name) else None for name in ("salary_min", "salary_max"))
    low, high = (high, low) if low is not None and high is not None and low > high else (low, high)
    code = row["region_code"]
    return PostingDocument(
        key=row["id"],
        seq=seq,
        version=1,
        title=row["title"],
        employer=row["company"],
        body="\n".join((row["description"], row["address"])),
        skills=tuple(filter(None, re.split("[,，;；|]", row["skills"]))),
        benefits=tuple(filter(None, re.split("[,，;；|]", row["benefits"]))),
        wording=names,
        region=code if re.fullmatch(r"\d{6}", code) else "",
        occupation=occupation,
        wage_low=low,
        wage_high=high,
        posted_on=date(2025, 1, 1),
    )


def documents(rows: Iterable[Row], listed: Sequence[Trade], resolver: Resolver, uncoded: Callable[[str], bool]) -> list[PostingDocument]:
    names = {trade.code: tuple(filter(None, (trade.name, *trade.names))) for trade in listed}
    made = []
    for seq, row in enumerate(rows):
        guess = None if uncoded(row["id"]) else code_title(row["title"], resolver)
        made.append(document(seq, row, guess.code if guess else None, names[guess.code] if guess else ()))
    return made


# --- rankers


def jieba_words(text: str) -> list[str]:
    return default_analysis().tokens(text).every


def bigrams(text: str) -> list[str]:
    found: list[str] = []
    for piece in pieces(text):
        found += [piece[i : i + 2] for i in range(len(piece) - 1)] if is_han(piece) and len(piece) > 1 else [piece]
    return found


def characters(text: str) -> list[str]:
    return [sign for piece in pieces(text) for sign in (piece if is_han(piece) else (piece,))]


def bm25(rows: Iterable[Row], cut: Callable[[str], list[str]]) -> Ask:
    """Any token counts; title three times the body's weight."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    for field in ("title", "body"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(64_000_000, 1)
    for row in rows:
        body = " ".join((row["company"], row["skills"], row["benefits"], row["area_text"], row["description"]))
        writer.add_document(tantivy.Document(key=row["id"], title=" ".join(cut(row["title"])), body=" ".join(cut(body))))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(text: str) -> list[str]:
        parts = []
        for token in dict.fromkeys(cut(text)):
            parts.append((tantivy.Occur.Should, tantivy.Query.boost_query(tantivy.Query.term_query(schema, "title", token, "freq"), 3.0)))
            parts.append((tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", token, "freq")))
        if not parts:
            return []
        return [searcher.doc(address)["key"][0] for _, address in searcher.search(tantivy.Query.boolean_query(parts), limit=TOP).hits]

    return ask


def ours(engine: EmbeddedEngine, resolver: Resolver, names: Mapping[str, tuple[str, ...]]) -> Ask:
    """The one seam to the product: from a text to keys, widened step by step as the page does."""

    def ask(text: str) -> list[str]:
        query = read(text, resolver, names)
        for widening in Widening:
            found = engine.find(replace(query, widening=widening))
            if found.total >= ENOUGH:
                break
        return list(found.keys)

    return ask


def read(text: str, resolver: Resolver, names: Mapping[str, tuple[str, ...]]) -> PostingQuery:
    """A 工种 alone is one wish, with what the resolver knows of it: the vocabulary of the page must not know the word that was dropped."""
    wishes = []
    for chunk in text.split():
        exact = resolver.exact(chunk)
        guesses = [guess for guess in resolver.ranked(chunk) if guess.code not in exact and guess.confidence >= LIKELY_FROM]
        least = LIKE_THE_FIRST * max((guess.confidence for guess in guesses), default=0.0)
        likely = tuple(guess.code for guess in guesses[:LIKELY_AT_MOST] if guess.confidence >= least)
        words = tuple(dict.fromkeys(word for code in (*exact, *likely[:1]) for word in names.get(code, ()) if word != chunk))
        wishes.append(Wish(chunk, occupations=exact, likely=likely, likely_words=words))
    return PostingQuery(wishes=tuple(wishes), limit=TOP, facets=False)


# --- figures


def gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:10]))


def ndcg(keys: Sequence[str], graded: Mapping[str, int]) -> float:
    """At ten, unjudged postings removed."""
    best = gain(sorted(graded.values(), reverse=True))
    return gain([graded[key] for key in keys if key in graded]) / best if best else 0.0


def interval(values: Sequence[float]) -> str:
    """95 % of 1,000 bootstrap means."""
    choose = random.Random(1)
    means = sorted(sum(choose.choices(values, k=len(values))) / len(values) for _ in range(1000))
    return f"{means[25]:.3f}..{means[974]:.3f}"


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def print_row(name: str, values: Sequence[tuple[str, float]], *others: float) -> float:
    scores = [value for _, value in values]
    halves = [mean([value for text, value in values if is_even(text) is even]) for even in (True, False)]
    print(f"{name:26}{mean(scores):>8.3f}  {interval(scores):14}{halves[0]:>8.3f}{halves[1]:>8.3f}" + "".join(f"{other:>9.3f}" for other in others))
    return mean(scores)


# --- the judged test


def judged_queries(path: Path) -> list[Grades]:
    graded: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            graded.setdefault(row["query"], {})[row["posting_id"]] = int(row["grade"])
    return [Grades(text, grades) for text, grades in graded.items()]


def judged(path: Path, rows: dict[str, dict[str, str]], folder: Path, verbose: bool) -> dict[str, float]:
    """Ours is the product: the files imported, the queries read and widened as the search page does."""
    var = folder / "judged"
    var.mkdir()
    with product.imported((DATA / f"{name}.csv.gz" for name in FILES), var, as_of=AS_OF):
        sources = product.source_keys()
        queries = judged_queries(path)
        codes = {source: code for source, code in sources.values() if code}
        answers = sum(map(answerable, queries))
        print(f"\njudged: {len(queries)} queries, {answers} with a posting graded >= 2, {len(sources)} postings, {len(codes)} coded")
        print(f"{'':26}{'nDCG@10':>8}  {'95 %':14}{'even':>8}{'odd':>8}{'judged@10':>9}{'first>=2':>9}{'zero':>9}")
        asked: dict[str, Ask] = {
            "jieba, BM25": bm25(rows.values(), jieba_words),
            "bigrams, BM25": bm25(rows.values(), bigrams),
            "characters, BM25": bm25(rows.values(), characters),
            "ours": lambda text: [sources[key][0] for key in product.ask(text, TOP, on=AS_OF)],
        }
        found: dict[str, float] = {}
        for name, ask in asked.items():
            found = judged_row(name, ask, queries, codes, rows if verbose and name == "ours" else None)
    return found


def answerable(query: Grades) -> bool:
    return max(query.graded.values(), default=0) >= 2


def judged_row(name: str, ask: Ask, queries: Sequence[Grades], codes: Mapping[str, str], told: Mapping[str, Row] | None) -> dict[str, float]:
    scores: list[tuple[str, float]] = []
    known: list[float] = []
    first: list[float] = []
    zero: list[float] = []
    for query in queries:
        keys = ask(query.text)
        families = {family(codes[key]) for key, grade in query.graded.items() if grade >= 2 and key in codes}
        helped = any(query.graded.get(key, 0) >= 2 or (key in codes and family(codes[key]) in families) for key in keys)
        zero.append(float(not keys if not answerable(query) else not helped))
        if answerable(query):
            condensed = [query.graded[key] for key in keys if key in query.graded]
            scores.append((query.text, ndcg(keys, query.graded)))
            known.append(sum(key in query.graded for key in keys[:10]) / 10)
            first.append(float(condensed[:1] >= [2]))
            if told is not None and (scores[-1][1] < 0.7 or not first[-1]):
                tell(query, keys, scores[-1][1], told)
    print_row(name, scores, mean(known), mean(first), mean(zero))
    return {"judged_ndcg10": mean([s for _, s in scores]), "judged_first_right": mean(first), "judged_zero_rate": mean(zero)}


def tell(query: Grades, keys: Sequence[str], score: float, rows: Mapping[str, Row]) -> None:
    print(f"  {query.text}: {score:.2f}, {len(keys)} found")
    for key in keys[:5]:
        print(f"      {query.graded.get(key, '?')} {rows[key]['title']} | {rows[key]['district'] or rows[key]['city']}")
    missed = [key for key, grade in query.graded.items() if grade == max(query.graded.values()) and key not in keys[:10]]
    for key in missed[:4]:
        print(f"      missed {query.graded[key]}: {rows[key]['title']} | {rows[key]['city']}{'' if key in keys else ' (not found at all)'}")


# --- the wording test

_FRAMES = ("{}", "招聘{}", "{}（包吃住）", "急招{}", "{} 五险一金", "高薪诚聘{}", "{}/学徒", "熟练{}")


def wording_cases(listed: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Code -> the one of its 工种 that becomes a query: the one with the least hash; an occupation without one has none."""
    return {code: min(names, key=lambda name: zlib.crc32(f"{code}{name}".encode())) for code, names in listed.items()}


def answers(trade: Trade, dropped: Collection[str], model: Sequence[Row]) -> list[dict[str, str]]:
    """Postings titled with the occupation's other names, up to five, each in the frame of a real title without a body."""
    choose = random.Random(f"{trade.code} answers")
    others = [name for name in dict.fromkeys((trade.name, *trade.names)) if name and as_label(name) not in dropped]
    made = []
    for number, name in enumerate(others[:5]):
        frame, place = choose.choice(_FRAMES), choose.choice(model)
        made.append({**place, "id": f"w{trade.code}-{number}", "title": frame.format(name), "description": "", "skills": ""})
    return made


def wording(rows: dict[str, dict[str, str]], folder: Path, *, tasks: bool) -> float:
    full = trades(official=True, tasks=tasks)
    stated = official_names()
    asked = wording_cases(stated)
    dropped = {as_label(name) for name in asked.values()}
    listed = trades(official=True, tasks=tasks, leave_out=lambda _code, name: as_label(name) in dropped)
    resolver = Resolver(listed, default_analysis())
    model = [rows[key] for key in sorted(rows)]
    right = {trade.code: answers(trade, dropped, model) for trade in full if trade.code in asked}
    written = {row["id"]: row for made in right.values() for row in made}
    corpus = {**rows, **written}
    names = {trade.code: tuple(filter(None, (trade.name, *trade.names))) for trade in listed}
    own = {row["id"]: code for code, made in right.items() for row in made}
    engine = EmbeddedEngine(folder / f"wording-{tasks}")
    engine.rebuild(_coded(corpus, own, listed, resolver, names))
    queries = _wording_queries(asked, stated, right)
    print(f"\nwording{'' if tasks else ', without tasks'}: {len(queries)} queries, {len(written)} answers among {len(corpus)} postings, 30 % uncoded")
    print(f"{'':26}{'nDCG@10':>8}  {'95 %':14}{'even':>8}{'odd':>8}{'zero':>9}")
    rankers: dict[str, Ask] = {"ours": ours(engine, resolver, names)}
    if tasks:
        cuts = {"jieba, BM25": jieba_words, "bigrams, BM25": bigrams, "characters, BM25": characters}
        rankers = {**{name: bm25(corpus.values(), cut) for name, cut in cuts.items()}, **rankers}
    result = 0.0
    for name, ask in rankers.items():
        answered = [(query, ask(query.text)) for query in queries]
        scores = [(query.text, gain([query.graded.get(key, 0) for key in keys]) / gain([1] * len(query.graded))) for query, keys in answered]
        result = print_row(name, scores, mean([float(not keys) for _, keys in answered]))
    return result


def _wording_queries(asked: Mapping[str, str], stated: Mapping[str, tuple[str, ...]], right: Mapping[str, list[dict[str, str]]]) -> list[Grades]:
    """The answers are the postings of every occupation under which the file lists the 工种."""
    listing: dict[str, list[str]] = {}
    for code, names in stated.items():
        for name in names:
            listing.setdefault(as_label(name), []).append(code)
    made = {text: {row["id"]: 1 for code in listing[as_label(text)] for row in right.get(code, ())} for text in dict.fromkeys(asked.values())}
    return [Grades(text, graded) for text, graded in made.items() if graded]


def _coded(
    corpus: Mapping[str, Row], own: Mapping[str, str], listed: Sequence[Trade], resolver: Resolver, names: Mapping[str, tuple[str, ...]]
) -> list[PostingDocument]:
    """The real postings as imported; the answers as their employers coded them, three in ten not."""

    def uncoded(key: str) -> bool:
        return zlib.crc32(f"lost {key}".encode()) % 10 < 3

    made = documents(corpus.values(), listed, resolver, uncoded)
    for place, one in enumerate(made):
        if one.key in own and not uncoded(one.key):
            made[place] = replace(one, occupation=own[one.key], wording=names[own[one.key]])
    return made


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--judged", type=Path, default=DATA / "queries_judged.csv")
    reading.add_argument("-v", dest="verbose", action="store_true")
    options = reading.parse_args()
    result = figures()
    rows = real_rows()
    with tempfile.TemporaryDirectory(prefix="zhilu-relevance-") as folder:
        result |= judged(options.judged, rows, Path(folder), options.verbose)
        result["wording_ndcg10"] = wording(rows, Path(folder), tasks=True)
        result["wording_without_tasks_ndcg10"] = wording(rows, Path(folder), tasks=False)
    sys.stdout.flush()
    print(json.dumps({name: round(value, 4) for name, value in result.items()}, ensure_ascii=False))


if __name__ == "__main__":
    main()
