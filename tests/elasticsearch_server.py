"""A real Elasticsearch for tests: an address in the environment first, then Elastic's own minimal distribution, fetched by Maven.

The distribution is unpacked once per machine into a cache outside the checkout (ZHILU_TEST_CACHE). Every start has a home of its own: hard
links to the cache, so it costs no space, and its own configuration, data and logs. Everything started here ends with the process that
started it.
"""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.services import NoService

VERSION = "8.19.9"
COORDINATES = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
START_SECONDS = 120.0
STOP_SECONDS = 20.0
SHARING = ("-XX:TieredStopAtLevel=1",)
"""Of several servers on one machine's processors: the quick compiler alone, so that the start of one does not take them from the others."""
JAVA_VERSIONS = (17, 21)  # on the first of them 8.19.9 was seen to run


@cache
def elasticsearch() -> str:
    """The address of one node, with security off and free to be filled; started once per process."""
    given = os.environ.get("ZHILU_TEST_ELASTICSEARCH_URL")
    return given or start_nodes(1)[0].url


@dataclass(slots=True)
class Node:
    """One server. `kill` is a crash, `start` brings it back with its data, `remove` ends it and its folder."""

    home: Path
    port: int
    java_options: tuple[str, ...] = ()
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        java = java_home()
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "ES_JAVA_HOME": str(java),
            "ES_PATH_CONF": str(self.home / "config"),
            "ES_TMPDIR": str(self.home / "tmp"),
            "ES_JAVA_OPTS": " ".join(("-Xms512m", "-Xmx512m", *self.java_options)),
        }
        account: dict[str, object] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
        with (self.home / "logs" / "out").open("ab") as log:
            # Its own session: a Ctrl-C of the tests ends it through `remove`, in order, and not by the terminal.
            self.process = subprocess.Popen(
                [*_ending_with_us(), self.home / "bin" / "elasticsearch"],
                cwd=self.home, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **account,
            )  # fmt: skip

    def wait(self, nodes: int = 1) -> None:
        """Until the cluster has so many nodes and all its primaries."""
        until = time.monotonic() + START_SECONDS
        while not self._answers(nodes):
            if self.process is None or self.process.poll() is not None or time.monotonic() > until:
                raise NoService(f"Elasticsearch did not start: {self._last_words()}")
            time.sleep(0.2)

    def kill(self) -> None:
        """Like a power cut: the launcher and the server at once."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def remove(self) -> None:
        self._end(signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)

    def _answers(self, nodes: int) -> bool:
        try:
            with urlopen(f"{self.url}/_cluster/health?wait_for_nodes=>={nodes}&wait_for_status=yellow&timeout=1s", timeout=3) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def _end(self, how: signal.Signals) -> None:
        """The launcher is a shell's child that starts the server as its own child; both are of our session."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        os.killpg(process.pid, how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _last_words(self) -> str:
        log = self.home / "logs" / "out"
        return log.read_text("utf-8", errors="replace")[-1500:] if log.exists() else "no log"


def start_nodes(count: int) -> list[Node]:
    """One node alone, or several that form one cluster; all answer when this returns, and end with this process."""
    source = distribution()
    ports = _free_ports(2 * count)
    http, transport = ports[:count], ports[count:]
    nodes = []
    for place in range(count):
        home = _home(source)
        node = Node(home, http[place], SHARING if count > 1 else ())
        atexit.register(node.remove)
        _configure(home, place, http[place], transport)
        nodes.append(node)
    for node in nodes:
        node.start()
    for node in nodes:
        node.wait(count)
    return nodes


def _configure(home: Path, place: int, http: int, transport: list[int]) -> None:
    several = len(transport) > 1
    seeds = ",".join(f'"127.0.0.1:{port}"' for port in transport)
    names = ",".join(f'"n{number}"' for number in range(len(transport)))
    lines = [
        f"cluster.name: zhilu-test-{transport[0]}",
        f"node.name: n{place}",
        "network.host: 127.0.0.1",
        f"http.port: {http}",
        f"transport.port: {transport[place]}",
        "cluster.routing.allocation.disk.threshold_enabled: false",
        "xpack.security.enabled: false",
        f"discovery.seed_hosts: [{seeds}]\ncluster.initial_master_nodes: [{names}]" if several else "discovery.type: single-node",
    ]
    (home / "config" / "elasticsearch.yml").write_text("\n".join(lines) + "\n", encoding="ascii")
    for name in ("data", "logs", "tmp", "plugins"):
        (home / name).mkdir(exist_ok=True)
    if os.getuid() == 0:  # the server refuses to run as root
        for path in (home, home / "config", *(home / "config").rglob("*"), home / "data", home / "logs", home / "tmp"):
            shutil.chown(path, "nobody", "nogroup")


def _ending_with_us() -> list[str]:
    """Tests that are killed run no exit handler: then the kernel ends the launcher, and the server ends with it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


def _home(source: Path) -> Path:
    """A copy by hard links; beside the cache, because a link cannot leave its file system."""
    for left in source.parent.glob("run-*-*"):
        if not Path("/proc", left.name.split("-")[1]).exists():
            shutil.rmtree(left, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=f"run-{os.getpid()}-", dir=source.parent))
    home.chmod(0o755)
    for name in ("bin", "lib", "modules"):
        shutil.copytree(source / name, home / name, copy_function=os.link)
    shutil.copytree(source / "config", home / "config")
    return home


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


# the distribution


def cache_directory() -> Path:
    """The server's own account has to reach it, and cannot reach what lies below root's home."""
    given = os.environ.get("ZHILU_TEST_CACHE")
    if given:
        return Path(given)
    return Path("/var/tmp/zhilu-tests") if os.getuid() == 0 else Path.home() / ".cache" / "zhilu-tests"


@cache
def distribution() -> Path:
    """The unpacked server; fetched on a machine's first run only. Appears whole or not at all, so that two runs at once do no harm."""
    java_home()
    place = cache_directory() / f"elasticsearch-{VERSION}"
    if place.is_dir():
        return place
    cache_directory().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache_directory()) as partial:
        unpacked = _unpack(_fetch(Path(partial)), Path(partial) / "unpacked")
        try:
            unpacked.rename(place)
        except OSError:
            if not place.is_dir():  # another run was first
                raise
    return place


def _fetch(folder: Path) -> Path:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoService(
            "没有 Elasticsearch：既没有 ZHILU_TEST_ELASTICSEARCH_URL，也没有 Maven / no Elasticsearch, and no Maven (mvn) to fetch it with"
        )
    fetched = subprocess.run(
        [maven, "-q", "-B", PLUGIN, f"-Dartifact={COORDINATES}", f"-DoutputDirectory={folder}"],
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    archives = list(folder.glob("*.zip"))
    if fetched.returncode or not archives:
        raise NoService(f"Maven could not fetch {COORDINATES}: {(fetched.stdout + fetched.stderr).strip()[-400:]}")
    return archives[0]


def _unpack(archive: Path, folder: Path) -> Path:
    """zipfile forgets the permissions, among them who may execute."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
        for entry in packed.infolist():
            mode = entry.external_attr >> 16
            path = folder / entry.filename
            path.chmod(0o755 if path.is_dir() or mode & 0o111 else 0o644)
    return next(folder.iterdir())


@cache
def java_home() -> Path:
    """A JDK the server runs on: the given one, the machine's packages, then the one on the path."""
    given = os.environ.get("ES_JAVA_HOME")
    if given:
        return Path(given)
    for version in JAVA_VERSIONS:
        for found in sorted(Path("/usr/lib/jvm").glob(f"*{version}*/bin/java")):
            if f".{version}." not in found.parent.parent.name:
                return found.parent.parent
    java = shutil.which("java")
    if java is None:
        raise NoService("没有 Java，Elasticsearch 无法启动（Debian/Ubuntu：apt install openjdk-17-jdk-headless）/ no JDK 17 or 21 for Elasticsearch")
    return Path(java).resolve().parent.parent
