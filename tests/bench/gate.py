"""How well the publication gate finds what a careful reviewer found: `python -m tests.bench.gate [--labels FILE] [--wrong] [--part tuned|kept]`.

A posting counts once for a code: found where the gate makes at least one finding of the code's kind (`HEALTH.carrier` is HEALTH), labelled
where a reviewer did. Strict figures leave a (posting, code) pair out where the reviewer's note says `borderline`; full ones count it as
labelled. PAY_LOW counts as PAY_ABSURD, as the guide has it. `false_alarms` is the share of the postings labelled NONE with any finding that
stops it or goes to a person. Half of the postings, by a hash of their id, were looked at while patterns were written (tuned); the others
never were (kept), so their figures are the honest ones where there are enough. Intervals are Wilson's, 95 %.
"""

import argparse
import csv
import gzip
import json
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

from tests.conftest import SHARED
from tests.factories.gate import shipped_book
from webapp.db import today
from webapp.gate.checking import check_said
from webapp.gate.findings import Finding
from webapp.gate.rules import Rulebook
from webapp.gate.subject import Profile, Subject
from webapp.reference.models import Severity
from webapp.sources.rows import education_rank, wage_of

DATA = SHARED / "data"
CODES = (
    "AGE",
    "LOOKS",
    "FRAUD",
    "OVERTIME",
    "LURE",
    "PAY_ABSURD",
    "HEALTH",
    "SEX",
    "HUKOU",
    "FEE",
    "DEPOSIT",
    "TRIAL",
    "CONTACT",
    "TRAINING_LURE",
    "ZERO_PAY",
)
_Z = 1.96
_SAME = {"PAY_LOW": "PAY_ABSURD"}


@dataclass(slots=True)
class Judged:
    """One posting with what the reviewer found: sure codes, borderline ones, or none at all."""

    key: str
    subject: Subject
    sure: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    is_ordinary: bool = False
    found: list[Finding] = field(default_factory=list)

    @property
    def codes(self) -> set[str]:
        """What the gate says that somebody would have to look at."""
        grave = (finding for finding in self.found if finding.severity in {Severity.BLOCK, Severity.FLAG})
        return {_SAME.get(finding.kind, finding.kind) for finding in grave}

    @property
    def is_tuned(self) -> bool:
        return zlib.crc32(self.key.encode()) % 2 == 0


def subject_of(row: dict[str, str]) -> Subject:
    """A source's row as the gate is asked about it; the words stay as they stand, so that places are those of the file."""
    wage = wage_of(row.get("salary_text", ""), row.get("salary_min", ""), row.get("salary_max", ""), row.get("salary_months", ""))
    return Subject(
        profile=Profile.FORWARDED,
        values={
            "title": row["title"],
            "duties": row.get("description") or "",
            "region": row.get("region_code") or None,
            "education": education_rank(row.get("education") or ""),
            "wage_unit": wage.unit,
            "wage_low": wage.low,
            "wage_high": wage.high,
        },
    )


def judged(labels: Path) -> list[Judged]:
    """The labelled postings, checked; the text of each is in the file its label names."""
    said: dict[tuple[str, str], list[dict[str, str]]] = {}
    with labels.open(encoding="utf-8", newline="") as file:
        for label in csv.DictReader(file):
            said.setdefault((label["file"], label["posting_id"]), []).append(label)
    postings = []
    for name in sorted({name for name, _ in said}):
        wanted = {key for of, key in said if of == name}
        postings += [_judged(row, said[name, row["id"]]) for row in _rows(DATA / name) if row["id"] in wanted]
    missing = len(said) - len(postings)
    if missing:
        print(f"{missing} labelled postings are in no file", file=sys.stderr)
    return postings


def _judged(row: dict[str, str], labels: Iterable[dict[str, str]]) -> Judged:
    posting = Judged(row["id"], subject_of(row))
    for label in labels:
        if label["code"] == "NONE":
            posting.is_ordinary = True
        else:
            (posting.doubtful if label["note"].startswith("borderline") else posting.sure).add(label["code"])
    posting.doubtful -= posting.sure
    return posting


def _rows(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    opened = gzip.open if path.suffix == ".gz" else open
    seen = set()
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["id"] not in seen:
                seen.add(row["id"])
                yield row


def check_all(postings: Iterable[Judged], book: Rulebook) -> float:
    """Microseconds a posting."""
    count, began, on = 0, time.perf_counter(), today()
    for posting in postings:
        posting.found = check_said(posting.subject, book, on)
        count += 1
    return (time.perf_counter() - began) / max(count, 1) * 1e6


@dataclass(frozen=True, slots=True)
class Score:
    hit: int
    missed: int
    false: int

    @property
    def recall(self) -> float | None:
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else None

    @property
    def precision(self) -> float | None:
        return self.hit / (self.hit + self.false) if self.hit + self.false else None


def score(postings: Iterable[Judged], code: str, *, strict: bool) -> Score:
    hit = missed = false = 0
    for posting in postings:
        if strict and code in posting.doubtful:
            continue
        is_meant, is_found = code in posting.sure | posting.doubtful, code in posting.codes
        hit += is_meant and is_found
        missed += is_meant and not is_found
        false += is_found and not is_meant
    return Score(hit, missed, false)


def wilson(share: float | None, count: int) -> str:
    if share is None or not count:
        return "       –       "
    spread = _Z * sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    middle, scale = share + _Z**2 / (2 * count), 1 + _Z**2 / count
    return f"{max(0.0, (middle - spread) / scale):.2f}–{min(1.0, (middle + spread) / scale):.2f}"


def alarms(postings: Iterable[Judged]) -> tuple[int, int]:
    """(ordinary postings somebody would have to look at, ordinary postings)."""
    ordinary = [posting for posting in postings if posting.is_ordinary]
    return sum(bool(posting.codes) for posting in ordinary), len(ordinary)


def print_table(name: str, postings: list[Judged]) -> None:
    print(f"\n{name}: {len(postings)} postings")
    print(f"{'code':14}{'':8}{'hit':>5}{'miss':>5}{'false':>6}   {'recall':>7} {'':11}{'precision':>9}")
    for code in CODES:
        for kind, strict in (("strict", True), ("full", False)):
            one = score(postings, code, strict=strict)
            if one.hit + one.missed + one.false:
                shares = "".join(
                    f"{'–' if share is None else f'{share:.3f}':>8} {wilson(share, count):11}"
                    for share, count in ((one.recall, one.hit + one.missed), (one.precision, one.hit + one.false))
                )
                print(f"{code:14}{kind:8}{one.hit:>5}{one.missed:>5}{one.false:>6}  {shares}")
    false, ordinary = alarms(postings)
    share = false / ordinary if ordinary else None
    print(f"ordinary postings with a finding: {false} of {ordinary}, {share or 0:.3f} ({wilson(share, ordinary)})")


def print_wrong(postings: Iterable[Judged]) -> None:
    """What the gate said otherwise than the reviewer, with the words it rests on."""
    for posting in postings:
        extra, lost = posting.codes - posting.sure - posting.doubtful, (posting.sure | posting.doubtful) - posting.codes
        for code in sorted(extra):
            words = [finding.words or finding.message for finding in posting.found if _SAME.get(finding.kind, finding.kind) == code]
            print(f"  {posting.key} + {code:12} {words}")
        for code in sorted(lost):
            print(f"  {posting.key} - {code:12} {'(borderline)' if code in posting.doubtful else ''} {str(posting.subject.values['title'])[:40]}")


def figures(postings: list[Judged]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for code in CODES:
        strict, full = score(postings, code, strict=True), score(postings, code, strict=False)
        for name, share in (
            ("recall", strict.recall),
            ("precision", strict.precision),
            ("full_recall", full.recall),
            ("full_precision", full.precision),
        ):
            found[f"{code}_{name}"] = None if share is None else round(share, 4)
    false, ordinary = alarms(postings)
    return found | {"false_alarms": round(false / ordinary, 4) if ordinary else None, "postings": len(postings)}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--labels", type=Path, default=DATA / "gate_labels.csv")
    parser.add_argument("--part", choices=("all", "tuned", "kept"), default="all", help="which postings --wrong tells of")
    parser.add_argument("--wrong", action="store_true", help="also what the gate said otherwise than the reviewer")
    asked = parser.parse_args(arguments)
    if not asked.labels.exists():
        print(f"no labels at {asked.labels}", file=sys.stderr)
        return 1
    postings = judged(asked.labels)
    spent = check_all(postings, shipped_book())
    parts = {
        "all": postings,
        "tuned": [posting for posting in postings if posting.is_tuned],
        "kept": [posting for posting in postings if not posting.is_tuned],
    }
    for name, some in parts.items():
        print_table(name, some)
    if asked.wrong:
        print_wrong(parts[asked.part])
    print(f"{spent:.0f} µs a posting")
    print(json.dumps(figures(postings) | {f"kept_{key}": value for key, value in figures(parts["kept"]).items() if value is not None}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
