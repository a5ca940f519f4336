"""The two completeness profiles as data, and the pure check of one posting against them.

Values are a mapping of the posting's own column names (`title`, `headcount`, `wage_low`, ...) plus `employer_about`, the employer's
description. A posting an employer writes here (direct) must say the national six and its title before anybody reviews it; the rest of
Shandong's eleven is asked for but does not stop it. A forwarded one needs a title, an employer and a place; what its source did not say
is named as such on the page and never invented.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.labels import Labelled

_NATIONAL = "《人力资源市场暂行条例》第二十四条"
_SHANDONG = "《山东省人力资源市场条例》第三十二条"
_VALIDITY = "五部门《关于规范网络平台招聘类信息发布的通知》：招聘信息应当标明有效期"
_FORWARDING = "本平台规定：转载岗位至少要有岗位名称、用人单位和工作地点，并注明来源"
_ZERO_SAYS_NOTHING = frozenset({"headcount", "wage_low", "wage_high"})


class Profile(Labelled):
    DIRECT = "direct", "用人单位直接发布"
    FORWARDED = "forwarded", "来源转载"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is missing: `field` is the form field to go to, `message` says what to do, `basis` which rule asks for it."""

    field: str
    message: str
    basis: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One element a posting has to state. It is stated when any of `columns` says something; the first is the form field to go to."""

    label: str
    columns: tuple[str, ...]
    message: str
    basis: str
    blocks: bool = True

    @property
    def finding(self) -> Finding:
        return Finding(self.columns[0], self.message, self.basis)

    def is_met(self, values: Mapping[str, object]) -> bool:
        return any(states(column, values.get(column)) for column in self.columns)


PROFILES: dict[Profile, tuple[Requirement, ...]] = {
    Profile.DIRECT: (
        Requirement("岗位名称", ("title",), "请填写岗位名称", _SHANDONG),
        Requirement("单位基本情况", ("employer_about",), "请在“本单位”里填写单位基本情况", _NATIONAL),
        Requirement("招聘人数", ("headcount",), "请填写招聘人数，至少 1 人", _NATIONAL),
        Requirement("工作内容", ("duties",), "请写明具体做什么工作", _NATIONAL),
        Requirement("招聘条件", ("requirements", "education", "experience_years"), "请写明招聘条件；没有要求就选“不限”", _NATIONAL),
        Requirement("工作地点", ("region",), "请选择工作地点所在的县（市、区）", _NATIONAL),
        Requirement("详细地址", ("address",), "请填写工作地点的详细地址，求职者要知道去哪里上班", _NATIONAL),
        Requirement("劳动报酬", ("wage_low", "wage_high"), "请填写劳动报酬的金额，不能只写“面议”", _NATIONAL),
        Requirement("有效期", ("valid_through",), "请填写招聘信息的有效期", _VALIDITY),
        Requirement("用工类型", ("employment_type",), "请选择用工类型", _SHANDONG, blocks=False),
        Requirement("社会保险和福利", ("insurance", "benefits"), "请写明社会保险和福利", _SHANDONG, blocks=False),
        Requirement("劳动保护", ("protection",), "请写明劳动保护措施", _SHANDONG, blocks=False),
        Requirement("职业危害", ("hazards",), "请写明职业危害；没有就写“无”", _SHANDONG, blocks=False),
    ),
    Profile.FORWARDED: (
        Requirement("岗位名称", ("title",), "缺岗位名称", _FORWARDING),
        Requirement("用人单位", ("employer_name",), "缺用人单位名称", _FORWARDING),
        Requirement("工作地点", ("region",), "缺工作地点", _FORWARDING),
        Requirement("单位基本情况", ("employer_about",), "来源未提供单位基本情况", _NATIONAL, blocks=False),
        Requirement("招聘人数", ("headcount",), "来源未提供招聘人数", _NATIONAL, blocks=False),
        Requirement("工作内容", ("duties",), "来源未提供工作内容", _NATIONAL, blocks=False),
        Requirement("招聘条件", ("requirements", "education", "experience_years"), "来源未提供招聘条件", _NATIONAL, blocks=False),
        Requirement("劳动报酬", ("wage_low", "wage_high", "wage_text"), "来源未提供劳动报酬", _NATIONAL, blocks=False),
        Requirement("用工类型", ("employment_type",), "来源未提供用工类型", _SHANDONG, blocks=False),
        Requirement("社会保险和福利", ("insurance", "benefits"), "来源未提供社会保险和福利", _SHANDONG, blocks=False),
        Requirement("劳动保护", ("protection",), "来源未提供劳动保护", _SHANDONG, blocks=False),
        Requirement("职业危害", ("hazards",), "来源未提供职业危害", _SHANDONG, blocks=False),
    ),
}


def check(profile: Profile, values: Mapping[str, object]) -> list[Finding]:
    """What stops the posting: empty when it may go on."""
    return _findings(profile, values, blocking=True)


def advise(profile: Profile, values: Mapping[str, object]) -> list[Finding]:
    """What a rule asks for and the posting does not say, without stopping it."""
    return _findings(profile, values, blocking=False)


def missing_note(profile: Profile, values: Mapping[str, object]) -> list[str]:
    """The labels of everything the posting does not state: on a forwarded posting's page they read 来源未提供."""
    return [requirement.label for requirement in PROFILES[profile] if not requirement.is_met(values)]


def states(column: str, value: object) -> bool:
    """Whether a value says anything. A rank of 0 (不限) does, nobody wanted and no yuan do not, nor does a text of signs only (`--`)."""
    if isinstance(value, str):
        return any(sign.isalnum() for sign in value)
    if isinstance(value, list | tuple):
        return any(states(column, item) for item in value)
    if value == 0:
        return column not in _ZERO_SAYS_NOTHING
    return value is not None


def _findings(profile: Profile, values: Mapping[str, object], *, blocking: bool) -> list[Finding]:
    wanted = (requirement for requirement in PROFILES[profile] if requirement.blocks is blocking)
    return [requirement.finding for requirement in wanted if not requirement.is_met(values)]
