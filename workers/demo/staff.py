"""The people of the offices: reviewers who decide what the demo's employers sent, and one sign-in for every role to try."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.access import Actor, Level, Role
from webapp.accounts.models import Person
from webapp.db import Base
from webapp.events import PersonRegistered, StaffInvited
from workers.demo import content
from workers.demo.calendar import DAY, Calendar
from workers.demo.people import granted, make_person

PASSWORD = "Taishan-Richu-2026"  # noqa: S105 - printed at every start of a demo; production loads no demo
HOME = "370000"
SHOWN_CITY = "371300"
_JOINED = -200 * DAY


@dataclass(frozen=True, slots=True)
class Post:
    """A place in an office, and who holds it. `sign_in`: the part of the address before example.com."""

    role: Role
    sign_in: str
    region: str
    level: Level
    tries: str = ""
    """What a visitor of the demo may try with it; empty: it is not printed."""

    @property
    def email(self) -> str:
        return f"{self.sign_in}@example.com"


_P, _C, _X = Level.PROVINCE, Level.CITY, Level.COUNTY
SHOWN: tuple[Post, ...] = (
    Post(Role.REVIEWER, "reviewer", HOME, _P, "全省的待审岗位和待核验单位：通过、退回、不通过；举报办理"),
    Post(Role.REVIEWER, "reviewer.linyi", SHOWN_CITY, _C, "只看得到临沂市的待审岗位；岗位抽查、举报办理"),
    Post(Role.INSPECTOR, "inspector", SHOWN_CITY, _C, "抽查任务从抽取到公布、打电话核实、举报办理、维权电话"),
    Post(Role.OFFICER, "officer", "371312", _X, "联系单位、记走访和用工需求、生成岗位草稿、指定专员和移交"),
    Post(Role.CASEWORKER, "caseworker", "371302", Level.STREET, "按人登记联系、服务和去向，推荐岗位、帮扶计划、见习；服务标准和帮扶项目"),
    Post(Role.CASEWORKER, "caseworker.linyi", SHOWN_CITY, _C, "全市的服务对象：导入名册、分派；修改服务标准；确认困难人员的纳入和退出"),
    Post(Role.CASEWORKER, "caseworker.lead", "371302", _X, "兰山区的去向和落实率、去向核查、部门比对"),
    Post(Role.MARKET_STAFF, "market", "371302", _X, "本区岗位统计"),
    Post(Role.SCHOOL_STAFF, "school", SHOWN_CITY, _C, "自己的账号和登录设备"),
    Post(Role.LEADER, "leader", HOME, _P, "全省岗位统计和发布渠道，每个数字都能点开；计算和发布急需紧缺目录"),
    Post(
        Role.SYSTEM_ADMIN, "sysadmin", HOME, _P, "开通和停用工作人员，查看任务和消息投递；来源节点；发布渠道：发到哪里、对方拒收了什么、定时发布计划"
    ),
    Post(Role.SECURITY_ADMIN, "security", HOME, _P, "三员分立中的安全管理员"),
    Post(Role.AUDIT_ADMIN, "audit", HOME, _P, "操作记录：谁在何时做了什么"),
)


def posts() -> list[Post]:
    """The shown ones first; then a reviewer, an officer, a caseworker and an inspector for the cities, at different levels."""
    cities = sorted({f"{code[:4]}00" for code in content.counties()})
    seats = {city: next(code for code in content.counties() if code.startswith(city[:4])) for city in cities}
    others = [Post(Role.REVIEWER, f"reviewer.{city}", city, _C) for city in cities if city != SHOWN_CITY]
    others += [Post(Role.OFFICER, f"officer.{city}", city, _C) for city in cities]
    others += [Post(Role.CASEWORKER, f"caseworker.{seat}", seat, Level.COMMUNITY) for seat in seats.values()]
    others += [Post(Role.INSPECTOR, f"inspector.{seat}", seat, _X) for seat in list(seats.values())[::3]]
    others += [Post(Role.MARKET_STAFF, f"market.{seat}", seat, Level.STREET) for seat in list(seats.values())[::4]]
    others.append(Post(Role.OFFICER, "officer.371312", "371312", Level.STREET))
    return [*SHOWN, *others]


class Offices:
    """Everybody of the offices as rows, and who reviews what."""

    def __init__(self, calendar: Calendar, hashes: Sequence[str]) -> None:
        """`hashes`: of the one password, a salt each, for the shown posts in their order; the others have none and would use a code."""
        self.bundles: list[list[Base]] = []
        self._reviewers: dict[str, Person] = {}
        for place, post in enumerate(posts()):
            person = make_person(
                calendar, 1 + place, minute=_JOINED + place, email=post.email, password_hash=hashes[place] if place < len(hashes) else None
            )
            self.bundles.append(_joined(calendar, person, post, _JOINED + place))
            if post.role is Role.REVIEWER:
                self._reviewers[post.region] = person

    def reviewer(self, region: str) -> Actor:
        """The reviewer of the region's city."""
        return Actor(self._reviewers[f"{region[:4]}00"].id, Role.REVIEWER.value, "web")


def _joined(calendar: Calendar, person: Person, post: Post, minute: int) -> list[Base]:
    by = Actor.command()
    return [
        person,
        calendar.entry(PersonRegistered(str(person.id), post.role.value), by=by, minute=minute),
        *granted(calendar, person, post.role, minute=minute, by=by, region=post.region, level=post.level),
        calendar.entry(StaffInvited(str(person.id), post.role.value, post.region), by=by, minute=minute),
    ]
