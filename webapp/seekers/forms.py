import re

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # new in 3.3, not yet in the stubs
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from webapp.reference.models import Education
from webapp.reference.queries import home_province, regions
from webapp.seekers.models import SeekerProfile
from webapp.web import Form, options

SKILLS_AT_MOST = 30
_SKILL_LENGTH = 40
_BETWEEN_SKILLS = re.compile(r"[,，、;；\n]")
_TOO_LONG = "最多 %(max)d 个字，请删减"


def skills_in(text: str) -> list[str]:
    """The skills of a typed line, once each, in order. A space does not part them: SQL Server is one."""
    return list(dict.fromkeys(skill for part in _BETWEEN_SKILLS.split(text) if (skill := " ".join(part.split()))))


def places() -> list[SelectChoice]:
    """The cities of the home province and their counties, for somebody who lives here."""
    known = regions()
    offered = [SelectChoice("", "请选择")]
    for city in known.cities(home_province()):
        named = [(city.code, f"{city.name}（不限县区）"), *((county.code, county.name) for county in known.children(city.code))]
        offered += [SelectChoice(code, name, optgroup=city.name) for code, name in named]
    return offered


class ProfileForm(Form):
    region = SelectField("常住地", validators=[Optional()])
    education = SelectField("最高学历", coerce=int, choices=options([("0", "未填写"), *Education.choices()[1:]]))
    experience_years = IntegerField("工作年限", validators=[Optional(), NumberRange(0, 60, message="请填写 0 到 60 之间的整数")])
    wanted = StringField("想找什么工作", validators=[Length(max=200, message=_TOO_LONG)], description="例如：焊工、仓管员、会计")
    skills = StringField("技能和证书", description=f"用逗号或顿号隔开，最多 {SKILLS_AT_MOST} 项。例如：二保焊、叉车证、Excel")
    about = TextAreaField(
        "自我介绍",
        validators=[Length(max=1000, message=_TOO_LONG)],
        description="请不要写身份证号、电话和住址，投递时可以选择是否让单位看到电话。",
    )

    @classmethod
    def of(cls, profile: SeekerProfile | None) -> "ProfileForm":
        """The form as the profile stands, or as it was typed."""
        form = cls(data=_typed(profile) if profile else None)
        form.region.choices = places()
        return form

    def validate_skills(self, field: StringField) -> None:
        skills = skills_in(field.data or "")
        if len(skills) > SKILLS_AT_MOST:
            raise ValidationError(f"最多 {SKILLS_AT_MOST} 项，现在有 {len(skills)} 项")
        if any(len(skill) > _SKILL_LENGTH for skill in skills):
            raise ValidationError(f"每一项最多 {_SKILL_LENGTH} 个字，请用逗号或顿号隔开")


def _typed(profile: SeekerProfile) -> dict[str, object]:
    kept = {name: getattr(profile, name) for name in ("region", "education", "experience_years", "wanted", "about")}
    return kept | {"skills": "、".join(profile.skills)}
