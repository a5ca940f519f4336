"""How many forwarded rows a person has to see before they open, over every real posting, and because of which rules.

    .venv/bin/python -m tests.bench.holding

Held by a block: something in it may not be said at all. Held by a flag alone: only rules that say so (`holds`) hold it; if all of these were
innocent, their share would be the rate of false holds. Prints a table; the last line is one JSON object.
"""

import json
from collections import Counter

from tests.factories.gate import ON, shipped_book
from tests.search.samples import real_rows
from webapp.gate.forwarding import Forwarding
from webapp.reference.models import Severity
from webapp.sources.cleaning import line, listed, plain


def main() -> None:
    book = shipped_book()
    gate = Forwarding.today(book, ON)
    blocking = {rule.code for rule in book.rules if rule.severity is Severity.BLOCK}
    rows, held, by_code = 0, Counter[str](), Counter[str]()
    for row in real_rows():
        rows += 1
        codes = gate.stops(
            {
                "title": line(row["title"], 120),
                "duties": plain(row["description"]),
                "skills": listed(row["skills"], entries=50, length=60),
                "benefits": listed(row["benefits"], entries=50, length=60),
                "address": line(row["address"], 200) or line(row["area_text"], 200),
                "region": row["region_code"] or None,
            }
        )
        by_code.update(codes)
        if codes:
            held["block" if blocking & set(codes) else "flag"] += 1
    for code, count in by_code.most_common():
        print(f"{code:20} {count:6}")
    percent = {f"{kind}_percent": round(100 * held[kind] / rows, 3) for kind in ("block", "flag")}
    print(json.dumps({"rows": rows, "held_by_block": held["block"], "held_by_flag": held["flag"], **percent}))


if __name__ == "__main__":
    main()
