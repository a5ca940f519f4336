"""How much of the real wage texts is read, and how much of it rightly: `python -m tests.bench.wages [FILE]`.

parsed_share counts postings, not distinct texts; right_share is over the 200 texts labelled by hand in tests/webapp/reference/wage_cases.py.
The last line is one JSON object.
"""

import csv
import json
import sys
import time
from collections import Counter
from pathlib import Path

from tests.webapp.reference.wage_cases import cases
from webapp.reference.wages import parse

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "wage_texts.csv"


def measure(path: Path) -> tuple[dict[str, tuple[int, int]], list[tuple[int, str]], float]:
    """Per kind (read, all) by count; what was not read, most frequent first; microseconds per text."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["kind"], int(row["count"])) for row in csv.DictReader(file)]
    read, everything, unread = Counter(), Counter(), []
    started = time.perf_counter()
    wages = [parse(text) for text, _, _ in rows]
    spent = (time.perf_counter() - started) / len(rows) * 1e6
    for (text, kind, count), wage in zip(rows, wages, strict=True):
        everything[kind] += count
        if wage.is_stated or wage.negotiable:
            read[kind] += count
        else:
            unread.append((count, " ".join(text.split())))
    return {kind: (read[kind], total) for kind, total in everything.most_common()}, sorted(unread, reverse=True), spent


def main(arguments: list[str]) -> int:
    path = Path(arguments[0]) if arguments else SHARED
    if not path.exists():
        print(f"no wage texts at {path}", file=sys.stderr)
        return 1
    kinds, unread, spent = measure(path)
    for kind, (read, total) in kinds.items():
        print(f"{kind:22} {read:7} of {total:7}  {read / total:7.2%}")
    print("not read:", "  ".join(f"{text} ×{count}" for count, text in unread[:12]))
    judged = [(text, parse(text), right) for text, right in cases()]
    for text, found, right in judged:
        if found != right:
            print(f"wrong: {text!r}\n   read {found}\n  right {right}")
    parsed = sum(read for read, _ in kinds.values()) / sum(total for _, total in kinds.values())
    share = sum(found == right for _, found, right in judged) / len(judged)
    print(f"{spent:.0f} µs a text")
    print(json.dumps({"parsed_share": round(parsed, 5), "checked": len(judged), "right_share": round(share, 4)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
