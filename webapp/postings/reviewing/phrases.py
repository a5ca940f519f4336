"""Sentences to return a posting with: those that ship, each with the rule it rests on, and those of an area's own reviewers."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from webapp.access import Grant
from webapp.db import session
from webapp.postings.reviewing.models import ReviewPhrase

_MARKET = "《人力资源市场暂行条例》第二十四条"
_SHANDONG = "《山东省人力资源市场条例》第三十二条"
_EQUAL = "《就业促进法》第三条、第二十六条"
_FEES = "《山东省人力资源市场条例》第三十四条"


@dataclass(frozen=True, slots=True)
class Phrase:
    """`field` is the form field it is about; empty: the posting as a whole. `key` names it while others are added and removed."""

    key: str
    field: str
    text: str
    basis: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.text}（{self.basis}）" if self.basis else self.text


SHIPPED = (
    Phrase("say-duties", "duties", "请写明具体做什么、上什么班、几点到几点。", _MARKET),
    Phrase("no-limits", "requirements", "招聘条件里有性别、年龄、户籍等限制，请删去；确因工作需要的请说明理由。", _EQUAL),
    Phrase("say-wage", "wage_unit", "请写明基本劳动报酬，金额和计算单位要与工作内容相符。", _MARKET),
    Phrase("say-address", "address", "请写明实际工作地点的详细地址。", _MARKET),
    Phrase("check-headcount", "headcount", "招聘人数与单位规模不相称，请核对。"),
    Phrase("plain-title", "title", "岗位名称与工作内容不一致，请用通用的岗位名称。", _SHANDONG),
    Phrase("say-insurance", "insurance", "请写明社会保险和福利。", _SHANDONG),
    Phrase("say-hazards", "hazards", "这类工作通常有职业危害，请如实写明和写清防护。", _SHANDONG),
    Phrase("no-contact", "", "内容里有电话、微信或网址，请删去；求职者应聘后您就能联系到本人。"),
    Phrase("no-fees", "", "不得收取报名费、押金、培训费等任何费用，请删去有关内容。", _FEES),
    Phrase("repeated", "", "与您已发布的岗位重复，请修改原岗位，不要重复发布。"),
)


def offered(grants: Iterable[Grant]) -> list[Phrase]:
    """The shipped ones, then those of the areas that hold the reviewer's own."""
    return [*SHIPPED, *(Phrase(str(row.id), row.field, row.text) for row in of_areas(grants))]


def of_areas(grants: Iterable[Grant]) -> list[ReviewPhrase]:
    """What the reviewers of these areas wrote down, and those of the areas above them."""
    regions = {code for grant in grants if grant.region for code in _upward(grant.region)}
    wanted = select(ReviewPhrase).where(ReviewPhrase.region.in_(regions)).order_by(ReviewPhrase.id)
    return list(session().scalars(wanted))


def own(key: UUID, grants: Iterable[Grant]) -> ReviewPhrase | None:
    """One that an area of these grants wrote down itself: it may be removed there and nowhere else."""
    regions = [grant.region for grant in grants if grant.region]
    return session().scalar(select(ReviewPhrase).where(ReviewPhrase.id == key, ReviewPhrase.region.in_(regions)))


def _upward(region: str) -> tuple[str, ...]:
    return region, f"{region[:4]}00", f"{region[:2]}0000"
