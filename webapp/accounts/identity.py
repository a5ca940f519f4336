"""What a person is known by, in one written form each: phone, e-mail, resident ID number.

Blind indexes compare bytes, so everything is normalised here before it is stored or looked up.
"""

import re
import unicodedata
from datetime import date

from email_validator import EmailNotValidError, validate_email

_MOBILE = re.compile(r"1[3-9]\d{9}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
EMAIL_MAX = 120


class BadIdentity(ValueError):
    """What was typed is not such a number or address; the text says what is wrong, in Chinese, and never repeats it."""


def normalise_phone(typed: str) -> str:
    """A mobile number of the mainland, 11 digits. Full width, spaces, hyphens and +86 are taken as people write them."""
    digits = re.sub(r"[\s\-‐–—()]", "", unicodedata.normalize("NFKC", typed))
    digits = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", digits)
    if not digits:
        raise BadIdentity("请填写手机号。")
    if not re.fullmatch(r"[0-9]+", digits):
        raise BadIdentity("手机号只能是数字，请检查有没有填错。")
    if len(digits) != 11:
        raise BadIdentity(f"手机号应是 11 位数字，您填了 {len(digits)} 位。")
    if not _MOBILE.fullmatch(digits):
        raise BadIdentity("手机号应以 13 到 19 开头，请检查有没有填错。")
    return digits


def normalise_email(typed: str) -> str:
    """The address in lower case as a whole: two people at one domain told apart by capitals do not occur, mistyped capitals do."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if len(text) > EMAIL_MAX:
        raise BadIdentity(f"邮箱太长，最多 {EMAIL_MAX} 个字符。")
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError as reason:
        raise BadIdentity("邮箱格式不对，应像 name@example.com 这样。") from reason


def normalise_id_number(typed: str) -> str:
    """18 characters with the check character of GB 11643 (MOD 11-2) and a real date of birth; x is X.

    Residence permits of people from 港澳台 (81, 82, 83) and of foreigners (first character 9) follow the same scheme.
    """
    text = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", typed)).upper()
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        raise BadIdentity("身份证号应是 18 位：前 17 位是数字，最后一位是数字或 X。")
    if _CHECKS[sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False)) % 11] != text[17]:
        raise BadIdentity("身份证号有误：最后一位与前面的数字对不上，请对照证件再填一次。")
    born_on(text)
    return text


def born_on(id_number: str) -> date:
    try:
        return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError as reason:
        raise BadIdentity("身份证号里的出生日期不存在，请对照证件再填一次。") from reason


def age_on(born: date, on: date) -> int:
    """Completed years; who is born on 29 February completes a year on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
