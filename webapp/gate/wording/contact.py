"""Ways around the platform in the text (CONTACT): telephone, e-mail, an account to be added; masked ones too, they show what was meant.

A company's web site, WeChat as a tool of the work and the fields of the form itself are none.
"""

import re
from collections.abc import Iterator

from webapp.gate.wording.family import Family, Hit, after, any_of, any_word, apart, before

_ACCOUNT = r"(?:微信|v信?|vx|wx|薇信?|威信|卫星|q|qq|扣扣|微)"
_REACHED = any_of(
    r"(?<!\d)1[3-9]\d[\- ]?\d{4}[\- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[\-) ]\d{7,8}(?!\d)|(?<!\d)400[\- ]?\d{3}[\- ]?\d{4}(?!\d)",
    r"\*{8,11}|\[(?:电话|号码|微信号?|邮箱|qq)\]|[一二三四五六七八九零〇幺]{11}",
    r"[a-z0-9._\-]{2,40}@[a-z0-9\-]{2,30}\.(?:com|cn|net|org)(?:\.cn)?",
    r"(?:联系电话|电话|手机号?|咨询热线|招聘热线|hr电话|联系方式):?(?=\d{3})\d[\d\- ]{6,14}",
    rf"(?<!不)(?:加|添加|联系)(?:我|hr|人事|本人|店长|经理|招聘)?的?{_ACCOUNT}号?:?(?:[a-z][a-z0-9_\-]{{4,}}|同号|号码|咨询|报名|面试|详聊|沟通|约|[,。;)\n]|同电话)",
    r"(?:微信|vx|wx|qq|薇信|威信)(?:号|群)?:?[a-z0-9_\-]{6,}|(?:微信|电话|vx|wx)号?同(?:步|号|电话|手机)|加好友",
    r"(?:扫码|扫描(?:下方)?二维码)(?:进群|加|报名|入群|联系)|(?:qq|扣扣)群:?\d{5,}",
)
_TOOL = re.compile(
    r"(?:客户|用户|粉丝|顾客|会员|引导|添加|维护|通过|使用|运营|管理|负责|学员|家长|主动|引流|意向|老客|批量|自动|开发)[^\n。;,]{0,8}$"
)
_MASK = re.compile(r"\*{8,11}|\[号码\]|\[微信号?\]")
_CALLS = re.compile(r"电话|手机|联系|咨询|微信(?!支付|公众)|致电|热线|vx(?!\[)|tel|号码|拨打|qq|邮箱|加我|报名|请打|人事|先生|女士|经理|店长|老板")
_CODE = re.compile(r"职位编号|编号|型号|版本|标准|iso|gb")


def _contacts(plain: str) -> Iterator[Hit]:
    for found in _REACHED.finditer(plain):
        ahead = before(plain, found.start(), 16)
        is_of_the_work = found[0][0] in "加添微v扫w" and _TOOL.search(ahead)
        is_nothing = _MASK.fullmatch(found[0]) and not _CALLS.search(ahead + after(plain, found.end(), 8))
        if not (is_of_the_work or is_nothing or _CODE.search(ahead[-6:])):
            yield Hit("CONTACT", *found.span())


_HINTS = any_word("1 0 * [ @ 微信 vx wx qq 扣扣 扫码 二维码 好友 电话 威信 薇 加v 加微 联系")
CONTACT = Family(("CONTACT",), _HINTS, lambda plain: apart(_contacts(plain)))
