"""Looks at everything a start needs, and names all that is missing at once: nobody should learn of it one start at a time."""

import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from webapp.app import STATIC
from webapp.config import Settings
from workers import doorbell, services

FREE_BYTES = 300 * 1024 * 1024
PYTHON = (3, 11)


class NotReady(Exception):
    """The text lists every reason, one a line."""


def check(settings: Settings, host: str, port: int) -> None:
    """Raises NotReady."""
    looks: tuple[Callable[[], Iterable[str]], ...] = (
        _python,
        lambda: _folder(settings.var, "ZHILU_VAR"),
        lambda: _folder(settings.shared, "ZHILU_SHARED") if settings.shared != settings.var else (),
        lambda: _port(host, port),
        lambda: _queue(settings),
        _front_end,
    )
    reasons = [reason for look in looks for reason in look()]
    if reasons:
        raise NotReady("\n".join(reasons))


def _python() -> Iterator[str]:
    if sys.version_info < PYTHON:
        yield f"需要 Python 3.11 或更高版本，现在是 {sys.version.split()[0]}"


def _folder(var: Path, setting: str) -> Iterator[str]:
    probe = var / ".write"
    try:
        var.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as reason:
        yield f"数据目录 {var} 不能写入：{reason.strerror}（可用 {setting} 指定其他目录）"
        return
    free = shutil.disk_usage(var).free
    if free < FREE_BYTES:
        yield f"数据目录 {var} 只剩 {free // 2**20} MB 空间，至少需要 {FREE_BYTES // 2**20} MB"


def _port(host: str, port: int) -> Iterator[str]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as reason:
            yield f"端口 {host}:{port} 不能使用：{reason.strerror}（可用 --port 指定其他端口）"


def _queue(settings: Settings) -> Iterator[str]:
    if settings.redis_url:
        if not doorbell.answers(doorbell.connect(settings.redis_url)):
            yield "REDIS_URL 指向的服务没有应答"
        return
    try:
        services.binary()
    except services.ServiceFailed as reason:
        yield str(reason)


def _front_end() -> Iterator[str]:
    if not (STATIC / "vendor").is_dir():
        yield f"缺少前端文件 {STATIC / 'vendor'}：请先运行 make install"
