"""Processes that this house started: who they are, that they end with it, and what an earlier start left behind.

A number alone says little, the system gives it out again: a process is known by number and time of birth.
"""

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

import psutil

from workers import logs

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15


@dataclass(frozen=True, slots=True)
class Identity:
    pid: int
    born: float
    """Seconds since the epoch, as the system tells it."""

    @classmethod
    def of(cls, pid: int) -> "Identity":
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """The process if it is still the same one and no zombie."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.born) < 1.0 and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return found if same else None


def remember(path: Path, known: dict[str, Identity]) -> None:
    """Writes who runs under which name, whole or not at all."""
    partial = path.with_suffix(".new")
    partial.write_text(json.dumps({name: asdict(identity) for name, identity in known.items()}), encoding="utf-8")
    partial.replace(path)


def remembered(path: Path) -> dict[str, Identity]:
    """What an earlier start wrote down; nothing where there is no file or a broken one."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {name: Identity(**fields) for name, fields in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def end(identities: Iterable[Identity], *, patience: float = 10.0) -> None:
    """SIGTERM, and SIGKILL for what has not gone after `patience` seconds. Their children go with them."""
    found = [process for identity in identities if (process := identity.process()) is not None]
    family = found + [child for process in found for child in _children(process)]
    for process in found:
        _signal(process, signal.SIGTERM)
    _, alive = psutil.wait_procs(family, timeout=patience)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=2.0)


def end_rest(pid: int) -> None:
    """What a child that died has left in its session (a server's workers, which hold its port)."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def fork(name: str, body: Callable[[], None], output: Path | None) -> int:
    """Starts `body` in a child that ends with its parent, in a session of its own, its output appended to `output`; returns its number.

    The parent has imported what all children need and opened nothing, so the code is in memory once and a start costs no second import.
    """
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _be_child(name, body, output, parent)
    return pid


def _be_child(name: str, body: Callable[[], None], output: Path | None, parent: int) -> NoReturn:
    code = 1
    try:
        os.setsid()
        _end_with_parent(parent, name)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        if output is not None:
            _write_to(output)
        body()
        code = 0
    except SystemExit as asked:
        code = asked.code if isinstance(asked.code, int) else 1
    except BaseException as error:
        os.write(2, f"{logs.frames(error)}\n".encode())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _write_to(output: Path) -> None:
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)


def _end_with_parent(parent: int, name: str) -> None:
    """Linux sends SIGTERM when the parent dies, however it dies; elsewhere the next start ends what was left."""
    if sys.platform == "linux":
        system = ctypes.CDLL(None, use_errno=True)
        system.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        system.prctl(_PR_SET_NAME, f"zhilu-{name}".encode()[:15], 0, 0, 0)
    if os.getppid() != parent:  # it died between fork and prctl
        os._exit(1)
