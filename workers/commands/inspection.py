"""Commands about spot checks."""

from uuid import UUID

import click

from webapp.db import reading, session
from webapp.inspection import figures
from webapp.inspection.models import Campaign
from workers.commands.opened import house


@click.group("spot-check")
def spot_check() -> None:
    """岗位抽查。"""


@spot_check.command()
@click.argument("campaign", type=click.UUID)
def verify(campaign: UUID) -> None:
    """用存下的总体和种子再抽一遍，与当时抽到的核对；不一致时退出码为 1。CAMPAIGN 是抽查任务页面地址里的编号。"""
    with house(searches=False), reading():
        row = session().get(Campaign, campaign)
        if row is None or row.drawn_at is None:
            raise click.ClickException("没有这个抽查任务，或者它还没有抽取")
        again = figures.redraw(row)
    click.echo(f"{row.title}：总体 {row.population} 个，种子 {row.seed}，样本 {again.size} 个")
    for name, same in (("总体指纹", again.population), ("抽到的岗位", again.postings), ("检查人员", again.inspectors)):
        click.echo(f"{'一致' if same else '不一致'}  {name}")
    if not again.same:
        raise SystemExit(1)


COMMANDS = (spot_check,)
