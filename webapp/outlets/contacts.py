"""Whom to call or to add, cut from the words of a posting before they leave the house.

Sources write telephones, accounts and names of people into their descriptions. Our own page shows a source's words with its name beside
them; a feed carries them to whoever copies it, and says of itself that nothing of a person is in it. What a contact is the gate knows
(CONTACT); here the name and the label beside one go too.
"""

import re
from collections.abc import Iterator

from webapp.gate.wording.contact import CONTACT
from webapp.gate.wording.text import origins, plain

_TITLE = "(?:先生|女士|小姐|经理|主管|主任|老师|老板|店长|厂长|部长|总监|师傅|总)"
_NAME = rf"[\u4e00-\u9fff]{{1,3}}{_TITLE}"
_LABEL = "(?:联系电话|联系方式|联系人|电话|手机号?|微信号?|热线|邮箱|咨询|致电|qq|vx|tel)"
_AHEAD = re.compile(rf"(?:{_LABEL}[:是为]?)?(?:{_NAME}[:,]?)?(?:{_LABEL}[:是为]?)?[(]?$")
_BEHIND = re.compile(rf"[(,:]?{_NAME}[)]?|[)]")
_PERSON = re.compile(rf"(?:联系人|联络人|招聘负责人)(?:[:是为][^\s,.。;、:()/\n]{{1,8}}|{_NAME})|[(](?:请?联系|请?找){_NAME}[)]")


def without_contacts(text: str) -> str:
    """The rest of the words, in their order."""
    read = plain(text)
    spans = sorted({*_beside_contacts(read), *(found.span() for found in _PERSON.finditer(read))})
    if not spans:
        return text
    ways = origins(text)
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at : max(at, ways[start][0])])
        at = max(at, ways[end - 1][1])
    return "".join([*kept, text[at:]]).strip()


def _beside_contacts(read: str) -> Iterator[tuple[int, int]]:
    for hit in CONTACT.hits(read):
        ahead = _AHEAD.search(read[max(0, hit.start - 20) : hit.start])
        behind = _BEHIND.match(read, hit.end)
        start = hit.start - (len(ahead[0]) if ahead else 0)
        yield start, behind.end() if behind else hit.end
