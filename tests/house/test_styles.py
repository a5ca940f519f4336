"""The one style sheet: what is meant for phones or paper ends where it should, or the pages of every desk would be without theirs."""

import re

from tests.conftest import ROOT


def test_every_block_is_closed_and_no_medium_stands_inside_another() -> None:
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "static/css/zhilu.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    depth = 0
    for found in re.finditer(r"@media[^{]*\{|\{|\}", text):
        assert not (found[0].startswith("@media") and depth), f"{found[0]} stands inside another block"
        depth += -1 if found[0] == "}" else 1
        assert depth >= 0, f"closed once too often: {text[max(0, found.start() - 60) : found.end()]}"
    assert depth == 0
