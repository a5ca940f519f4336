"""The demo at the command line."""

import click

from workers import demo
from workers.commands.data import build_index
from workers.commands.opened import house
from workers.opening import upgrade


@click.group("demo")
def demonstration() -> None:
    """演示数据。"""


@demonstration.command()
def load() -> None:
    """装入演示数据（虚构的人员、单位和岗位）并建立索引；已经装入过就什么也不改。"""
    with house(behind_is_fine=True) as settings:
        upgrade()
        try:
            summary = demo.load(settings, _show)
        except demo.NotADemo as refusal:
            raise click.ClickException(str(refusal)) from refusal
        if not summary.loaded:
            return
        click.echo(
            f"演示数据已装入：{summary.employers} 家单位，{summary.postings} 个岗位（{summary.open_postings} 个招聘中），"
            f"{summary.seekers} 名求职者，{summary.staff} 名工作人员；用时 {summary.seconds:.0f} 秒"
        )
        build_index()


def _show(what: str, done: int, total: int) -> None:
    click.echo(f"  {what} {done}/{total}", err=True)


def say_accounts() -> None:
    """One sign-in for each role, as the first page of a tour."""
    given = demo.accounts()
    wide = max(len(account.sign_in) for account in given)
    click.echo(f"\n演示账号（密码都是 {given[0].password}；手机号也可用验证码登录，验证码在 var/messages 里）：")
    for account in given:
        click.echo(f"  {account.sign_in:<{wide}}  {account.label}：{account.tries}")


COMMANDS = (demonstration,)
