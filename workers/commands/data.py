"""Commands about reference tables and the search index."""

from pathlib import Path

import click

import search.current
from search.engine import Shrunk, WriterBusy
from webapp.access import Actor
from webapp.db import transaction
from webapp.postings import index_care
from webapp.reference import operations as reference
from webapp.reference.tables import TABLES, NotThisTable
from webapp.sources import duplicates
from workers import indexing
from workers.commands.opened import house


@click.group("import")
def importing() -> None:
    """导入数据。"""


@importing.command("reference")
@click.argument("kind", type=click.Choice(sorted(TABLES)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_reference(kind: str, file: Path) -> None:
    """导入一张完整的官方基础数据表（CSV）。"""
    with house():
        try:
            with transaction():
                report = reference.import_table(kind, file, by=Actor.command())
        except NotThisTable as refusal:
            raise click.ClickException(str(refusal)) from refusal
    for refused in report.refused:
        click.echo(f"  第 {refused.line} 行未采用：{refused.reason}", err=True)
    click.echo(f"{kind}：新增 {report.added}，更新 {report.changed}，不变 {report.same}，未采用 {len(report.refused)}")


@click.command()
@click.option("--shrink", is_flag=True, help="新索引比现在的少很多也替换（平时会拒绝，以防数据库不完整）")
def reindex(*, shrink: bool) -> None:
    """按数据库重建检索索引；系统运行时由写索引的进程重建。"""
    with house():
        build_index(may_shrink=shrink)


def build_index(*, may_shrink: bool = False) -> None:
    """Builds the index from the rows, or asks the process that writes it to do so."""
    try:
        taken = indexing.rebuild(lambda done, total: click.echo(f"  已索引 {done}/{total}", err=True), may_shrink=may_shrink)
    except Shrunk as refusal:
        raise click.ClickException(f"{indexing.told_shrunk(refusal)}。确认数据库完整后，请运行 zhilu reindex --shrink") from refusal
    except WriterBusy:
        _ask_worker(may_shrink=may_shrink)
        return
    click.echo(f"检索索引已重建：{taken} 个岗位")


def _ask_worker(*, may_shrink: bool) -> None:
    try:
        with transaction():
            index_care.ask_rebuild(may_shrink=may_shrink, by=Actor.command())
    except index_care.AlreadyAsked:
        click.echo("索引正由运行中的系统写入，已有一次重建在排队")
    else:
        click.echo("索引正由运行中的系统写入，已交给它重建")


@click.group("sources")
def sources() -> None:
    """岗位来源。"""


@sources.command("group")
def group_postings() -> None:
    """把几个来源都有的同一岗位归并到一张卡片；系统运行时新批次和每天夜里自动进行。"""
    with house(searches=False):
        found = duplicates.group_all(by=Actor.command())
    click.echo(f"比对了 {found.looked_at:,} 个招聘中的岗位：{found.changed:,} 个换了卡片，发现 {found.conflicts:,} 条说法不一致")


@click.command()
def reconcile() -> None:
    """逐条核对检索索引与数据库，修复不一致；系统运行时每小时自动进行。"""
    with house(), search.current.engine().writer() as writer:
        found = indexing.reconcile(writer)
    click.echo(f"核对了 {found.rows} 个岗位" + (f"，另有 {found.waiting} 个正在更新" if found.waiting else ""))
    click.echo(f"缺少 {found.missing}，过期 {found.stale}，多余 {found.ghosts}，超前 {found.ahead}；缺少的和过期的已修复，多余的已隐藏")
    if found.beyond_rows:
        raise click.ClickException("索引里有数据库没有的内容（数据库可能恢复过备份），请运行 zhilu reindex")


COMMANDS = (importing, reindex, reconcile, sources)
