"""Fetching what nodes lay down: from an https address of an allowed host, or from their folder of the inbox.

An address is typed by staff, and what it leads to is decided by a name server: so the host has to be on the list of the operator, every
address its name stands for has to be public, the connection goes to exactly the address that was looked at (a name that answers
differently a moment later is of no use), and nothing is followed elsewhere. No transaction is open while anything is fetched.

What fails is one node's trouble. A fetch and a round have their share of the time, because the outlets wait behind them in the same queue.
"""

import http.client
import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError

from webapp import calling
from webapp.access import Actor
from webapp.db import now, reading, session, transaction
from webapp.events import SourceChanged
from webapp.ledger import LeaseLost, record
from webapp.reference.queries import whole
from webapp.sources import receiving, storing
from webapp.sources.models import BatchMode, BatchOrigin, Source
from webapp.sources.reading import NotReadable
from webapp.sources.storing import Stored

_SECONDS = 20
FETCH_SECONDS = 90.0
"""For a whole fetch: who drips a sign a second is cut off."""
ROUND_SECONDS = 120.0
"""A round begins no further fetch after so long; the next one, a minute later, goes on with those that waited longest."""
_RENEW_SECONDS = 10.0
_TRUNCATED = "对方传到一半断开，没有收下"
_SETTLED_SECONDS = 5
"""A file in the inbox that was written to within so many seconds may still be growing."""
log = logging.getLogger(__name__)


class NotFetched(Exception):
    """The text says in Chinese why nothing came."""


@dataclass(slots=True)
class _Allowed:
    hosts: frozenset[str] = frozenset()
    privately: bool = False


_allowed = _Allowed()


def settle(hosts: Iterable[str], *, privately: bool = False) -> None:
    """Which hosts this process may ask; `privately`: also at private addresses and by plain http."""
    _allowed.hosts, _allowed.privately = frozenset(hosts), privately


def problem(url: str) -> str:
    """Why this address is not asked, or nothing. Says nothing of what its name stands for: that is looked at when it is asked."""
    try:
        _checked(url)
    except NotFetched as refusal:
        return str(refusal)
    return ""


def token_problem(token: str) -> str:
    """A header holds nothing else."""
    return "" if calling.is_plain(token) else "令牌里只能有英文字母、数字和半角符号，不能有空格和汉字"


def _checked(url: str) -> SplitResult:
    if not calling.is_plain(url):
        raise NotFetched("地址里不能有空格和汉字，汉字请写成 %E5%B2%97 这样的编码")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise NotFetched("地址写得不对") from None
    schemes = {"https", "http"} if _allowed.privately else {"https"}
    if parts.scheme not in schemes or not parts.hostname:
        raise NotFetched("只能拉取 https 开头的地址")
    if parts.username or parts.password:
        raise NotFetched("地址里不能带用户名和密码，请用令牌")
    if parts.hostname.lower() not in _allowed.hosts:
        raise NotFetched(f"主机 {parts.hostname[:100]} 不在允许拉取的名单里。请系统运维在 ZHILU_PULL_HOSTS 里加上它")
    return parts


def fetch(url: str, token: str = "", renew: Callable[[], None] = lambda: None) -> Stored:
    """Lays down what the address gives. Raises NotFetched, NotReadable."""
    parts, refusal = _checked(url), token_problem(token)
    if refusal:
        raise NotFetched(refusal)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = _connected(parts.hostname or "", port, secure=parts.scheme == "https")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": "zhilu", "Accept": "*/*", **({"Authorization": f"Bearer {token}"} if token else {})}
    until = time.monotonic() + FETCH_SECONDS
    try:
        connection.connect()
        with calling.cut_off_after(FETCH_SECONDS, connection.sock):
            connection.request("GET", target, headers=headers)
            response = _given(connection.getresponse())
            return storing.lay_down(_whole(response, renew, until), most=whole("node_batch_bytes_max"))
    except (OSError, http.client.HTTPException, NotFetched) as trouble:
        if time.monotonic() >= until:
            raise NotFetched("对方传得太慢，已经放弃") from trouble
        if isinstance(trouble, NotFetched):
            raise
        raise NotFetched("对方没有应答，或传到一半断开") from trouble
    finally:
        connection.close()


def _given(response: http.client.HTTPResponse) -> http.client.HTTPResponse:
    if response.status != 200:
        note = "（不跟随跳转）" if 300 <= response.status < 400 else ""
        raise NotFetched(f"对方回答 {response.status}，没有给出文件{note}")
    return response


def _whole(response: http.client.HTTPResponse, renew: Callable[[], None], until: float) -> Callable[[int], bytes]:
    """Gives on whatever has come, and keeps the lease meanwhile. What ends before its announced length, or was cut off, is no file: half a
    snapshot would withdraw the other half."""
    left, renewed = response.length, time.monotonic()

    def read(size: int) -> bytes:
        nonlocal left, renewed
        if time.monotonic() - renewed > _RENEW_SECONDS:
            renew()
            renewed = time.monotonic()
        piece = response.read1(size if left is None else min(size, left))
        if not piece and (left or time.monotonic() >= until):
            raise NotFetched(_TRUNCATED)
        left = None if left is None else left - len(piece)
        return piece

    return read


def _connected(host: str, port: int, *, secure: bool) -> http.client.HTTPConnection:
    address = _public_address(host, port)
    if secure:
        return _PinnedTls(host, address, port)
    return _Pinned(host, address, port)


def _public_address(host: str, port: int) -> str:
    try:
        found = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as trouble:
        raise NotFetched("找不到这个主机") from trouble
    if not _allowed.privately and not all(calling.is_public(calling.address_of(address)) for address in found):
        raise NotFetched("这个主机指向内部地址，不能拉取")
    return sorted(found)[0]


class _Pinned(http.client.HTTPConnection):
    """Speaks with the address that was looked at, under the name that was typed."""

    def __init__(self, host: str, address: str, port: int) -> None:
        super().__init__(host, port, timeout=_SECONDS)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _PinnedTls(_Pinned):
    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def pull_due(renew: Callable[[], None]) -> None:
    """Fetches every address that is due and takes every file that lies in an inbox; what fails is said on its node's page."""
    until = time.monotonic() + ROUND_SECONDS
    with reading():
        sources = _fetched_from()
    for source in sources:
        if _is_due(source) and time.monotonic() < until:
            renew()
            pull(source, renew)
        if source.watches_folder:
            renew()
            _take_files_of(source)


def is_due() -> bool:
    """Whether a round has anything to do: a folder says only when it is looked into."""
    return any(source.watches_folder or _is_due(source) for source in _fetched_from())


def _fetched_from() -> list[Source]:
    """Whoever waited longest comes first."""
    wanted = select(Source).where(Source.suspended_at.is_(None), or_(Source.pull_url != "", Source.watches_folder.is_(True)))
    return list(session().scalars(wanted.order_by(Source.pulled_at.is_not(None), Source.pulled_at, Source.id)))


def _is_due(source: Source) -> bool:
    return source.next_pull is not None and source.next_pull <= now()


def ask(source: Source, *, by: Actor) -> None:
    """Somebody wants the address fetched with the next round."""
    source.pull_asked = True
    record(SourceChanged(str(source.id), opens=source.opens), by=by)


def pull(source: Source, renew: Callable[[], None]) -> str:
    """Fetches the node's address now; answers what went wrong, or nothing. Who is killed over it is not there again in the next minute."""
    with transaction():
        kept = session().get_one(Source, source.id)
        kept.pulled_at, kept.pull_asked = now(), False
    trouble = _pulled(source, renew)
    with transaction():
        session().get_one(Source, source.id).pull_trouble = trouble[:200]
    return trouble


def _pulled(source: Source, renew: Callable[[], None]) -> str:
    try:
        stored = fetch(source.pull_url, source.pull_token or "", renew)
        if receiving.says_nothing_new(source.id, stored, source.pull_mode):
            storing.forget(stored)
            return ""
        return _receive(source, stored, BatchOrigin.PULL, file_name=urlsplit(source.pull_url).path.rpartition("/")[2])
    except (NotFetched, NotReadable) as reason:
        return str(reason)
    except LeaseLost:
        raise
    except Exception as error:
        log.exception("source=%s", source.id)
        return f"拉取时出错：{type(error).__name__}"


def _take_files_of(source: Source) -> None:
    try:
        take_files(source)
    except (OSError, SQLAlchemyError):
        log.exception("source=%s", source.id)


def take_files(source: Source) -> None:
    """Files of its folder, by name. What was taken is gone from there; what cannot be read goes aside, as `<name>.拒收`."""
    folder = storing.inbox_of(source.id)
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or not path.is_file() or path.name.startswith(".") or path.suffix in {".part", ".tmp", ".拒收"}:
            continue
        if time.time() - path.stat().st_mtime < _SETTLED_SECONDS:
            continue
        _take_file(source, path)


def _take_file(source: Source, path: Path) -> None:
    try:
        with path.open("rb") as file:
            stored = storing.lay_down(file.read, most=whole("node_batch_bytes_max"))
        key = f"file:{path.stat().st_mtime_ns}:{stored.digest[:40]}"  # taken twice, as after a kill, it is one batch; sent again, another
        trouble = _receive(source, stored, BatchOrigin.FOLDER, file_name=path.name, key=key)
    except NotReadable as reason:
        trouble = str(reason)
    if trouble:
        log.warning("a file of the inbox was not taken source=%s", source.id)
        path.rename(path.with_name(path.name + ".拒收"))
    else:
        path.unlink()


def _receive(source: Source, stored: Stored, origin: BatchOrigin, *, file_name: str, key: str | None = None) -> str:
    """A file of the inbox that says 增量 or delta in its name is one; every other is a snapshot, as the node's setting says."""
    delta = origin is BatchOrigin.FOLDER and ("delta" in file_name.lower() or "增量" in file_name)
    mode = BatchMode.DELTA if delta else source.pull_mode
    try:
        with transaction():
            _, is_new = receiving.receive(source.id, stored, mode=mode, origin=origin, key=key, file_name=file_name, by=Actor.source(source.name))
    except receiving.Refusal as refusal:
        storing.forget(stored)
        return str(refusal)
    if not is_new:
        storing.forget(stored)
    return ""
