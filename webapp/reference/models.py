import unicodedata
from datetime import date, datetime
from enum import IntEnum
from typing import Self
from uuid import UUID

from sqlalchemy import JSON, Boolean, Date, Float, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled


class RegionLevel(Labelled):
    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县（市、区）"


class EmploymentType(Labelled):
    """用工类型 (山东省人力资源市场条例 §32). 非全日制 is the law's own term (劳动合同法 §68), not “less than a day”."""

    FULL_TIME = "full_time", "全职"
    PART_TIME = "part_time", "非全日制"
    TEMPORARY = "temporary", "临时用工"
    DISPATCH = "dispatch", "劳务派遣"
    INTERNSHIP = "internship", "实习"
    TRAINEESHIP = "traineeship", "就业见习"


class Shift(Labelled):
    DAY = "day", "长白班"
    NIGHT = "night", "夜班"
    ROTATING = "rotating", "倒班"
    FLEXIBLE = "flexible", "时间灵活"


class WageUnit(Labelled):
    HOUR = "hour", "小时"
    DAY = "day", "天"
    WEEK = "week", "周"
    MONTH = "month", "月"
    YEAR = "year", "年"
    PIECE = "piece", "件"
    TASK = "task", "次"


class Education(IntEnum):
    """Lowest education asked for, in rising order; the rank is what is stored and compared (levels of GB/T 4658-2006)."""

    label: str

    def __new__(cls, rank: int, label: str) -> Self:
        member = int.__new__(cls, rank)
        member._value_ = rank
        member.label = label
        return member

    @classmethod
    def of(cls, rank: int) -> "Education":
        """The level stored as `rank`; an unknown rank is a defect of the data and raises KeyError."""
        return {member.value: member for member in cls}[rank]

    ANY = 0, "不限"
    PRIMARY = 10, "小学"
    JUNIOR_MIDDLE = 20, "初中"
    SENIOR_MIDDLE = 30, "高中"
    VOCATIONAL = 35, "中专/技校"
    JUNIOR_COLLEGE = 40, "大专"
    BACHELOR = 50, "本科"
    MASTER = 60, "硕士"
    DOCTOR = 70, "博士"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(str(member.value), member.label) for member in cls]


class WordKind(Labelled):
    """What a word of the vocabulary names: it decides nothing but how the page speaks of it."""

    TRADE = "trade", "工种叫法"
    TASK = "task", "干的活"
    TOOL = "tool", "设备、工艺"
    CERTIFICATE = "certificate", "证照"


class WordOrigin(Labelled):
    SHIPPED = "shipped", "随系统发布"
    STAFF = "staff", "工作人员添加"


class PlaceKind(Labelled):
    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县（市、区）"
    STREET = "street", "街道、乡镇"
    ZONE = "zone", "功能区"
    FORMER = "former", "曾用名"
    POPULAR = "popular", "通称"


def as_word(text: str) -> str:
    """How a word is stored and asked for: NFKC, lower case, no space. `Ｃ 1` and `c1` are one word."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


class PhonePurpose(Labelled):
    RIGHTS = "rights", "招聘维权、举报投诉"
    INSPECTION = "inspection", "劳动保障监察"
    ARBITRATION = "arbitration", "劳动人事争议仲裁"
    SERVICE = "service", "公共就业服务"


class Region(Base):
    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    short_name: Mapped[str] = mapped_column(String(40))
    level: Mapped[RegionLevel]
    parent: Mapped[str | None] = mapped_column(String(6), index=True)
    pinyin: Mapped[str] = mapped_column(String(80), default="")
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    source: Mapped[str] = mapped_column(String(120))


class Occupation(Base):
    __tablename__ = "occupation"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    """`6-18-02-04`; a shorter code is a class (`6`, `6-18`, `6-18-02`)."""
    name: Mapped[str] = mapped_column(String(80))
    parent: Mapped[str | None] = mapped_column(String(12), index=True)
    synonyms: Mapped[list[str]] = mapped_column(JSON, default=list)
    common: Mapped[bool] = mapped_column(Boolean, default=False)
    source: Mapped[str] = mapped_column(String(120))
    checked: Mapped[bool] = mapped_column(Boolean, default=False)


class Industry(Base):
    __tablename__ = "industry"

    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    """A letter for a 门类, two digits for a 大类 (GB/T 4754-2017); an imported table adds three and four digits."""
    name: Mapped[str] = mapped_column(String(80))
    parent: Mapped[str | None] = mapped_column(String(5), index=True)
    source: Mapped[str] = mapped_column(String(120))


class Severity(Labelled):
    """What a finding of the publication gate does. None of them refuses a posting: that is a person's decision."""

    BLOCK = "block", "须改正"
    FLAG = "flag", "须人工核对"
    ADVISE = "advise", "建议补充"
    OFF = "off", "不适用"
    """A place says that the country's rule does not hold there."""


class GateRule(Base):
    """One rule of the publication gate, for one region and one span of days: what it does, which article it rests on, what it says."""

    __tablename__ = "gate_rule"
    __table_args__ = (Index("ix_gate_rule_lookup", "code", "region", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    code: Mapped[str] = mapped_column(String(40))
    """`AGE`, or `HEALTH.carrier` for a case of a rule that is judged apart; what is recognised for a code stands in `webapp.gate`."""
    profile: Mapped[str] = mapped_column(String(20), default="")
    """Direct, forwarded, gig: the kind of publication it holds for; empty: every kind that has no row of its own."""
    label: Mapped[str] = mapped_column(String(40))
    severity: Mapped[Severity]
    holds: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Of a flag: a forwarded row that meets it is seen by a person before it opens, as one that meets what blocks."""
    necessity: Mapped[bool] = mapped_column(Boolean, default=False)
    """The employer may state why the post needs it; then it no longer blocks, and a person decides."""
    fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Of a required element the columns that may state it, the first is the form's; of a wording the fields that are read, none: all."""
    region: Mapped[str] = mapped_column(String(6))
    """A region code; `CN` is the whole country."""
    valid_from: Mapped[date | None] = mapped_column(Date)
    """None: the start was not seen, or it is our own rule. Such a row is used only when no dated row fits."""
    valid_to: Mapped[date | None] = mapped_column(Date)
    """The last day on which it holds; None: until further notice."""
    article: Mapped[str] = mapped_column(Text)
    """The law and article it rests on; 本平台规定 where it is our own policy."""
    message: Mapped[str] = mapped_column(Text)
    """What the person reads; `{}` is where the checker puts what it found (a figure)."""
    mending: Mapped[str] = mapped_column(Text, default="")
    """How it can be written instead."""
    instead: Mapped[str] = mapped_column(String(60), default="")
    """What may stand in the place of the words: a text, `（删去）` for nothing, empty where no words can be proposed."""
    source: Mapped[str] = mapped_column(Text, default="")
    """Where the text was read; empty: the article itself."""
    checked: Mapped[bool] = mapped_column(Boolean, default=False)
    """已核实: an office confirmed it."""


class Parameter(Base):
    """One value of one rule, for one region and one span of days, with where it was read."""

    __tablename__ = "parameter"
    __table_args__ = (Index("ix_parameter_lookup", "key", "region", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(80))
    region: Mapped[str] = mapped_column(String(6))
    """A region code; `CN` is the whole country."""
    valid_from: Mapped[date | None] = mapped_column(Date)
    """None: the start was not seen. Such a row is used only when no dated row fits."""
    valid_to: Mapped[date | None] = mapped_column(Date)
    """The last day on which it holds; None: until further notice."""
    value: Mapped[str | None] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(40), default="")
    basis: Mapped[str] = mapped_column(Text, default="")
    """The law or document that sets it; 本平台规定 where it is our own policy."""
    source: Mapped[str] = mapped_column(Text, default="")
    """Where the text was read; empty: the basis itself."""
    checked: Mapped[bool] = mapped_column(Boolean, default=False)
    """已核实: an office confirmed it."""


class CompanyEnd(Base):
    """An organisation that the register of companies names as ended: it cannot offer work. Ships empty; an office imports its list."""

    __tablename__ = "company_end"

    uscc: Mapped[str] = mapped_column(String(18), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(20))
    """注销, 吊销, 撤销, as the register says it."""
    ended_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(120))


class PlaceName(Base):
    """A name that no region row carries: a street or town, a functional zone, a former or a popular name."""

    __tablename__ = "place_name"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    """The region meant: a county; a city for a zone that spans counties; what a former place belongs to today."""
    street: Mapped[str] = mapped_column(String(9), primary_key=True, default="")
    """Nine digits of a street or town; empty: none."""
    kind: Mapped[PlaceKind]
    source: Mapped[str] = mapped_column(String(120))


class Neighbourhood(Base):
    """The regions of the same level that share a border with this one: counties for a county, cities for a city."""

    __tablename__ = "neighbourhood"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    neighbours: Mapped[list[str]] = mapped_column(JSON)
    """The longest common border first."""
    source: Mapped[str] = mapped_column(String(120))


class Wording(Base):
    """A word people use for work, and what it means: words that stand in posting titles, codes of the 大典."""

    __tablename__ = "wording"

    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    """As `as_word` writes it."""
    origin: Mapped[WordOrigin] = mapped_column(primary_key=True)
    """A word may be here twice: what staff say of it stands before what ships."""
    kind: Mapped[WordKind]
    words: Mapped[list[str]] = mapped_column(JSON)
    """Other words for the same work, as employers write them; the word itself is not repeated."""
    occupations: Mapped[list[str]] = mapped_column(JSON)
    """May be empty: 暑假工 names no occupation."""
    by_id: Mapped[UUID | None]
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Who added it and when; None for a shipped row."""


class PhoneEntry(Base):
    """A line of the phone book of an area. Ships empty: a number that nobody checked lately sends people to a stranger."""

    __tablename__ = "phone_entry"
    __table_args__ = (UniqueConstraint("region", "purpose", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    region: Mapped[str] = mapped_column(String(6))
    purpose: Mapped[PhonePurpose]
    number: Mapped[str] = mapped_column(String(40))
    office: Mapped[str] = mapped_column(String(80), default="")
    hours: Mapped[str] = mapped_column(String(80), default="")
    source: Mapped[str] = mapped_column(String(200), default="")
    """Where the number was read."""
    checked_on: Mapped[date | None] = mapped_column(Date)
    """When somebody called it and it was right; None: 未核实."""
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ShippedTable(Base):
    """Which state of a table is loaded, so that a start loads only what changed and every process sees that its copy is old."""

    __tablename__ = "shipped_table"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    """Hash of the shipped file that was applied last."""
    version: Mapped[str] = mapped_column(String(36))
    """New with every change of the table; never used twice, so a rolled-back one cannot be mistaken for a later one."""
    origin: Mapped[str] = mapped_column(String(120))
    """`shipped`, or the name of the official file that replaced it; a later start leaves the latter alone."""
