"""Every setting stands in the README, and nothing there is made up."""

import re
from pathlib import Path

from tests.conftest import ROOT

_NAME = r"(?:ZHILU_[A-Z_]+|DATABASE_URL|REDIS_URL|ELASTICSEARCH_[A-Z_]+|SMTP_URL)"


def read_in_code() -> set[str]:
    files: list[Path] = [path for room in ("webapp", "search", "workers", "tests") for path in (ROOT / room).rglob("*.py")]
    return {name for path in files if path != Path(__file__) for name in re.findall(rf'"({_NAME})"', path.read_text(encoding="utf-8"))}


def told_in_the_readme() -> set[str]:
    return set(re.findall(rf"^\| `({_NAME})` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))


def test_every_setting_is_explained() -> None:
    assert read_in_code() - told_in_the_readme() == set()


def test_no_setting_is_explained_that_nothing_reads() -> None:
    assert told_in_the_readme() - read_in_code() == set()
