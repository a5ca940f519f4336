"""Files as sources send them, and rows of such files."""

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from webapp.access import Actor
from webapp.db import today
from webapp.sources.operations import BatchReport, import_postings

COLUMNS = (
    "id", "source", "platform", "title", "company", "city", "district", "region_code", "area_text", "address", "lon", "lat",
    "salary_text", "salary_min", "salary_max", "salary_months", "education", "experience", "skills", "benefits", "category", "posted",
    "description",
)  # fmt: skip


def row(number: int = 1, **changes: str) -> dict[str, str]:
    """A complete row; `number` makes it another one."""
    values = dict.fromkeys(COLUMNS, "") | {
        "id": f"r{number}",
        "source": "齐鲁人才网",
        "platform": "齐鲁",
        "title": "仓库管理员",
        "company": f"济南第{number}物流有限公司",
        "city": "济南市",
        "district": "历下区",
        "region_code": "370102",
        "salary_text": "5000-6000元/月",
        "education": "高中",
        "experience": "1-3年",
        "posted": "2026-03-01",
        "description": "负责入库、出库和盘点。",
    }
    return values | changes


def csv_text(rows: Iterable[dict[str, str]], columns: Sequence[str] = COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_rows(path: Path, rows: Iterable[dict[str, str]], *, encoding: str = "utf-8", columns: Sequence[str] = COLUMNS) -> Path:
    """Packed where the name ends in .gz."""
    data = csv_text(rows, columns).encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def import_rows(path: Path, **options: Any) -> BatchReport:
    """Imports a file as the command does, with `var` beside it."""
    asked: dict[str, Any] = {"as_of": today(), "rejects": None, "var": path.parent, "by": Actor.command()}
    return import_postings(path, **asked | options)
