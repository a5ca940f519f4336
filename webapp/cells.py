"""Cells of a table that goes out as CSV: a spreadsheet carries out what begins like a formula, so an apostrophe stands before it.

What comes back from a spreadsheet or an editor brings that apostrophe along; `unguarded` takes off exactly what `guarded` put there.
"""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guarded(text: str) -> str:
    """NUL is left out: no spreadsheet shows it, and behind it a formula would stand first."""
    plain = text.replace("\x00", "")
    return f"'{plain}" if plain.startswith(_BEGINS_A_FORMULA) else plain


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_BEGINS_A_FORMULA) else text
