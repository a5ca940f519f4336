"""Commands about people: the first administrators, and whoever the page for staff cannot reach yet."""

import click

from webapp.access import STAFF, Actor, Level
from webapp.accounts import operations as accounts
from webapp.accounts import queries
from webapp.accounts.identity import BadIdentity, normalise_phone
from webapp.db import transaction
from workers.commands.opened import house

ROLES = {role.value: role for role in STAFF}
LEVELS = {level.value: level for level in Level}
_REFUSALS = (accounts.ExcludedRole, accounts.NoRegion, accounts.AlreadyRegistered, accounts.OwnAccount, BadIdentity)


@click.group()
def user() -> None:
    """人员账号。"""


@user.command("add")
@click.option("--role", type=click.Choice(sorted(ROLES)), required=True, help="角色")
@click.option("--region", required=True, help="管辖地区的六位行政区划代码，例如 370100")
@click.option("--level", type=click.Choice(list(LEVELS)), default=None, help="层级；默认按地区代码")
@click.option("--phone", required=True, help="手机号，用来登录")
@click.option("--name", required=True, help="姓名")
@click.option("--email", default=None, help="电子邮箱")
def user_add(role: str, region: str, level: str | None, phone: str, name: str, email: str | None) -> None:
    """开通一名工作人员；本人用手机验证码登录。"""
    with house():
        try:
            with transaction():
                accounts.invite_staff(
                    phone=normalise_phone(phone),
                    name=name,
                    role=ROLES[role],
                    region=region,
                    level=LEVELS[level] if level else None,
                    email=email,
                    by=Actor.command(),
                )
        except _REFUSALS as refusal:
            raise click.ClickException(str(refusal) or type(refusal).__name__) from refusal
    click.echo(f"已开通：{ROLES[role].label}，{region}")


@user.command("disable")
@click.option("--phone", required=True, help="手机号")
@click.option("--reason", required=True, help="停用原因")
def user_disable(phone: str, reason: str) -> None:
    """停用一个账号，并立即结束其全部登录。"""
    with house():
        try:
            number = normalise_phone(phone)
        except BadIdentity as refusal:
            raise click.ClickException(str(refusal)) from refusal
        with transaction():
            person = queries.person_by_phone(number)
            if person is None:
                raise click.ClickException("没有使用这个手机号的账号")
            accounts.disable_person(person, reason=reason, by=Actor.command())
    click.echo("已停用")


COMMANDS = (user,)
