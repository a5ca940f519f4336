"""Commands about postings: importing a file of them, and searching them as the page does."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

import search.current
from search.query import WINDOW, BadQuery, PostingQuery
from webapp.access import Actor
from webapp.db import reading, today
from webapp.ledger import DeliveryState
from webapp.postings import showing
from webapp.postings.criteria import read
from webapp.postings.models import Posting
from webapp.postings.queries import find_open
from webapp.reference.models import Region
from webapp.reference.queries import regions
from webapp.sources import operations as sources
from webapp.sources.operations import BatchReport
from webapp.sources.queries import carrying_of
from webapp.sources.reading import NotReadable
from workers.commands.opened import house
from workers.index_queue import IndexQueue

_LINE_SECONDS = 5.0
_PAUSE_SECONDS = 0.2


class Refused(click.ClickException):
    """What was asked cannot be done as it was asked: nothing was changed."""

    exit_code = 2


@click.command("postings")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", "source_name", metavar="名称", help="来源名称；不填则用文件里的 source 列。")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="有效期从哪天起算，如 2026-03-01；默认今天。")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), metavar="文件", help="未采用的行和原因写到哪里。")
def import_postings(file: Path, source_name: str | None, as_of: datetime | None, rejects: Path | None) -> None:
    """导入一个来源的岗位（CSV 或 .csv.gz，UTF-8 或 GB18030）。重复导入同一文件不会改变任何内容。"""
    with house() as settings:
        try:
            with _reading_bar() as progress:
                report = sources.import_postings(
                    file,
                    source_name=source_name,
                    as_of=as_of.date() if as_of else today(),
                    rejects=rejects,
                    var=settings.shared,
                    by=Actor.command(),
                    progress=progress,
                )
        except NotReadable as refusal:
            raise Refused(str(refusal)) from refusal
        _tell(report)
        if report.event:
            _index(report.batch_id)


def _tell(report: BatchReport) -> None:
    tally, refused = report.tally, sum(report.refused.values())
    done = f"新增 {tally.added:,}，更新 {tally.changed:,}，不变 {tally.unchanged:,}"
    click.echo(f"共 {report.rows:,} 行：采用 {report.taken:,}（{done}），未采用 {refused:,}；用时 {report.seconds:.0f} 秒")
    for reason, count in sorted(report.refused.items(), key=lambda pair: -pair[1]):
        click.echo(f"  {count:,} 行 {reason.label}")
    if report.rejects is not None:
        click.echo(f"未采用的行和原因：{report.rejects}")
    if not tally.touched:
        click.echo("内容与已有的岗位相同，没有改变任何岗位")


def _index(batch_id: UUID) -> None:
    """This process carries the batch to the index when it can hold the writer; else the running worker does, and this waits for it."""
    began = time.monotonic()
    queue = IndexQueue(lambda: False)
    try:
        with _waiting("正在写入检索索引"):
            while _is_pending(batch_id):
                if not queue.drain():
                    time.sleep(_PAUSE_SECONDS)
    finally:
        queue.close()
    click.echo(f"检索索引已更新，用时 {time.monotonic() - began:.0f} 秒")


def _is_pending(batch_id: UUID) -> bool:
    """Raises when the delivery failed: the rows are safe, the system tries the index again by itself."""
    with reading():
        carrying = carrying_of(batch_id)
    trouble = next((one.trouble for one in carrying if one.state is not DeliveryState.DONE and one.trouble), "")
    if trouble:
        raise click.ClickException(f"岗位已经导入，但写入检索索引没有成功（{trouble}）。系统会自动重试，也可以运行 zhilu reindex")
    return any(one.state is DeliveryState.DUE for one in carrying)


@contextmanager
def _reading_bar() -> Iterator[sources.Progress]:
    """A bar on a terminal, a line now and then in a log; on the error stream, so that the report can be piped."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    with Progress(
        TextColumn("导入"), BarColumn(), TextColumn("{task.percentage:>3.0f}%  {task.description}"), TimeRemainingColumn(), console=console
    ) as bar:
        task = bar.add_task("0 行")
        yield lambda done, size, rows: bar.update(task, completed=done, total=size, description=f"{rows:,} 行")


def _lines() -> sources.Progress:
    said = time.monotonic()

    def say(done: int, size: int, rows: int) -> None:
        nonlocal said
        if time.monotonic() - said >= _LINE_SECONDS:
            said = time.monotonic()
            click.echo(f"已读 {rows:,} 行，{100 * done // max(1, size)}%", err=True)

    return say


@contextmanager
def _waiting(words: str) -> Iterator[None]:
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(f"{words}……"):
            yield
    else:
        click.echo(f"{words}……", err=True)
        yield


@click.command("search")
@click.argument("text", default="")
@click.option("--region", default="", metavar="代码", help="六位行政区划代码，如 370100（含下属县区）。")
@click.option("--limit", type=click.IntRange(1, WINDOW), default=20, show_default=True, metavar="条数")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 对象。")
def search_postings(text: str, region: str, limit: int, *, as_json: bool) -> None:
    """搜索招聘中的岗位，与网页的结果相同。不写文字就列出全部。"""
    with house(), reading():
        criteria = read({"q": text, "region": region})
        if criteria.unknown_region:
            raise Refused(_unknown(region))
        for problem in criteria.problems:
            click.echo(problem, err=True)
        answer = _answer(replace(criteria.query, limit=limit, offset=0))
        if region and not answer["total"] and regions().get(region) is None:
            click.echo(f"区划表里没有 {region} 的名称，请核对代码", err=True)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _show(answer)


def _answer(query: PostingQuery) -> dict[str, Any]:
    """`id` is the source's own id of a forwarded posting, else our key; `key` is always ours. `score` compares within one answer only."""
    try:
        hits = search.current.engine().find(query)
    except BadQuery as refusal:
        raise Refused("搜索的文字太长或太复杂，请只写一两个词，例如“焊工”") from refusal
    found = find_open(query)
    scores = dict(zip(hits.keys, hits.scores, strict=True))
    return {
        "total": found.total,
        "facets": {name: dict(counts) for name, counts in hits.facets.items()},
        "hits": [_hit(posting, scores.get(str(posting.id), 0.0)) for posting in found.rows],
    }


def _hit(posting: Posting, score: float) -> dict[str, Any]:
    return {
        "id": posting.source_key or str(posting.id),
        "key": str(posting.id),
        "title": posting.title,
        "employer": posting.employer_name,
        "region": posting.region,
        "place": showing.place(posting),
        "wage": showing.wage_text(posting),
        "score": round(score, 4),
    }


def _show(answer: Mapping[str, Any]) -> None:
    table = Table(title=f"共 {answer['total']:,} 个招聘中的岗位", title_justify="left")
    for name in ("岗位", "单位", "地点", "工资"):
        table.add_column(name, overflow="fold")
    for hit in answer["hits"]:
        table.add_row(hit["title"], hit["employer"], hit["place"], hit["wage"])
    Console(markup=False, highlight=False).print(table)


def _unknown(region: str) -> str:
    near = _near(region)
    offered = "\n".join(f"  {row.code} {regions().name(row.code)}" for row in near)
    return f"没有编号为“{region}”的地区。" + (f"您要找的也许是：\n{offered}" if near else "请用六位行政区划代码，例如 370100")


def _near(region: str) -> list[Region]:
    """What a person may have meant: a name written out, the area around a mistyped code, or codes that look alike."""
    known = {row.code: row for row in _all(regions().provinces())}
    named = [row for row in known.values() if len(region) > 1 and (region in row.name or row.short_name == region)]
    around = [known[code] for code in (f"{region[:4]}00", f"{region[:2]}0000") if code in known and region.isdigit()]
    alike = [known[code] for code in get_close_matches(region, known, n=5, cutoff=0.8)]
    return list({row.code: row for row in (*named, *around, *alike)}.values())[:5]


def _all(rows: tuple[Region, ...]) -> Iterator[Region]:
    for row in rows:
        yield row
        yield from _all(regions().children(row.code))


COMMANDS = (search_postings,)
