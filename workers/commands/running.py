"""Commands that run: the whole embedded set, or one process of a production set."""

import dataclasses
import os
from urllib.parse import urlsplit

import click

from webapp.config import DEFAULT_BASE_URL, Settings
from workers import doorbell, logs, relay, services, web, worker
from workers import serve as serving
from workers.commands.demo import say_accounts
from workers.commands.opened import house, told_plainly
from workers.opening import upgrade

PORT = urlsplit(DEFAULT_BASE_URL).port or 8080


@click.command()
@click.option("--host", default="127.0.0.1", envvar="ZHILU_HOST", show_default=True, help="监听地址")
@click.option("--port", default=PORT, envvar="ZHILU_PORT", show_default=True, help="监听端口")
@click.option("--web-threads", default=8, show_default=True, help="网站线程数")
@click.option("--sign-ins", is_flag=True, help="启动后列出演示账号")
def serve(host: str, port: int, web_threads: int, *, sign_ins: bool) -> None:
    """启动整套系统（网站、调度、任务进程、内置队列），按 Ctrl-C 全部停止。"""
    with told_plainly():
        settings = Settings.from_env()
        if "ZHILU_BASE_URL" not in os.environ:  # links in messages lead to where this set really listens
            settings = dataclasses.replace(settings, base_url=f"http://{_shown(host)}:{port}")

        def ready() -> None:
            if sign_ins:
                say_accounts()
            click.echo(f"\n职路已启动：{settings.base_url}/　（Ctrl-C 停止）")

        serving.run(settings, host=host, port=port, threads=web_threads, ready=ready)


def _shown(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


@click.command("web")
@click.option("--host", default="127.0.0.1", envvar="ZHILU_HOST", show_default=True, help="监听地址")
@click.option("--port", default=PORT, envvar="ZHILU_PORT", show_default=True, help="监听端口")
@click.option("--threads", default=8, show_default=True, help="每个进程的线程数")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="进程数：一般等于处理器核数")
def web_(host: str, port: int, threads: int, processes: int) -> None:
    """只启动网站进程（生产环境）。"""
    with told_plainly():
        web.run(Settings.from_env(), host=host, port=port, threads=threads, processes=processes)


@click.command("worker")
@click.argument("queues", nargs=-1, metavar="QUEUE")
def worker_(queues: tuple[str, ...]) -> None:
    """启动一个任务进程，只处理一个队列：index、notify 或 batch。"""
    with told_plainly():
        queue = worker.one_queue(queues)
    logs.configure(f"worker:{queue}")
    with house(searches=worker.searches(queue)) as settings:
        worker.run([queue], settings, services.redis_url(settings))


@click.command("relay")
def relay_() -> None:
    """启动调度进程：发现待办任务并叫醒任务进程，按时安排定期任务。"""
    logs.configure("relay")
    with house(searches=False) as settings:
        relay.Relay(doorbell.connect(services.redis_url(settings))).run()


@click.group()
def db() -> None:
    """数据库的表。"""


@db.command("upgrade")
def db_upgrade() -> None:
    """把数据库的表升级到本版本，并装入随附的基础数据；重复执行没有影响。"""
    with house(behind_is_fine=True):
        upgrade()
    click.echo("数据库已是本版本")


COMMANDS = (serve, web_, worker_, relay_, db)
