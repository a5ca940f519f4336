"""How well titles are coded with occupations: accuracy at 1 and at 5 on titles that hold an official name.

    .venv/bin/python -m tests.bench.coding

The labels are weak: a title that is a name is trivially found, so the same is measured with every such name taken out of
all lists (held out); and some labels are wrong (see JUDGED_WRONG), so both are said. Even hashes tune, odd ones report.
"""

import csv
import json
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

from search.analysis import default_analysis
from search.resolver import Guess, Resolver, Trade, as_label
from search.titles import ranked_title, title_parts
from tests.conftest import SHARED
from webapp.reference.tables import read_file

DATA = SHARED / "data"
SHIPPED = Path(__file__).resolve().parents[2] / "webapp" / "reference" / "data"
JUDGED_WRONG = {
    "4-14-01-01": "中/高级…工程师 is no 医疗临床辅助服务员",
    "4-02-02-04": "网络/… is no 道路货运业务员",
    "4-08-06-00": "水/空/陆运 is no 环境监测员",
    "4-08-07-04": "海/空运单证员 is no 地质调查员",
    "4-02-01-03": "值班员 need not be of the railway",
    "4-08-05-03": "检验员 is seldom of jewels",
}
JUDGED_WRONG_TITLES = ("铁路/卡航市场专员", "车工（缝纫工）")
BANDS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)
Case = tuple[str, str]
"""Title, code."""


def trades(*, official: bool, tasks: bool = True, leave_out: Callable[[str, str], bool] = lambda code, name: False) -> list[Trade]:
    """The lists as the product has them; `official`: with an office's imported file laid over; `leave_out(code, name)` drops a name."""
    rows = {row["code"]: (row["name"], list(row["synonyms"])) for row in read_file("occupations", SHIPPED / "occupations.csv").rows}
    told: dict[str, str] = {}
    if official:
        for row in read_file("occupations", DATA / "occupations_2022.csv").rows:
            known = rows.get(row["code"], ("", []))[1]
            rows[row["code"]] = (row["name"], [*known, *row["synonyms"]])
        told = _tasks() if tasks else {}
    said = _wordings()
    made = []
    for code, (name, names) in rows.items():
        if code.count("-") == 3:
            kept = tuple(one for one in dict.fromkeys(names) if not leave_out(code, one))
            wordings = tuple(one for one in said.get(code, ()) if not leave_out(code, one))
            made.append(Trade(code, "" if leave_out(code, name) else name, kept, wordings, told.get(code, "")))
    return made


def _tasks() -> dict[str, str]:
    with (DATA / "occupations_2022.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: f"{row['definition']}\n{row['main_tasks']}" for row in csv.DictReader(file)}


def _wordings() -> dict[str, list[str]]:
    path = SHIPPED / "wordings.csv"
    said: dict[str, list[str]] = {}
    if path.exists():
        for row in read_file("wordings", path).rows:
            if len(row["occupations"]) == 1:
                said.setdefault(row["occupations"][0], []).append(row["word"])
    return said


def official_names() -> dict[str, tuple[str, ...]]:
    """Code -> the 工种 the official file lists. Its lists are partly shifted between neighbouring rows: one 工种 may stand under several."""
    return {row["code"]: tuple(row["synonyms"]) for row in read_file("occupations", DATA / "occupations_2022.csv").rows if row["synonyms"]}


def silver() -> list[Case]:
    with (DATA / "silver_title_to_occupation.csv").open(encoding="utf-8", newline="") as file:
        return [(row["title"], row["occupation_code"]) for row in csv.DictReader(file)]


def is_even(text: str) -> bool:
    return zlib.crc32(text.encode()) % 2 == 0


def is_right(case: Case) -> bool:
    return case[1] not in JUDGED_WRONG and not case[0].startswith(JUDGED_WRONG_TITLES)


def held_out(cases: Iterable[Case]) -> Callable[[str, str], bool]:
    """What to leave out so that no case finds its own name."""
    names = {(code, as_label(part)) for title, code in cases for part in (title, *title_parts(title))}
    return lambda code, name: (code, as_label(name)) in names


def family(code: str) -> str:
    return code[:7]


def measured(resolver: Resolver, cases: Iterable[Case]) -> tuple[dict[str, float], list[tuple[Guess | None, Case]]]:
    """Shares of right codes (at 1, at 5, of the same 小类 at 1), and the first guesses."""
    firsts: list[tuple[Guess | None, Case]] = []
    at_1 = at_5 = near = count = 0
    for title, code in cases:
        guesses = ranked_title(title, resolver)
        codes = [guess.code for guess in guesses]
        firsts.append((guesses[0] if guesses else None, (title, code)))
        count += 1
        at_1 += codes[:1] == [code]
        at_5 += code in codes
        near += bool(codes) and family(codes[0]) == family(code)
    return {"at_1": at_1 / count, "at_5": at_5 / count, "family_at_1": near / count}, firsts


def print_bands(firsts: list[tuple[Guess | None, Case]]) -> None:
    """How often a guess was right, by its confidence; and what a threshold would code."""
    print(f"{'confidence':14}{'n':>6}{'right':>8}{'family':>8}{'coded from here':>18}{'right':>8}")
    for low, high in pairwise(BANDS):
        band = [(guess, case) for guess, case in firsts if guess and low <= guess.confidence < high]
        above = [(guess, case) for guess, case in firsts if guess and guess.confidence >= low]
        right, near, share = _shares(band), _shares(band, family), _shares(above)
        print(f"{low:.2f}-{min(high, 1):.2f}{'':5}{len(band):>6}{right:>8.2f}{near:>8.2f}{len(above) / len(firsts):>18.2f}{share:>8.2f}")


def _shares(guesses: list[tuple[Guess, Case]], of: Callable[[str], str] = str) -> float:
    return sum(of(guess.code) == of(case[1]) for guess, case in guesses) / len(guesses) if guesses else float("nan")


def figures() -> dict[str, float]:
    """Every row of the table; prints as it goes."""
    cases = silver()
    right = [case for case in cases if is_right(case)]
    distinct = sorted(set(right))
    print(f"silver set: {len(cases)} titles, {len(cases) - len(right)} labels judged wrong, {len(distinct)} different right ones")
    found: dict[str, float] = {}
    print(f"{'lists':34}{'cases':>7}{'at 1':>8}{'at 5':>8}{'family':>8}")
    for name, made, asked in _rows(cases, right, distinct):
        began = time.perf_counter()
        resolver = Resolver(made, default_analysis())
        built = time.perf_counter() - began
        shares, firsts = measured(resolver, asked)
        took = (time.perf_counter() - began - built) / len(asked)
        told = "".join(f"{shares[key]:>8.3f}" for key in ("at_1", "at_5", "family_at_1"))
        print(f"{name:34}{len(asked):>7}{told}  built in {built:.1f} s, {took * 1000:.2f} ms a title")
        row = name.replace(" ", "_").replace(",", "")
        found |= {f"{row}_{key}": round(value, 3) for key, value in shares.items()}
        if "held out, different" in name or "-v" in sys.argv:
            print_bands(firsts)
        if "-v" in sys.argv and "held out, different" in name:
            for guess, (title, code) in firsts:
                print("  ok " if guess and guess.code == code else "  NO ", title, code, guess)
    return found


def _rows(cases: list[Case], right: list[Case], distinct: list[Case]) -> Iterable[tuple[str, list[Trade], list[Case]]]:
    yield "official, as is, all labels", trades(official=True), cases
    yield "official, as is, right labels", trades(official=True), right
    yield "shipped, as is, right labels", trades(official=False), right
    out = held_out(cases)
    yield "official, held out, right labels", trades(official=True, leave_out=out), right
    yield "official, held out, different", trades(official=True, leave_out=out), distinct
    yield "official, held out, no tasks", trades(official=True, tasks=False, leave_out=out), right
    yield "official, held out, different, odd", trades(official=True, leave_out=out), [case for case in distinct if not is_even(case[0])]


if __name__ == "__main__":
    print(json.dumps(figures(), ensure_ascii=False))
