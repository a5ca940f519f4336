"""What of a typed text may be counted: words for work and places, never what could point at a person.

The text alone decides, because nothing else is known of who typed it. Names are not judged (王力 is a person and half of a firm): against
those stands the number of searches below which a text is shown to nobody.
"""

import re
import unicodedata

from search.text import normalise, pieces
from webapp.postings.models import SEARCH_TEXT_AT_MOST

_DIGITS_OF_A_PERSON = 6
"""A telephone, a card, a date of birth has as many, however they are parted; a trade or a wage has fewer."""
_SHORT_FIGURE = 2
"""c1, 4s店, 3d: longer figures say nothing about work and are masked."""
_SPOKEN_DIGITS = re.compile(r"[零〇○幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖](?:[\s\-]*[零〇○幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖]){5}")
_ADDRESS_ON_THE_NET = re.compile(r"@|://|www\.|\.(?:com|cn|net|org)\b")
_DOOR = re.compile(r"\d\s*(?:号楼|号院|单元|幢|栋|楼|室|户)")
_SELF = re.compile(r"我叫|名叫|我是|姓名|身份证|手机号|电话号|联系方式|(?:微信|qq|wx|vx)(?:号|[:\s]*[a-z\d])")
_LATIN = re.compile(r"[a-z\d_][a-z\d_.\-]*")
_PROGRAM = re.compile(r"[a-z]+\d?")
"""python3, html5: a word with one figure behind it; zhang_san88 and 鲁a12b45 are names of somebody or something."""
_LONG_SIGN = 6


def storable(text: str) -> str | None:
    """The text as it is counted (NFKC, lower case, single spaces, nothing unseen, long figures masked); None where nothing of it may be kept."""
    seen = (sign if unicodedata.category(sign)[0] != "C" else " " for sign in normalise(text))
    plain = " ".join("".join(seen).split())
    if not pieces(plain) or len(plain) > SEARCH_TEXT_AT_MOST or _points_at_somebody(plain):
        return None
    return re.sub(rf"\d{{{_SHORT_FIGURE + 1},}}", lambda found: "*" * len(found[0]), plain)


def _points_at_somebody(plain: str) -> bool:
    if sum(sign.isdigit() for sign in plain) >= _DIGITS_OF_A_PERSON:
        return True
    if any(pattern.search(plain) for pattern in (_SPOKEN_DIGITS, _ADDRESS_ON_THE_NET, _DOOR, _SELF)):
        return True
    return any(_is_a_sign(found[0].strip("._-")) for found in _LATIN.finditer(plain))


def _is_a_sign(word: str) -> bool:
    """A name on the net, a number plate, a serial number: letters mixed with figures or strokes, and long."""
    is_mixed = any(sign.isdigit() for sign in word) or "_" in word
    return len(word) >= _LONG_SIGN and is_mixed and not _PROGRAM.fullmatch(word)
