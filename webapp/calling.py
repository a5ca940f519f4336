"""Calling an address that somebody typed: what may stand in one, which addresses are out in the world, and an end to waiting.

Nodes are fetched from and outlets are sent to; each decides whom it calls at all, and both hold to what is said here.
"""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer

_PLAIN = re.compile(r"[\x21-\x7e]*")
_WRAPPING = tuple(map(IPv6Network, ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48")))
"""6to4, Teredo, NAT64: such an address only wraps another one, and where that leads nobody has looked."""


def is_plain(text: str) -> bool:
    """Printable ASCII without blanks: what a line of a request can hold."""
    return _PLAIN.fullmatch(text) is not None


def address_of(text: str) -> IPv4Address | IPv6Address:
    """As the name server tells it: without a zone, and v4 where it is only written as v6."""
    ip = ip_address(text.partition("%")[0])
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip


def is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _WRAPPING)


@contextmanager
def cut_off_after(seconds: float, wire: socket.socket) -> Iterator[None]:
    """Whoever sends a byte now and then would hold its caller for ever: `shutdown` wakes the thread that waits for one, `close` does not."""
    timer = Timer(seconds, _cut, (wire,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(wire: socket.socket) -> None:
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
