from types import SimpleNamespace

import pytest

from tests.conftest import TEST_SECRETS
from webapp import sealing
from webapp.config import Secrets


@pytest.fixture(autouse=True)
def keys() -> None:
    sealing.configure(TEST_SECRETS)


class Row(SimpleNamespace):
    __tablename__ = "person"
    phone = sealing.Sealed("phone_sealed")


def test_a_sealed_field_reads_back_and_is_not_in_the_stored_bytes() -> None:
    row = Row(id=7, phone_sealed=None)
    row.phone = "13812345678"
    assert row.phone == "13812345678"
    assert b"13812345678" not in row.phone_sealed


def test_a_ciphertext_moved_to_another_row_does_not_open() -> None:
    row, other = Row(id=7, phone_sealed=None), Row(id=8, phone_sealed=None)
    row.phone = "13812345678"
    other.phone_sealed = row.phone_sealed
    with pytest.raises(sealing.NotOpened):
        _ = other.phone


def test_equal_texts_do_not_look_equal() -> None:
    assert sealing.seal("x", cell="c") != sealing.seal("x", cell="c")


def test_an_old_key_still_opens_while_the_new_one_writes() -> None:
    old = sealing.seal("x", cell="c")
    sealing.configure(Secrets("s", {"new": b"n" * 32, **TEST_SECRETS.fields}, b"i" * 32))
    assert sealing.unseal(old, cell="c") == "x"
    assert sealing.seal("x", cell="c")[1:4] == b"new"
    sealing.configure(Secrets("s", {"new": b"n" * 32}, b"i" * 32))
    with pytest.raises(sealing.NotOpened):
        sealing.unseal(old, cell="c")


def test_a_blind_index_tells_kinds_and_keys_apart() -> None:
    phone = sealing.blind("phone", "138")
    assert phone == sealing.blind("phone", "138")
    assert phone != sealing.blind("email", "138")
    sealing.configure(Secrets("s", TEST_SECRETS.fields, b"j" * 32))
    assert phone != sealing.blind("phone", "138")


def test_masks_keep_what_the_owner_recognises_and_no_more() -> None:
    assert sealing.mask_phone("13812345678") == "138****5678"
    assert sealing.mask_phone("1") == "****"
    assert sealing.mask_email("lan@example.com") == "l***@example.com"
    assert sealing.mask_name("欧阳兰") == "欧**"
