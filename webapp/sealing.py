"""Personal data at rest: AES-256-GCM bound to its cell, and a keyed blind index to find a row without reading it.

The associated data is `table:row:column`, so a ciphertext copied to another row does not open. The ciphertext names its key, so keys can
be changed while both are in use: layout = 1 byte length of key id, key id, 12 bytes nonce, ciphertext with tag. The blind index is
HMAC-SHA-256 under a key of its own: an unkeyed hash of all ID numbers of a county falls in seconds.
"""

import hashlib
import hmac
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from webapp.config import Secrets

_NONCE = 12
_secrets: Secrets | None = None


class NotOpened(Exception):
    """The ciphertext is damaged, was moved from another cell, or its key is not configured."""


def configure(secrets: Secrets) -> None:
    global _secrets
    _secrets = secrets


def _keys() -> Secrets:
    if _secrets is None:
        raise RuntimeError("no keys: call webapp.sealing.configure first")
    return _secrets


def seal(text: str, *, cell: str) -> bytes:
    return seal_bytes(text.encode(), cell=cell)


def unseal(sealed: bytes, *, cell: str) -> str:
    return unseal_bytes(sealed, cell=cell).decode()


def seal_bytes(content: bytes, *, cell: str) -> bytes:
    key_id, key = next(iter(_keys().fields.items()))
    nonce = os.urandom(_NONCE)
    name = key_id.encode()
    return bytes([len(name)]) + name + nonce + AESGCM(key).encrypt(nonce, content, cell.encode())


def unseal_bytes(sealed: bytes, *, cell: str) -> bytes:
    name, rest = sealed[1 : 1 + sealed[0]].decode(), sealed[1 + sealed[0] :]
    try:
        return AESGCM(_keys().fields[name]).decrypt(rest[:_NONCE], rest[_NONCE:], cell.encode())
    except (InvalidTag, KeyError) as reason:
        raise NotOpened(cell) from reason


def blind(kind: str, text: str) -> bytes:
    """32 bytes; equal for equal (kind, text). The caller normalises the text first."""
    return hmac.new(_keys().index, f"{kind}:{text}".encode(), hashlib.sha256).digest()


class Sealed:
    """A field of a model that reads and writes plain text over the encrypted column it names.

    `phone = Sealed("phone_sealed")` beside `phone_sealed: Mapped[bytes | None]`. The row's key (`id` unless named) must be set before the
    field is.
    """

    def __init__(self, column: str, key: str = "id") -> None:
        self.column = column
        self.key = key

    def __get__(self, row: Any, owner: type[Any]) -> str | None:
        sealed = getattr(row, self.column)
        return None if sealed is None else unseal(sealed, cell=self._cell(row))

    def __set__(self, row: Any, text: str | None) -> None:
        setattr(row, self.column, None if text is None else seal(text, cell=self._cell(row)))

    def _cell(self, row: Any) -> str:
        key = getattr(row, self.key)
        if key is None:
            raise ValueError("a sealed field needs the row's key first")
        return f"{row.__tablename__}:{key}:{self.column}"


def mask_phone(phone: str) -> str:
    """`138****5678`: enough for its owner to recognise."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "****"


def mask_email(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}"


def mask_name(name: str) -> str:
    """The family name only: `张**`."""
    return name[:1] + "*" * (len(name) - 1)
