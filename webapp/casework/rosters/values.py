"""What a row says, whoever wrote it, and why a row is sent back."""

from dataclasses import dataclass
from datetime import date

from webapp.casework.models import Sex, TagKind
from webapp.labels import Labelled


class BadRow(Labelled):
    """A closed list. Whoever is looked after elsewhere and whoever nobody knows get one answer: a list is no way to ask who is where."""

    BROKEN = "broken", "这一行读不出来：引号没有配对，或有不能识别的文字"
    NO_NAME = "no_name", "没有姓名"
    BAD_NAME = "bad_name", "姓名不像人名：请只写姓名，不写数字和说明"
    NO_ID = "no_id", "没有身份证号"
    LOST_DIGITS = "lost_digits", "身份证号在表格里被当成数字，后几位已经丢失。请把这一列设成“文本”，再从证件重新录入"
    OLD_ID = "old_id", "身份证号是 15 位的旧号码，请换成 18 位"
    SHORT_ID = "short_id", "身份证号不是 18 位（前 17 位是数字，最后一位是数字或 X）"
    BAD_ID = "bad_id", "身份证号有误：最后一位和前面的数字对不上，请对照证件"
    BAD_BIRTH = "bad_birth", "身份证号里的出生日期不存在，请对照证件"
    TOO_YOUNG = "too_young", "未满法定就业年龄，不能列入就业名册"
    BIRTH_DIFFERS = "birth_differs", "出生日期和身份证号里的不一致"
    SEX_DIFFERS = "sex_differs", "性别和身份证号里的不一致"
    BAD_PHONE = "bad_phone", "电话读不出来：应是 11 位手机号，固定电话要带区号"
    BAD_DATE = "bad_date", "日期读不出来：请写成 2026-07-01、2026/7/1、20260701、2026年7月1日 或 2026.07"
    NO_YEAR = "no_year", "没有毕业年度，也没有毕业日期"
    BAD_YEAR = "bad_year", "毕业年度读不出来，或不合情理"
    BAD_EDUCATION = "bad_education", "学历读不出来：请写博士、硕士、本科、大专、中专等"
    NO_PLACE = "no_place", "没有户籍地和常住地，不知道由哪个县（市、区）服务"
    BAD_PLACE = "bad_place", "户籍地和常住地都读不出是哪个县（市、区）：请写全省、市、县的名称，或六位区划代码"
    TWICE = "twice", "同一个人、同一毕业年度在这份文件里已经有一行"
    OUTSIDE = "outside", "户籍地和常住地都不在您的管辖区域，请交给当地导入"
    NAME_DIFFERS = "name_differs", "身份证号和姓名对不上，请对照证件核实"


class RowRefused(Exception):
    def __init__(self, reason: BadRow, detail: str = "") -> None:
        super().__init__(reason.label)
        self.reason = reason
        self.detail = detail
        """Beside the reason; nothing of a person."""

    @property
    def says(self) -> str:
        return f"{self.reason.label}（{self.detail}）" if self.detail else self.reason.label


class Field(Labelled):
    """What a column may hold; the label is the heading of our template."""

    NAME = "name", "姓名"
    ID_NUMBER = "id_number", "身份证号码"
    SEX = "sex", "性别"
    BORN_ON = "born_on", "出生日期"
    PHONE = "phone", "手机号码"
    OTHER_PHONE = "other_phone", "家庭电话"
    HOUSEHOLD = "household", "户籍所在地"
    LIVING = "living", "常住地"
    STREET = "street", "街道（乡镇）"
    ADDRESS = "address", "详细地址"
    SCHOOL = "school", "毕业院校"
    SCHOOL_CODE = "school_code", "院校代码"
    EDUCATION = "education", "学历"
    MAJOR = "major", "专业"
    MAJOR_CODE = "major_code", "专业代码"
    YEAR = "year", "毕业年度"
    GRADUATED_ON = "graduated_on", "毕业日期"
    HARDSHIP = "hardship", "困难类别"


class Unmatched(Labelled):
    """What stays as it was written because no table holds it."""

    SCHOOL = "school", "毕业院校"
    MAJOR = "major", "专业"
    STREET = "street", "街道"
    PLACE = "place", "户籍地或常住地"
    HARDSHIP = "hardship", "困难类别"


@dataclass(frozen=True, slots=True)
class Told:
    """One person of one graduation, as a list or a form says it; what is empty was not said."""

    id_number: str
    name: str
    year: int
    sex: Sex | None = None
    phone: str = ""
    other_phone: str = ""
    household: str = ""
    """A county."""
    living: str = ""
    street: str = ""
    """Nine digits, of the county that `serving` answers or of another one of the two."""
    address: str = ""
    school: str = ""
    school_code: str | None = None
    education: int = 0
    major: str = ""
    major_code: str | None = None
    graduated_on: date | None = None
    hardship: tuple[TagKind, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()

    @property
    def born_year(self) -> int:
        return int(self.id_number[6:10])


class Outcome(Labelled):
    NEW = "new", "新纳入"
    CHANGED = "changed", "有变化"
    UNCHANGED = "unchanged", "没有变化"
    ELSEWHERE = "elsewhere", "归其他县（市、区）"
