"""Token parity of both jieba libraries over every real posting, and the speed of ours.

    .venv/bin/python -m tests.bench.analysis [every n-th posting, default 1]

Prints a table; the last line is one JSON object. Speeds are of one thread's CPU time, in MB of UTF-8 a second.
"""

import json
import sys
import time
from collections.abc import Callable

from search.analysis import Analysis, PythonCutter, RustCutter, trade_words
from tests.search.samples import real_rows


def _timed(work: Callable[[str], object], texts: list[str]) -> tuple[list[object], float]:
    before = time.thread_time()
    results = [work(text) for text in texts]
    return results, time.thread_time() - before


def main(step: int) -> None:
    texts = [f"{row['title']}\n{row['description']}" for n, row in enumerate(real_rows()) if n % step == 0]
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    ours, reference = Analysis(trade_words(), RustCutter), Analysis(trade_words(), PythonCutter)
    equal, seconds = 0, {"rjieba": 0.0, "jieba": 0.0}
    for start in range(0, len(texts), 1000):  # in slices: the tokens of all postings at once would take gigabytes
        slice_ = texts[start : start + 1000]
        fast, fast_seconds = _timed(ours.tokens, slice_)
        slow, slow_seconds = _timed(reference.tokens, slice_)
        equal += sum(one == other for one, other in zip(fast, slow, strict=True))
        seconds["rjieba"] += fast_seconds
        seconds["jieba"] += slow_seconds
    result: dict[str, float] = {
        "postings": len(texts),
        "megabytes": round(megabytes, 1),
        "equal": equal,
        "parity_percent": round(100 * equal / len(texts), 3),
        **{f"{library}_mb_per_s": round(megabytes / spent, 2) for library, spent in seconds.items()},
    }
    for name, value in result.items():
        print(f"{name:20} {value:>12}")
    print(json.dumps(result))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
