"""The 18 characters of a 统一社会信用代码 (GB 32100-2015) and their check character."""

import re
import unicodedata

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""31 characters: the digits and capital letters without I, O, S, V, Z."""
_LOOKALIKES = {"I": "数字 1", "O": "数字 0", "S": "数字 5", "V": "字母 U 或 Y", "Z": "数字 2"}
LENGTH = 18
_AUTHORITIES = "123456789ANY"
"""First character, 登记管理部门."""


class IllegalCode(ValueError):
    """The text says in Chinese what is wrong with the code, for the person who typed it."""


def check_character(first: str) -> str:
    """Of the first 17 characters: weights are powers of 3 modulo 31."""
    total = sum(_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(first))
    return _ALPHABET[-total % 31]


def normalise(typed: str) -> str:
    """The code in capitals without spaces; raises IllegalCode. Full width and small letters are taken as people write them."""
    code = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", typed)).upper()
    if len(code) != LENGTH:
        raise IllegalCode(f"统一社会信用代码应是 18 位，您填了 {len(code)} 位。请照营业执照上的再填一次。")
    for character in code:
        if character in _LOOKALIKES:
            raise IllegalCode(f"代码里没有字母 {character}，可能是{_LOOKALIKES[character]}。请照营业执照再看一遍。")
        if character not in _ALPHABET:
            raise IllegalCode("代码里只有数字和大写字母，请去掉其他符号。")
    if not code[2:8].isdigit():
        raise IllegalCode("代码第 3 到第 8 位应是数字，请照营业执照再看一遍。")
    if not _can_be_given_out(code) or check_character(code[:17]) != code[17]:
        raise IllegalCode("代码有误：与编码规则对不上，可能有一位抄错了。请照营业执照再填一次。")
    return code


def _can_be_given_out(code: str) -> bool:
    """A filler like 000000000000000000 has a right check character. Liberal in the second character (机构类别), whose list has grown."""
    return code[0] in _AUTHORITIES and code[1] != "0" and code[2:8] != "000000" and code[8:17] != "000000000"
