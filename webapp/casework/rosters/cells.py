"""What is written in one cell: text, a day in any of the forms people use, an ID number, phones. Each refuses with its reason, none guesses."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from webapp.accounts.identity import BadIdentity, born_on, normalise_id_number, normalise_phone
from webapp.casework.rosters.values import BadRow, RowRefused

_EXCEL_BEGINS = date(1899, 12, 30)
_SERIALS = range(18_264, 73_051)
"""1950 to 2099, as Excel counts days."""
_EXACT_BELOW = 1e15
"""Excel keeps fifteen digits of a number."""
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_YEAR = re.compile(r"(\d{4})(?:年|届|级毕业|年度)?")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][^\W\d_·•.・\s']*(?:[·•.・\s'][^\W\d_]+)*")
_NAME_LENGTH = 30
_LANDLINE = re.compile(r"0\d{2,3}-?[2-9]\d{6,7}(?:-\d{1,5})?")
_BETWEEN_PHONES = re.compile(r"[/、,，;；|\s]+")


def text_of(cell: object) -> str:
    """As a person reads it: a whole number without `.0`, a day without midnight, one space where several stood."""
    if isinstance(cell, str):
        if cell.isascii() and cell.isalnum():
            return cell
        return " ".join(unicodedata.normalize("NFKC", cell).replace("\x00", "").split()) if cell else ""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT_BELOW:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell)


def day_of(cell: object) -> date | None:
    """2026-07-01, 2026/7/1, 20260701, 2026年7月1日, an Excel day or its number; a month alone is its first day. Raises RowRefused.

    2026.1 as a number may have been 2026.10: it is refused.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = text_of(cell)
    if not text:
        return None
    if isinstance(cell, float) and not cell.is_integer() and len(text.partition(".")[2]) != 2 and int(cell) not in _SERIALS:
        raise RowRefused(BadRow.BAD_DATE)
    whole = text.partition(".")[0] if isinstance(cell, float) and int(cell) in _SERIALS else text
    if whole.isascii() and whole.isdigit() and int(whole) in _SERIALS:
        return _EXCEL_BEGINS + timedelta(days=int(whole))
    parts = _DAY.fullmatch(text) or _EIGHT.fullmatch(text)
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3] or 1)) if parts else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise RowRefused(BadRow.BAD_DATE)


def year_of(cell: object, on: date) -> int | None:
    """2026, 2026届, or the year of a day. Raises RowRefused for what is none, and for one that no graduate has."""
    text = text_of(cell)
    if not text:
        return None
    plain = _YEAR.fullmatch(text)
    try:
        year = int(plain[1]) if plain else (day_of(cell) or on).year
    except RowRefused as reason:
        raise RowRefused(BadRow.BAD_YEAR) from reason
    return checked_year(year, on)


def checked_year(year: int, on: date) -> int:
    if not on.year - 60 <= year <= on.year + 1:
        raise RowRefused(BadRow.BAD_YEAR)
    return year


def name_of(cell: object) -> str:
    text = text_of(cell)
    if not text:
        raise RowRefused(BadRow.NO_NAME)
    bare = "".join(text.split()) if not text.isascii() else text  # 张　三 is 张三
    if len(bare) < 2 or len(bare) > _NAME_LENGTH or not _NAME.fullmatch(bare):
        raise RowRefused(BadRow.BAD_NAME)
    return bare


def id_number_of(cell: object) -> str:
    """Normalised. A number that Excel rounded is told from one that was mistyped: it has to be read from the document again."""
    if isinstance(cell, float) and cell >= _EXACT_BELOW:
        raise RowRefused(BadRow.LOST_DIGITS)
    text = text_of(cell).lstrip("'’‘`").replace(" ", "").upper()
    if not text:
        raise RowRefused(BadRow.NO_ID)
    if _SCIENTIFIC.fullmatch(text):
        raise RowRefused(BadRow.LOST_DIGITS)
    if re.fullmatch(r"[0-9]{15}", text):
        raise RowRefused(BadRow.OLD_ID)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        raise RowRefused(BadRow.SHORT_ID)
    try:
        return normalise_id_number(text)
    except BadIdentity as reason:
        raise RowRefused(_wrong_number(text)) from reason


def _wrong_number(text: str) -> BadRow:
    try:
        born_on(text)
    except BadIdentity:
        return BadRow.BAD_BIRTH
    return BadRow.LOST_DIGITS if text.endswith("000") else BadRow.BAD_ID


def phones_of(cell: object, other: object) -> tuple[str, str]:
    """The own mobile number, and a second number: of the family, or one that no message reaches. Raises RowRefused."""
    mobile, second = "", ""
    for text in (*_BETWEEN_PHONES.split(text_of(cell)), *_BETWEEN_PHONES.split(text_of(other))[:1]):
        number = _phone(text) if text else ""
        if not number:
            continue
        if not mobile and not number.startswith("0") and text_of(cell):
            mobile = number
        elif not second and number != mobile:
            second = number
    return mobile, second


def _phone(text: str) -> str:
    if _LANDLINE.fullmatch(text):
        return text
    try:
        return normalise_phone(text)
    except BadIdentity as reason:
        raise RowRefused(BadRow.BAD_PHONE) from reason
