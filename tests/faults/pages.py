"""Search pages over HTTP from a web process of their own: how long each took, and whether the engine or the database made it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import urlopen

from tests.conftest import ROOT
from tests.services import NoService

BANNER = "搜索暂时不可用"
START_SECONDS = 60.0
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. `status` 0: none at all."""

    status: int
    seconds: float
    text: str

    @property
    def fell_back(self) -> bool:
        return BANNER in self.text

    @property
    def is_whole(self) -> bool:
        """The engine made it."""
        return self.status == 200 and not self.fell_back


def get(address: str, path: str) -> Page:
    began = time.monotonic()
    status, text = 0, ""
    try:
        with urlopen(f"{address}{quote(path, safe='/?&=')}", timeout=PATIENCE) as answer:
            status, text = answer.status, answer.read().decode()
    except HTTPError as refused:
        status, text = refused.code, refused.read().decode("utf-8", "replace")
    except (URLError, OSError):
        pass
    return Page(status, time.monotonic() - began, text)


@contextmanager
def serving(environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """The address of a web process; it has answered one page that asked no engine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers.cli", "web"],
            env={**os.environ, **environment, "ZHILU_PORT": str(port)}, cwd=ROOT, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        _wait(address, process, log)
        yield address
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()


def _wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while get(address, "/privacy").status != 200:
        if process.poll() is not None or time.monotonic() > until:
            raise NoService(f"the web process did not start: {log.read_text('utf-8', 'replace')[-1500:]}")
        time.sleep(0.2)
