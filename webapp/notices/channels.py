"""How a message leaves the house: a mail server, or a file per message in the message folder.

A sender answers with a `Report` and does not raise for what a network may do. What matters afterwards is one question: may this be done
again? A file is named by the message's key, so writing it twice is the same as once. SMTP has no such key: from the first byte of the text
until the server's answer nobody can know, so an attempt that broke off there is *in doubt* and is never repeated by a machine.

No reply text of a server is kept: it may repeat the address.
"""

import contextlib
import hashlib
import os
import re
import smtplib
import ssl
import threading
import time
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import Enum
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from webapp.config import Settings
from webapp.db import LOCAL_ZONE, now
from webapp.notices.models import Channel

STEP_SECONDS = 4.0
TALK_SECONDS = 12.0
ANSWER_SECONDS = 10.0
"""A step waits at most 4 s, all steps before the text begins 12 s, the text and its answer 10 s: together under the lease of 30 s."""
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_MAIL_POLICY = SMTP.clone(cte_type="8bit", max_line_length=None)


class Outcome(Enum):
    SENT = "sent"
    NOT_SENT = "not sent"
    """Certainly not; it may be tried again."""
    REFUSED = "refused"
    """Certainly not, and trying again cannot help (no such mailbox)."""
    IN_DOUBT = "in doubt"


@dataclass(frozen=True, slots=True)
class Report:
    outcome: Outcome
    reason: str = ""
    """For the operator: the step and the number of the reply, no personal data."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message with all a sender needs, read beforehand so that no transaction is open during the call."""

    key: str
    channel: Channel
    address: str
    title: str
    body: str
    doubtful: bool
    """An earlier attempt was begun and its end is not known."""
    leave_url: str = ""
    """Where its reader can stop such messages; empty: no header says so."""


class Sender(Protocol):
    @property
    def keyed(self) -> bool:
        """The receiver recognises a parcel's key: sending twice has the effect of once."""

    def send(self, parcel: Parcel) -> Report: ...


def dispatch(parcel: Parcel, settings: Settings) -> Report:
    """Sends one parcel. Call it with no transaction open."""
    sender = sender_for(parcel.channel, settings)
    if parcel.doubtful and not sender.keyed:
        return Report(Outcome.IN_DOUBT, "上一次发送没有得到答复，不再自动重发")
    return sender.send(parcel)


def sender_for(channel: Channel, settings: Settings) -> Sender:
    if channel is Channel.EMAIL and settings.smtp_url:
        return MailServer(settings.smtp_url, settings.mail_from)
    if settings.is_demo:
        return Folder(settings.messages_directory, settings.mail_from)
    return Missing("没有配置短信网关" if channel is Channel.SMS else "没有配置邮件服务器（SMTP_URL）")


@dataclass(frozen=True, slots=True)
class Missing:
    """In production a message is never laid down in a file nobody reads: the delivery waits, and the operator sees why."""

    reason: str
    keyed: bool = True

    def send(self, parcel: Parcel) -> Report:
        return Report(Outcome.NOT_SENT, self.reason)


@dataclass(frozen=True, slots=True)
class Folder:
    """A file per message, readable by its owner only, appearing whole or not at all."""

    directory: Path
    mail_from: str
    keyed: bool = True

    def send(self, parcel: Parcel) -> Report:
        try:
            content = self._content(parcel)
        except ValueError:
            return Report(Outcome.REFUSED, "地址或标题格式不正确")
        try:
            self._place(file_name(parcel), content)
        except OSError as reason:
            return Report(Outcome.NOT_SENT, f"写入消息目录失败：{reason.strerror}")
        return Report(Outcome.SENT)

    def _content(self, parcel: Parcel) -> bytes:
        if parcel.channel is Channel.EMAIL:
            return compose(parcel, self.mail_from).as_bytes(policy=_MAIL_POLICY.clone(linesep="\n", utf8=True))
        return f"To: {parcel.address}\n\n{parcel.body}\n".encode()

    def _place(self, name: str, content: bytes) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self.directory / f".{name}.{os.getpid()}.{threading.get_ident()}"
        try:
            partial.touch(mode=0o600)
            partial.write_bytes(content)
            partial.replace(self.directory / name)
        finally:
            partial.unlink(missing_ok=True)


def file_name(parcel: Parcel) -> str:
    """Named by a hash of the key: the same message always meets its own file, and the name tells nothing about a person."""
    ending = "eml" if parcel.channel is Channel.EMAIL else "txt"
    return f"{parcel.channel.value}-{_fingerprint(parcel.key)}.{ending}"


def _fingerprint(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def compose(parcel: Parcel, mail_from: str) -> EmailMessage:
    """Message-ID comes of the key, so a receiver that compares them drops a second copy. ValueError: a header that cannot be written."""
    mail = EmailMessage(policy=_MAIL_POLICY)
    mail["From"] = mail_from
    mail["To"] = parcel.address
    mail["Subject"] = " ".join(parcel.title.split())
    mail["Date"] = format_datetime(now().astimezone(LOCAL_ZONE))
    mail["Message-ID"] = f"<{_fingerprint(parcel.key)}@{mail_from.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if parcel.leave_url:
        mail["List-Unsubscribe"] = f"<{parcel.leave_url}>"  # RFC 2369
    mail.set_content(parcel.body, cte="8bit")
    return mail


@dataclass(frozen=True, slots=True)
class MailServer:
    """`url`: smtp://, smtps:// (TLS from the start) or smtp+starttls:// (refused where the server offers no STARTTLS), with user:pass@."""

    url: str
    mail_from: str
    keyed: bool = False

    def send(self, parcel: Parcel) -> Report:
        try:
            text = compose(parcel, self.mail_from).as_bytes()
            parcel.address.encode("ascii")
        except ValueError:
            return Report(Outcome.REFUSED, "地址或标题格式不正确")
        talk = _Talk(urlsplit(self.url))
        try:
            return talk.introduce(self.mail_from, parcel.address) or talk.hand_over(text)
        finally:
            talk.leave()


class _Talk:
    """One conversation with a mail server; its steps are spelled out because the step decides what a broken line means."""

    def __init__(self, url: SplitResult) -> None:
        self._url = url
        self._until = time.monotonic() + TALK_SECONDS
        self._client: smtplib.SMTP | None = None
        self._step = "CONNECT"

    def introduce(self, mail_from: str, address: str) -> Report | None:
        """Everything up to the server's leave to send the text; a report says that it will not come to that."""
        try:
            self._greet()
            for step, line in (("MAIL", f"MAIL FROM:<{mail_from}>"), ("RCPT", f"RCPT TO:<{address}>"), ("DATA", "DATA")):
                code, _ = self._next(step).docmd(line)
                if code not in {250, 251, 354}:
                    return _answered(step, code)
        except (OSError, smtplib.SMTPException) as reason:
            return Report(Outcome.NOT_SENT, f"SMTP {self._step}: {_kind(reason)}")
        return None

    def _greet(self) -> None:
        """Encryption before the password, and both before a word about anybody."""
        self._client = self._connect()
        self._next("EHLO").ehlo_or_helo_if_needed()
        if self._url.scheme == "smtp+starttls":
            self._next("STARTTLS").starttls(context=ssl.create_default_context())
            self._next("EHLO").ehlo()
        if self._url.username:
            self._next("AUTH").login(unquote(self._url.username), unquote(self._url.password or ""))

    def _next(self, step: str) -> smtplib.SMTP:
        self._step = step
        if self._client is None or time.monotonic() > self._until:
            raise TimeoutError
        return self._client

    def hand_over(self, text: bytes) -> Report:
        client = self._client
        if client is None or client.sock is None:
            return Report(Outcome.NOT_SENT, "SMTP DATA: 连接已断开")
        client.sock.settimeout(ANSWER_SECONDS)
        try:
            client.send(re.sub(rb"(?m)^\.", b"..", text) + b".\r\n")
            code, _ = client.getreply()
        except (OSError, smtplib.SMTPException) as reason:
            return Report(Outcome.IN_DOUBT, f"SMTP TEXT: {_kind(reason)}")
        return Report(Outcome.SENT) if code == 250 else _answered("TEXT", code)

    def leave(self) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._client.close()

    def _connect(self) -> smtplib.SMTP:
        host, port = self._url.hostname or "localhost", self._url.port or _PORTS[self._url.scheme]
        if self._url.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=STEP_SECONDS, context=ssl.create_default_context())
        return smtplib.SMTP(host, port, timeout=STEP_SECONDS)


def _answered(step: str, code: int) -> Report:
    """5xx is for ever, everything else for now (RFC 5321 4.2.1)."""
    return Report(Outcome.REFUSED if 500 <= code < 600 else Outcome.NOT_SENT, f"SMTP {step}: {code}")


def _kind(reason: Exception) -> str:
    code = getattr(reason, "smtp_code", None)
    return f"{type(reason).__name__} {code}" if code else type(reason).__name__
