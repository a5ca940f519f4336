"""Password hashes: argon2id with 19 MiB, two passes, one lane (55 ms here; the library's default takes 260 ms).

At most two are computed at a time per process, so that a flood of sign-ins takes neither all memory nor both cores. Nothing in here may
run inside a transaction.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from webapp.db import in_transaction

MAX_LENGTH = 128
_PATIENCE_SECONDS = 10.0
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = BoundedSemaphore(2)

_COMMON = frozenset(
    """password passw0rd p@ssw0rd password1 password123 iloveyou sunshine princess football baseball superman batman welcome welcome1
    letmein dragon monkey master shadow michael charlie freedom whatever trustno1 starwars computer internet admin123 admin1234
    administrator root1234 test1234 guest1234 abc12345 abcd1234 a1234567 a12345678 aa123456 aa12345678 asd12345 asdf1234 asdfghjk
    asdfghjkl qwertyui qwertyuiop qwerty123 qwe12345 q1w2e3r4 1q2w3e4r 1q2w3e4r5t 1qaz2wsx zaq12wsx qazwsxedc zxcvbnm1 zxcvbnm123
    woaini1314 woaini520 woaini521 5201314 52013145 5201314520 1314520 13145201314 520520520 woaiwojia woaini123 wang1234 zhang123
    liu12345 chen1234 li123456 taobao123 baidu123 weixin123 qq123456 china123 beijing123 shandong jinan123 qingdao123 linyi123
    yantai123 weifang123 gongzuo123 zhaopin123 jiuye123 mima1234 mima123456 12345678a 123456789a 1234567a 123456aa 123456abc
    123456qq a123456789 a5201314 aptx4869 asdasdasd qweqweqwe zxczxczxc 123qweasd 123qwe123 qwe123456 1234qwer qwer1234 asdf12345
    1111aaaa aaaa1111 11112222 11223344 12121212 12341234 12344321 123123123 147258369 159357456 741852963 789456123 987654321
    88888888 66668888 88886666 168168168 110110110 147852369 1122334455 100200300""".split()  # noqa: SIM905 - a hundred quoted words are unreadable
)
"""Typed from what is known to be tried first here; together with the patterns of `weakness` it stands for ASVS 6.2.4."""


class TooBusy(Exception):
    """All hashing places stayed taken for ten seconds: answer 503, not a queue without end."""


@contextmanager
def _turn() -> Iterator[None]:
    if in_transaction():
        raise RuntimeError("a password is never hashed inside a transaction")
    if not _turns.acquire(timeout=_PATIENCE_SECONDS):
        raise TooBusy
    try:
        yield
    finally:
        _turns.release()


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)[: MAX_LENGTH * 2]


def hash_password(password: str) -> str:
    with _turn():
        return _hasher.hash(_normal(password))


@cache
def _dummy() -> str:
    return _hasher.hash("no account has this password")


def prepare() -> None:
    """Makes the dummy hash when a process starts: the first unknown name must not take twice as long as the next."""
    _dummy()


def verify(kept: str | None, password: str) -> bool:
    """Takes the same time whether there is such an account or not: without a hash a dummy one is computed."""
    with _turn():
        try:
            right = _hasher.verify(kept or _dummy(), _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


def weakness(password: str, *, minimum: int, about: tuple[str, ...] = ()) -> str | None:
    """Why this password is refused, as a sentence for the person; None when it will do. `about`: phone, name, e-mail."""
    text = _normal(password)
    if len(text) < minimum:
        return f"密码太短：至少 {minimum} 位，您填了 {len(text)} 位。"
    if len(text) > MAX_LENGTH:
        return f"密码太长：最多 {MAX_LENGTH} 位。"
    plain = text.lower()
    if plain in _COMMON or len(set(plain)) <= 3 or _is_run(plain):
        return "这个密码太常见，别人很容易猜到。请换一个，例如几个不相干的词连在一起。"
    if any(_holds(plain, part.lower()) for part in about):
        return "密码里不要用手机号、姓名或邮箱。请换一个。"
    return None


def _holds(password: str, part: str) -> bool:
    name = part.partition("@")[0]
    return len(name) >= 4 and name in password and len(password) - len(name) < 6


def _is_run(text: str) -> bool:
    """12345678, abcdefgh, 87654321: every step the same, one up or one down."""
    return {ord(b) - ord(a) for a, b in pairwise(text)} in ({1}, {-1})
