"""What may stand in a request, which addresses are out in the world, and that waiting ends."""

import socket
import time

import pytest

from webapp import calling


@pytest.mark.parametrize(("text", "is_one"), [("", True), ("https://a.cn/%E5%B2%97?x=1", True), ("岗位", False), ("a b", False), ("a\r\nb", False)])
def test_only_printable_ascii_is_plain(text: str, is_one: bool) -> None:
    assert calling.is_plain(text) is is_one


@pytest.mark.parametrize(
    ("address", "is_out"),
    [
        ("93.184.215.14", True), ("2606:2800:220:1::1", True), ("::ffff:93.184.215.14", True), ("10.0.0.1", False), ("127.0.0.1", False),
        ("::ffff:10.0.0.1", False), ("fe80::1%eth0", False), ("2002:5db8:d70e::1", False), ("64:ff9b::5db8:d70e", False), ("224.0.0.1", False),
    ],
)  # fmt: skip
def test_what_only_wraps_another_address_is_not_public(address: str, is_out: bool) -> None:
    assert calling.is_public(calling.address_of(address)) is is_out


def test_whoever_sends_nothing_is_cut_off() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, calling.cut_off_after(0.2, ours):
        began = time.monotonic()
        assert ours.recv(1) == b""
        assert time.monotonic() - began < 5
