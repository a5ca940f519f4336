"""Both engines side by side over real postings: the same sets, totals, facets and field orders, and how alike relevance is.

    .venv/bin/python -m tests.bench.equality [--questions N] [--postings N] [--seed N]

Prints what differed and a table; the last line is one JSON object.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

from tests.search.engines import ENGINES, swept
from tests.search.questions import question, real_documents
from tests.search.test_equal_engines import differences


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__)
    for name, default in (("questions", 1000), ("postings", 10_000), ("seed", 1)):
        reading.add_argument(f"--{name}", type=int, default=default)
    options = reading.parse_args()
    documents = real_documents(options.postings)
    with tempfile.TemporaryDirectory(prefix="zhilu-equality-") as folder, swept():
        engines = [make(Path(folder) / name) for name, make in ENGINES.items()]
        for engine in engines:
            engine.rebuild(documents)
        choose = random.Random(options.seed)
        wrong, shared, answered, began = 0, 0.0, 0, time.monotonic()
        for _ in range(options.questions):
            query = question(choose, documents)
            different, overlap = differences(engines, query)
            wrong += bool(different)
            shared += overlap
            answered += engines[0].find(query).total > 0
            if different:
                print(different, query)
    figures = {
        "questions": options.questions,
        "postings": len(documents),
        "answered": answered,
        "different": wrong,
        "overlap_at_20": round(shared / options.questions, 4),
        "seconds": round(time.monotonic() - began, 1),
    }
    for name, value in figures.items():
        print(f"{name:16}{value:>12}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
