import socket
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.conftest import make_settings
from webapp.config import Settings
from webapp.notices import channels
from webapp.notices.channels import Outcome, Parcel, dispatch
from webapp.notices.models import Channel

MAIL = Parcel("match:1:2", Channel.EMAIL, "zhang@example.com", "有新岗位", ".第一行\n焊工，历下区，6000–8000元/月", doubtful=False)
CODE = Parcel("code:1", Channel.SMS, "13800001111", "验证码", "验证码 123456，5分钟内有效", doubtful=False)


class Mailbox:
    """A receiving mail server; `answer` is its reply to each recipient."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.answer = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - the library's name
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        self.received.append((envelope.mail_from, envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, auth_require_tls=False, authenticator=_knows_only_zhilu)
    controller.start()
    yield box, f"127.0.0.1:{port}"
    controller.stop()


def _knows_only_zhilu(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"zhilu@x", b"p/w"))


@pytest.fixture
def demo(settings: Settings) -> Settings:
    return settings


def test_a_mail_arrives_whole(mailbox: tuple[Mailbox, str], demo: Settings) -> None:
    box, address = mailbox
    report = dispatch(MAIL, replace(demo, smtp_url=f"smtp://{address}", mail_from="no-reply@zhilu.example"))
    assert report == channels.Report(Outcome.SENT)
    ((sender, recipients, mail),) = box.received
    assert (sender, recipients) == ("no-reply@zhilu.example", ["zhang@example.com"])
    assert mail["Subject"] == "有新岗位"
    assert mail.get_content().rstrip().splitlines() == MAIL.body.splitlines()
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_mail_that_can_be_stopped_says_where(mailbox: tuple[Mailbox, str], demo: Settings) -> None:
    box, address = mailbox
    for parcel in (MAIL, replace(MAIL, key="other", leave_url="https://jobs.example/saved-searches")):
        dispatch(parcel, replace(demo, smtp_url=f"smtp://{address}"))
    assert [mail["List-Unsubscribe"] for _, _, mail in box.received] == [None, "<https://jobs.example/saved-searches>"]


def test_the_same_message_has_the_same_message_id(mailbox: tuple[Mailbox, str], demo: Settings) -> None:
    box, address = mailbox
    connected = replace(demo, smtp_url=f"smtp://{address}")
    for parcel in (MAIL, MAIL, replace(MAIL, key="other")):
        dispatch(parcel, connected)
    first, again, other = (mail["Message-ID"] for _, _, mail in box.received)
    assert first == again != other


def test_the_password_of_the_address_is_used(mailbox: tuple[Mailbox, str], demo: Settings) -> None:
    _, address = mailbox
    assert dispatch(MAIL, replace(demo, smtp_url=f"smtp://zhilu%40x:p%2Fw@{address}")).outcome is Outcome.SENT


def test_a_wrong_password_is_tried_again_and_says_so(mailbox: tuple[Mailbox, str], demo: Settings) -> None:
    box, address = mailbox
    report = dispatch(MAIL, replace(demo, smtp_url=f"smtp://zhilu%40x:wrong@{address}"))
    assert report.outcome is Outcome.NOT_SENT
    assert report.reason.startswith("SMTP AUTH")
    assert box.received == []


def test_a_server_without_starttls_gets_no_mail_when_tls_was_asked_for(mailbox: tuple[Mailbox, str], demo: Settings) -> None:
    box, address = mailbox
    report = dispatch(MAIL, replace(demo, smtp_url=f"smtp+starttls://{address}"))
    assert report.outcome is Outcome.NOT_SENT
    assert "STARTTLS" in report.reason
    assert box.received == []


@pytest.mark.parametrize(("answer", "outcome"), [("550 no such user", Outcome.REFUSED), ("451 try later", Outcome.NOT_SENT)])
def test_a_refusal_for_ever_is_told_from_one_for_now(mailbox: tuple[Mailbox, str], demo: Settings, answer: str, outcome: Outcome) -> None:
    box, address = mailbox
    box.answer = answer
    report = dispatch(MAIL, replace(demo, smtp_url=f"smtp://{address}"))
    assert (report.outcome, report.reason) == (outcome, f"SMTP RCPT: {answer[:3]}")
    assert "zhang" not in report.reason


def test_no_server_there_is_certainly_not_sent(demo: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert dispatch(MAIL, replace(demo, smtp_url=f"smtp://127.0.0.1:{port}")).outcome is Outcome.NOT_SENT


@pytest.fixture
def breaking() -> Iterator[Callable[[str], str]]:
    """A server that hangs up when a line begins with the given word; `.` is the end of the text."""
    opened: list[socket.socket] = []

    def start(word: str) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        opened.append(server)
        thread = threading.Thread(target=_talk_until, args=(server, word.encode()), daemon=True)
        thread.start()
        return f"smtp://127.0.0.1:{server.getsockname()[1]}"

    yield start
    for server in opened:
        server.close()


def _talk_until(server: socket.socket, word: bytes) -> None:
    connection, _ = server.accept()
    with connection, connection.makefile("rwb") as line_by_line:
        line_by_line.write(b"220 here\r\n")
        line_by_line.flush()
        in_text = False
        for line in line_by_line:
            if line.strip() == word or (not in_text and line.upper().startswith(word)):
                return
            if in_text:
                continue
            in_text = line.upper().startswith(b"DATA")
            line_by_line.write(b"354 go on\r\n" if in_text else b"250 OK\r\n")
            line_by_line.flush()


@pytest.mark.parametrize("word", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_line_that_breaks_before_the_text_is_certainly_not_sent(breaking: Callable[[str], str], demo: Settings, word: str) -> None:
    assert dispatch(MAIL, replace(demo, smtp_url=breaking(word))).outcome is Outcome.NOT_SENT


def test_a_line_that_breaks_after_the_text_is_in_doubt(breaking: Callable[[str], str], demo: Settings) -> None:
    report = dispatch(MAIL, replace(demo, smtp_url=breaking(".")))
    assert report == channels.Report(Outcome.IN_DOUBT, "SMTP TEXT: SMTPServerDisconnected")


def test_a_doubtful_mail_is_not_sent_a_second_time(mailbox: tuple[Mailbox, str], demo: Settings) -> None:
    box, address = mailbox
    report = dispatch(replace(MAIL, doubtful=True), replace(demo, smtp_url=f"smtp://{address}"))
    assert report.outcome is Outcome.IN_DOUBT
    assert box.received == []


def test_a_doubtful_file_is_simply_written_again(demo: Settings) -> None:
    assert dispatch(MAIL, demo).outcome is Outcome.SENT
    assert dispatch(replace(MAIL, doubtful=True), demo).outcome is Outcome.SENT
    assert len(list(demo.messages_directory.iterdir())) == 1


def test_a_mail_file_can_be_read_by_a_person_and_by_a_mail_program(demo: Settings) -> None:
    dispatch(MAIL, demo)
    (path,) = demo.messages_directory.iterdir()
    assert "焊工，历下区" in path.read_text(encoding="utf-8")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert (mail["To"], mail["Subject"]) == ("zhang@example.com", "有新岗位")
    assert mail.get_content().rstrip() == MAIL.body


def test_a_code_file_is_for_its_owner_only_and_its_name_tells_nothing(demo: Settings) -> None:
    dispatch(CODE, demo)
    (path,) = demo.messages_directory.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "13800001111" not in path.name
    assert "验证码 123456" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("parcel", [replace(MAIL, address="a@b.c\nBcc: all@b.c"), replace(MAIL, address="张@例子.中国")])
def test_an_address_that_is_none_is_refused(mailbox: tuple[Mailbox, str], demo: Settings, parcel: Parcel) -> None:
    box, address = mailbox
    assert dispatch(parcel, replace(demo, smtp_url=f"smtp://{address}")).outcome is Outcome.REFUSED
    assert box.received == []


def test_a_title_of_several_lines_stays_one_header(demo: Settings) -> None:
    dispatch(replace(MAIL, title="新岗位\r\nBcc: all@b.c"), demo)
    (path,) = demo.messages_directory.iterdir()
    assert message_from_bytes(path.read_bytes(), policy=policy.default)["Bcc"] is None


def test_in_production_nothing_is_laid_down_in_a_file(demo: Settings) -> None:
    production = make_settings(demo.var, mode="production")
    for parcel in (MAIL, CODE):
        report = dispatch(parcel, production)
        assert report.outcome is Outcome.NOT_SENT
        assert "没有配置" in report.reason
    assert not production.messages_directory.exists()


def test_a_folder_that_cannot_be_written_is_tried_again(demo: Settings) -> None:
    demo.messages_directory.parent.mkdir(exist_ok=True)
    demo.messages_directory.write_text("a file stands where the folder should be")
    assert dispatch(MAIL, demo).outcome is Outcome.NOT_SENT
