"""The sign-ins that a start of the demo prints: one for every role."""

from typing import NamedTuple

from webapp.access import Role
from workers.demo import employers, seekers, staff


class Account(NamedTuple):
    """`sign_in` is a phone or an e-mail address; all have the same password."""

    label: str
    sign_in: str
    password: str
    tries: str


def accounts() -> list[Account]:
    owner, member = employers.shown_phones()
    outside = [
        (Role.SEEKER.label, seekers.shown_phone(), "找岗位、投递、看订阅的新岗位通知"),
        (Role.EMPLOYER_OWNER.label, owner, "发布岗位、查看应聘、报用工需求、管理单位成员"),
        (Role.EMPLOYER_MEMBER.label, member, "发布岗位、查看应聘"),
        ("用人单位（待核验）", employers.pending_owner(), "核验通过前只能存草稿"),
        (Role.AGENT.label, "agent@example.com", "自己的账号和登录设备"),
    ]
    inside = [(f"{post.role.label}（{post.level.label}）", post.email, post.tries) for post in staff.SHOWN]
    return [Account(label, sign_in, staff.PASSWORD, tries) for label, sign_in, tries in (*outside, *inside)]
