"""The ways on which a consignment leaves the house: a call to the outlet's address, or a file in its folder. No database here.

A road answers and does not raise for what a network may do. What matters afterwards is one question: may they have it? From the first byte
of the call until their answer nobody can know, so what breaks off there is in doubt; the key of the shipment goes along, so that sending it
again does no harm. An address is never trusted: it is looked up once, every answer of the look-up must be a public address (or its host be
named in the settings), the call goes to the very address that was checked, and no redirect is followed.
"""

import os
import socket
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from webapp import calling
from webapp.config import Settings
from webapp.db import LOCAL_ZONE
from webapp.outlets import items, replies
from webapp.outlets.models import Way
from webapp.outlets.replies import NotAReply, Reply
from webapp.outlets.sending import Answer, Consignment, Outcome

CONNECT_SECONDS = 4.0
TALK_SECONDS = 25.0
"""For the whole call, the reading of the answer included."""
REPLY_BYTES = 1 << 20
_CHUNK = 1 << 16
RECEIPT_FILES_AT_ONCE = 50
AGENT = "zhilu-outlets/1"
_ELSEWHERE = {301, 302, 303, 307, 308}
_NOT_UNDERSTOOD = "对方的答复不是约定的格式"
ADDRESS_SIGNS = 300


class BadAddress(ValueError):
    """The text says what is wrong with it and what to write instead."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where this process may lay files, and whom it may call although their address is not public."""

    outbox: Path
    private_hosts: frozenset[str]
    allows_loopback: bool

    @classmethod
    def of(cls, settings: Settings) -> "Site":
        return cls(settings.shared / "outbox", settings.private_outlets, settings.is_demo)


_site = Site(Path("var") / "outbox", frozenset(), allows_loopback=False)


def settle(settings: Settings) -> None:
    """Called once, when the process starts."""
    global _site
    _site = Site.of(settings)


def carry(consignment: Consignment) -> Answer:
    """Takes it there. Call it with no transaction open."""
    if consignment.way is Way.DROP:
        return _lay(consignment)
    try:
        target = find(consignment.address)
    except BadAddress as reason:
        return Answer(Outcome.NOT_TAKEN, reason=str(reason))
    return _call(target, consignment)


# a file in the outlet's folder


def folder(slug: str) -> Path:
    return _site.outbox / slug


def file_name(consignment: Consignment) -> str:
    """Of the shipment's key: the same shipment always meets its own file, and files sort in order of time."""
    return f"{consignment.made_at.astimezone(LOCAL_ZONE):%Y%m%d-%H%M%S}-{consignment.shipment_id}.{consignment.format.value}"


def _lay(consignment: Consignment) -> Answer:
    """Whole or not at all."""
    place = folder(consignment.slug)
    name = file_name(consignment)
    partial = place / f".{name}.{os.getpid()}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(consignment.body)
        partial.replace(place / name)
    except OSError as reason:
        with suppress(OSError):
            partial.unlink()
        return Answer(Outcome.NOT_TAKEN, reason=f"写入交换文件夹失败：{reason.strerror}")
    return Answer(Outcome.LAID)


def receipt_files(slug: str) -> list[Path]:
    """What the outlet laid into `receipts/` of its folder and was not read yet, the oldest first."""
    place = folder(slug) / "receipts"
    found = [path for path in place.glob("*.json") if path.is_file()] if place.is_dir() else []
    return sorted(found)[:RECEIPT_FILES_AT_ONCE]


def read_receipts(path: Path) -> Reply:
    """Raises NotAReply, OSError."""
    if path.stat().st_size > REPLY_BYTES:
        raise NotAReply
    return replies.read(path.read_bytes())


def put_away(path: Path, *, understood: bool) -> None:
    """Into `read/`, or `not-understood/`, beside it: nothing the outlet wrote is deleted."""
    place = path.parent / ("read" if understood else "not-understood")
    place.mkdir(exist_ok=True)
    path.replace(place / path.name)


# a call to the outlet's address


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be called, and where it leads: `ip` was looked up and checked, and is what is called."""

    url: SplitResult
    ip: str

    @property
    def is_https(self) -> bool:
        return self.url.scheme == "https"

    @property
    def host(self) -> str:
        return self.url.hostname or ""

    @property
    def port(self) -> int:
        return self.url.port or (443 if self.is_https else 80)

    @property
    def path(self) -> str:
        return (self.url.path or "/") + (f"?{self.url.query}" if self.url.query else "")


def check(address: str) -> SplitResult:
    """Whether it may be an outlet's address at all, without looking it up. Raises BadAddress."""
    if not 0 < len(address) <= ADDRESS_SIGNS or not calling.is_plain(address):
        raise BadAddress("接口地址里不能有空格和汉字")
    try:
        url = urlsplit(address)
        host, port = url.hostname, url.port
    except ValueError:
        host = port = None
    if not host or port == 0 or url.fragment:
        raise BadAddress("接口地址不完整，例如 https://jobs.example.com/postings")
    if url.username or url.password:
        raise BadAddress("接口地址里不要写用户名和密码，请把密钥填在“推送密钥”里")
    if url.scheme != "https" and not (url.scheme == "http" and _site.allows_loopback and _is_loopback(host)):
        raise BadAddress("接口地址必须以 https:// 开头")
    return url


def find(address: str) -> Target:
    """Looks it up. Raises BadAddress where it leads to anything but a public address that may be called."""
    url = check(address)
    host = url.hostname or ""
    try:
        known = socket.getaddrinfo(host, url.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        raise BadAddress("接口地址的主机名查不到") from None
    found = [str(one[4][0]) for one in known]
    if not found or not all(_may_be_called(host, ip) for ip in found):
        raise BadAddress("接口地址指向内部网络，不能推送。确实在政务内网的，请运维把主机名写进 ZHILU_PRIVATE_OUTLETS")
    return Target(url, found[0])


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _may_be_called(host: str, text: str) -> bool:
    ip = calling.address_of(text)
    if ip.is_loopback:
        return _site.allows_loopback
    if ip.is_multicast or ip.is_unspecified or ip.is_link_local:
        return False
    return calling.is_public(ip) or host.lower() in _site.private_hosts


def _call(target: Target, consignment: Consignment) -> Answer:
    headers = {
        "Host": target.host if target.url.port is None else f"{target.host}:{target.port}",
        "User-Agent": AGENT,
        "Accept": "application/json",
        "Content-Type": items.content_type(consignment.format),
        "Idempotency-Key": str(consignment.shipment_id),
    }
    if consignment.secret:
        headers["Authorization"] = f"Bearer {consignment.secret}"
    connection = _connection(target)
    try:
        connection.connect()
    except (HTTPError, OSError) as reason:
        return Answer(Outcome.NOT_TAKEN, reason=f"连接不上：{type(reason).__name__}")
    connection.sock.settimeout(TALK_SECONDS)
    with closing(connection), calling.cut_off_after(TALK_SECONDS, connection.sock):
        try:
            connection.request("POST", target.path, body=consignment.body, headers=headers, preload_content=False)
            response = connection.getresponse()
            return _answer(response.status, response.headers.get("Retry-After"), _read(response))
        except (HTTPError, HTTPException, OSError) as reason:
            return Answer(Outcome.IN_DOUBT, reason=f"没有等到答复：{type(reason).__name__}")


def _connection(target: Target) -> HTTPConnection:
    """To the address that was checked; the certificate is held to the name."""
    if not target.is_https:
        return HTTPConnection(target.ip, target.port, timeout=CONNECT_SECONDS)
    return HTTPSConnection(
        target.ip, target.port, timeout=CONNECT_SECONDS, cert_reqs="CERT_REQUIRED", server_hostname=target.host, assert_hostname=target.host
    )


def _read(response: BaseHTTPResponse) -> bytes:
    parts = bytearray()
    while part := response.read(_CHUNK, decode_content=False):
        parts += part
        if len(parts) > REPLY_BYTES:
            raise OSError("too long")
    return bytes(parts)


def _answer(status: int, retry_after: str | None, body: bytes) -> Answer:
    if status in {200, 201}:
        try:
            return Answer(Outcome.ANSWERED, replies.read(body))
        except NotAReply:
            return Answer(Outcome.IN_DOUBT, reason=_NOT_UNDERSTOOD)
    if status in {202, 204}:
        return Answer(Outcome.LAID)
    reason = f"对方答复 HTTP {status}"
    if status in _ELSEWHERE:
        return Answer(Outcome.NOT_TAKEN, reason=f"{reason}：要求转到别的地址，没有跟随")
    wait = int(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 6 else 0
    return Answer(Outcome.NOT_TAKEN, reason=reason, wait=timedelta(seconds=min(wait, 3600)) if wait else None)
