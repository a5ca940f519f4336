import threading
import time

import pytest

from webapp import db
from webapp.accounts import passwords


def test_a_hash_is_argon2id_with_the_measured_cost() -> None:
    assert passwords.hash_password("lantian baiyun").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_right_password_fits_and_no_other() -> None:
    kept = passwords.hash_password("lantian baiyun")
    assert passwords.verify(kept, "lantian baiyun")
    assert not passwords.verify(kept, "lantian baiyuN")


def test_nothing_fits_an_account_that_is_not_there() -> None:
    assert not passwords.verify(None, "no account has this password")


def test_full_width_letters_are_the_same_password() -> None:
    assert passwords.verify(passwords.hash_password("lantian１２"), "lantian12")


def test_a_damaged_hash_fits_nothing() -> None:
    assert not passwords.verify("$argon2id$nonsense", "lantian baiyun")


@pytest.mark.parametrize(
    "password", ["12345678", "87654321", "abcdefgh", "aaaaaaaa", "ababab12"[:6] + "ab", "woaini1314", "Password123", "qwertyuiop", "５２０１３１４５"]
)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    assert "太常见" in (passwords.weakness(password, minimum=8) or "")


def test_a_short_password_is_told_how_many_are_missing() -> None:
    assert passwords.weakness("lan7tia", minimum=8) == "密码太短：至少 8 位，您填了 7 位。"


@pytest.mark.parametrize("password", ["13812345678", "a13812345678", "wanglaowu1"])
def test_what_is_known_about_a_person_is_no_password(password: str) -> None:
    assert "不要用" in (passwords.weakness(password, minimum=8, about=("13812345678", "wanglaowu@example.com")) or "")


@pytest.mark.parametrize("password", ["lantian baiyun 42", "马到成功一二三四五", "hK9#mm2!"])
def test_a_good_password_is_taken(password: str) -> None:
    assert passwords.weakness(password, minimum=8, about=("13812345678",)) is None


@pytest.mark.usefixtures("database")
def test_no_password_is_hashed_inside_a_transaction() -> None:
    with db.transaction(), pytest.raises(RuntimeError):
        passwords.hash_password("lantian baiyun")


def test_at_most_two_passwords_are_computed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    class Counting:
        def hash(self, password: str) -> str:
            nonlocal inside, most
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.02)
            with lock:
                inside -= 1
            return password

    monkeypatch.setattr(passwords, "_hasher", Counting())
    threads = [threading.Thread(target=passwords.hash_password, args=("x",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_who_waits_too_long_for_a_place_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE_SECONDS", 0.01)
    taken = [passwords._turns.acquire() for _ in range(2)]
    try:
        with pytest.raises(passwords.TooBusy):
            passwords.hash_password("x")
    finally:
        for _ in taken:
            passwords._turns.release()
