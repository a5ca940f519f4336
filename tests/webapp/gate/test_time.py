"""No text makes the gate slow: it is asked while somebody types, and by every row of an import."""

import importlib
import pkgutil
import re
import time

import pytest

from webapp.gate import measures, reading, wording

BOUND = 0.3
"""Seconds for one look: a pattern with two ways to read a word takes minutes for the longer texts, a sound one some milliseconds."""
MODULES = [importlib.import_module(f"{room.__name__}.{one.name}") for room in (wording, measures) for one in pkgutil.iter_modules(room.__path__)]
PATTERNS = [(f"{module.__name__}.{name}", one) for module in MODULES for name, one in vars(module).items() if isinstance(one, re.Pattern)]


def words_of(pattern: re.Pattern[str]) -> list[str]:
    """What the pattern itself is made of: repeats of these lead it astray, if anything does."""
    plain = re.sub(r"\(\?<?[=!:]|\(\?P<\w+>", "(", pattern.pattern)
    return sorted({*re.findall(r"[一-鿿a-z]{1,6}", plain), "1", "、", ":", "-"})


def seconds(look, text: str) -> float:
    began = time.process_time()
    for _ in look(text):
        pass
    return time.process_time() - began


@pytest.mark.parametrize("pattern", [one for _, one in PATTERNS], ids=[name for name, _ in PATTERNS])
def test_no_pattern_is_led_astray_by_its_own_words_repeated(pattern):
    words = words_of(pattern)
    for head in ("", "无", words[len(words) // 2]):
        for word in words:
            for times in (14, 22, 300):
                assert seconds(pattern.finditer, f"{head}{word * times}岗位病") < BOUND, (head, word, times)


@pytest.mark.parametrize("family", reading.FAMILIES, ids=lambda family: family.codes[0])
def test_no_family_is_slow_about_a_long_text(family):
    for unit in ("遗传性", "不限男女", "无", "18岁", "要求、", "押金", "每天10小时,", "身高170"):
        short, long = (seconds(family.find, f"无{unit * times}岗位病") for times in (500, 1000))
        assert long < max(BOUND, 6 * short), unit


def test_the_sentence_that_took_six_seconds():
    (health,) = (family for family in reading.FAMILIES if family.codes[0] == "HEALTH")
    assert seconds(health.hits, "无" + "遗传性" * 200 + "岗位病") < BOUND
