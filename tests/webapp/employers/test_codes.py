import pytest

from tests.factories.employers import make_uscc
from webapp.employers.codes import IllegalCode, check_character, normalise

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
KNOWN = ["91350100M000100Y43", "911101085923662400", "91440300708461136T"]
"""Codes whose check character was worked out elsewhere: they stand on public registers."""


@pytest.mark.parametrize("code", KNOWN)
def test_a_published_code_is_right(code: str) -> None:
    assert normalise(code) == code


def test_the_standards_formula_gives_the_check_character() -> None:
    """GB 32100: 31 minus the weighted sum modulo 31, weights 1, 3, 9, 27, 19 ... as printed there."""
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    for code in (*KNOWN, make_uscc()):
        total = sum(ALPHABET.index(c) * w for c, w in zip(code, weights, strict=False))
        assert check_character(code[:17]) == ALPHABET[(31 - total % 31) % 31] == code[17]


def test_every_single_wrong_character_is_caught() -> None:
    right = KNOWN[0]
    for place in range(18):
        for character in ALPHABET:
            wrong = right[:place] + character + right[place + 1 :]
            if wrong != right:
                with pytest.raises(IllegalCode):
                    normalise(wrong)


def test_two_neighbours_swapped_are_caught() -> None:
    right = KNOWN[0]
    for place in range(17):
        wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
        if wrong != right:
            with pytest.raises(IllegalCode):
                normalise(wrong)


@pytest.mark.parametrize("typed", [" 91350100 M000100Y43 ", "91350100m000100y43", "９１３５０１００Ｍ０００１００Ｙ４３", "91350100-M000100Y-43"])
def test_a_code_is_read_as_people_write_it(typed: str) -> None:
    assert normalise(typed) == "91350100M000100Y43"


@pytest.mark.parametrize("letter", "IOZSV")
def test_a_letter_that_codes_do_not_have_is_named(letter: str) -> None:
    with pytest.raises(IllegalCode, match=f"没有字母 {letter}"):
        normalise(f"91350100M00010{letter}Y43")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "0 位"),
        ("91350100M000100Y4", "17 位"),
        ("91350100M000100Y433", "19 位"),
        ("91350100M0001*0Y43", "符号"),
        ("9135A100M000100Y43", "第 3 到第 8 位"),
        ("91350100M000100Y44", "对不上"),
    ],
)
def test_a_wrong_code_is_told_what_is_wrong(typed: str, says: str) -> None:
    with pytest.raises(IllegalCode, match=says):
        normalise(typed)


def _with_check(first: str) -> str:
    return first + check_character(first)


@pytest.mark.parametrize(
    "first",
    [
        "0" * 17,
        "01350100M000100Y4",
        "B1350100M000100Y4",
        "W1350100M000100Y4",
        "90350100M000100Y4",
        "91000000M000100Y4",
        "91350100000000000",
    ],
)
def test_what_no_authority_gives_out_is_refused_though_its_check_character_is_right(first: str) -> None:
    with pytest.raises(IllegalCode, match="对不上"):
        normalise(_with_check(first))


@pytest.mark.parametrize("kind", ["11", "12", "51", "52", "92", "93", "A1", "N2", "N9", "Y1", "5A", "1B"])
def test_every_authority_and_kind_of_the_standard_is_taken(kind: str) -> None:
    code = _with_check(f"{kind}350100M000100Y4")
    assert normalise(code) == code
