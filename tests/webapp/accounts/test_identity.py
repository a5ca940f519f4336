from datetime import date

import pytest

from webapp.accounts.identity import BadIdentity, age_on, born_on, normalise_email, normalise_id_number, normalise_phone


def id_number(first: str) -> str:
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11]


@pytest.mark.parametrize(
    "typed",
    [
        "13812345678",
        " 138 1234 5678 ",
        "+86 13812345678",
        "86-138-1234-5678",
        "008613812345678",
        "１３８１２３４５６７８",
        "138-1234-5678",
        "+8613812345678",
    ],
)
def test_a_phone_is_read_as_people_write_it(typed: str) -> None:
    assert normalise_phone(typed) == "13812345678"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "请填写"),
        ("1381234567", "10 位"),
        ("138123456789", "12 位"),
        ("23812345678", "开头"),
        ("12012345678", "开头"),
        ("1381234567a", "数字"),
        ("053188888888", "12 位"),
    ],
)
def test_a_wrong_phone_is_told_what_is_wrong(typed: str, says: str) -> None:
    with pytest.raises(BadIdentity, match=says):
        normalise_phone(typed)


@pytest.mark.parametrize("first", ["37010219900307123", "81000019850101001", "91000019850101001", "37021120000229001"])
def test_a_right_id_number_is_taken(first: str) -> None:
    assert normalise_id_number(f" {id_number(first).lower()} ") == id_number(first)


def test_every_single_wrong_digit_is_caught() -> None:
    right = id_number("37010219900307123")
    for place in range(17):
        for digit in "0123456789":
            wrong = right[:place] + digit + right[place + 1 :]
            if wrong != right:
                with pytest.raises(BadIdentity):
                    normalise_id_number(wrong)


@pytest.mark.parametrize("typed", ["", "370102900307123", "3701021990030712345", "37010219900230123X", "ABCDEFGHIJKLMNOPQR"])
def test_what_is_no_id_number_is_refused(typed: str) -> None:
    with pytest.raises(BadIdentity):
        normalise_id_number(typed)


def test_a_day_that_never_was_is_refused_although_its_check_character_is_right() -> None:
    with pytest.raises(BadIdentity, match="出生日期"):
        normalise_id_number(id_number("37010219900230123"))


def test_a_year_of_age_is_completed_on_the_birthday() -> None:
    born = born_on(id_number("37010220101126123"))
    assert age_on(born, date(2026, 11, 25)) == 15
    assert age_on(born, date(2026, 11, 26)) == 16


def test_an_email_is_one_address_however_its_capitals_stand() -> None:
    assert normalise_email(" Wang.Li@Example.COM ") == "wang.li@example.com"


@pytest.mark.parametrize("typed", ["wang", "wang@", "@example.com", "a b@example.com", "x" * 120 + "@example.com"])
def test_what_is_no_email_is_refused(typed: str) -> None:
    with pytest.raises(BadIdentity):
        normalise_email(typed)
