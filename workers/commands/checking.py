"""`zhilu check`: one line per part, and an exit code that a monitor can read. `zhilu alive`: the same of one process on this host."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta

import click
from redis.exceptions import RedisError
from sqlalchemy import func, select

import search.current
from search.engine import SearchError
from webapp import ledger
from webapp.config import Settings
from webapp.db import now, reading
from webapp.ledger import Delivery, DeliveryState, Heartbeat
from webapp.postings import index_care
from webapp.postings.models import IndexRunKind
from webapp.web import local_time
from workers import doorbell, relay, services
from workers.commands.opened import house
from workers.opening import is_current

STALE = timedelta(seconds=10)
WAITED = timedelta(minutes=10)
Line = tuple[bool, str]


@click.command()
def check() -> None:
    """检查设置、服务、表、索引和待办任务，每项一行；有问题时退出码为 1。"""
    with house(behind_is_fine=True) as settings:
        lines = [line for look in _LOOKS for line in look(settings)]
    for fine, text in lines:
        click.echo(f"{'正常' if fine else '异常'}  {text}")
    if not all(fine for fine, _ in lines):
        raise SystemExit(1)


@click.command()
@click.argument("process")
@click.option("--within", default=60, show_default=True, help="最近一次心跳不早于多少秒")
def alive(process: str, within: int) -> None:
    """检查一个进程（relay、worker:index 等）是否仍在报告心跳；没有时退出码为 1。任务进程只看本机的。"""
    with house(behind_is_fine=True, searches=False), reading() as session:
        mine = Heartbeat.name.startswith(f"{process}:{socket.gethostname()}:", autoescape=True)
        beaten = session.scalar(select(func.max(Heartbeat.at)).where((Heartbeat.name == process) | mine))
    age = None if beaten is None else now() - beaten
    fine = age is not None and age <= timedelta(seconds=within)
    told = "没有心跳" if age is None else f"{age.total_seconds():.0f} 秒前有心跳"
    click.echo(f"{'正常' if fine else '异常'}  {process}：{told}")
    if not fine:
        raise SystemExit(1)


def _settings(settings: Settings) -> Iterator[Line]:
    yield True, f"设置：{'演示' if settings.is_demo else '生产'}模式，{settings.base_url}，数据目录 {settings.var}"


def _tables(settings: Settings) -> Iterator[Line]:
    current = is_current()
    yield current, "数据库：表是本版本的" if current else "数据库：表还没有建立或不是本版本的，请运行 zhilu db upgrade"


def _queue(settings: Settings) -> Iterator[Line]:
    connection = doorbell.connect(services.redis_url(settings))
    if not doorbell.answers(connection):
        yield False, "队列：Redis/Valkey 没有应答（任务不会丢失，等它恢复后继续）"
        return
    yield True, "队列：Redis/Valkey 有应答"
    try:
        kept = {name: connection.config_get(name).get(name) for name in ("appendonly", "maxmemory-policy")}
    except RedisError:
        return  # a hosted server may forbid the question
    yield (
        kept == {"appendonly": "yes", "maxmemory-policy": "noeviction"},
        f"队列设置：appendonly={kept['appendonly']} maxmemory-policy={kept['maxmemory-policy']}",
    )


def _index(settings: Settings) -> Iterator[Line]:
    engine = search.current.engine()
    try:
        state = engine.state()
        yield not engine.needs_rebuild(), f"检索索引：{state.documents} 个岗位，{state.size / 2**20:.1f} MB"
    except SearchError as reason:
        yield False, f"检索索引：{reason}"


def _index_runs(settings: Settings) -> Iterator[Line]:
    if not is_current():
        return
    with reading():
        check, rebuild = (index_care.last_run(kind) for kind in (IndexRunKind.CHECK, IndexRunKind.REBUILD))
    if check is not None:
        found = f"缺少 {check.missing}，过期 {check.stale}，多余 {check.ghosts}，超前 {check.ahead}"
        yield not check.ghosts + check.ahead, f"索引核对：{local_time(check.began_at)}，{check.postings} 个岗位，{found}，用时 {check.seconds:.0f} 秒"
    if rebuild is not None:
        told = rebuild.refused or f"{rebuild.postings} 个岗位"
        yield not rebuild.refused, f"索引重建：{local_time(rebuild.began_at)}，{told}，用时 {rebuild.seconds:.0f} 秒"


def _relay(settings: Settings) -> Iterator[Line]:
    if not is_current():
        return
    with reading():
        age = ledger.age_of(relay.NAME)
    fine = age is not None and age < STALE
    yield fine, "调度：正在运行" if fine else "调度：没有运行，请启动 zhilu serve 或 zhilu relay"


def _deliveries(settings: Settings) -> Iterator[Line]:
    if not is_current():
        return
    with reading() as session:
        counted = dict(session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all())
        oldest = session.scalar(select(func.min(Delivery.available_at)).where(Delivery.state == DeliveryState.DUE))
    troubled = counted.get(DeliveryState.UNKNOWN, 0) + counted.get(DeliveryState.PARKED, 0)
    waited = oldest is not None and now() - oldest > WAITED
    told = "，".join(f"{state.label} {counted.get(state, 0)}" for state in DeliveryState)
    yield not troubled and not waited, f"任务：{told}{'；有任务等待超过 10 分钟' if waited else ''}"


_LOOKS: tuple[Callable[[Settings], Iterator[Line]], ...] = (_settings, _tables, _queue, _index, _index_runs, _relay, _deliveries)
COMMANDS = (check, alive)
