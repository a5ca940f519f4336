"""The house reads its own source: the rules of the plan that a reviewer would otherwise have to remember."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

HOUSES = ("webapp", "search", "workers")
COMMITS = {"webapp/db.py", "search/embedded.py"}


@cache
def sources() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for house in HOUSES for path in sorted((ROOT / house).rglob("*.py"))}


@cache
def trees() -> dict[str, ast.Module]:
    return {name: ast.parse(text) for name, text in sources().items()}


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_only_the_session_and_the_index_commit() -> None:
    assert {name for name, text in sources().items() if re.search(r"\.commit\(", text)} <= COMMITS


def test_what_was_typed_is_read_by_forms_alone() -> None:
    assert [name for name, text in sources().items() if re.search(r"\brequest\.(form|values)\b", text)] == []


def test_no_file_is_longer_than_400_lines() -> None:
    assert {name: text.count("\n") for name, text in sources().items() if text.count("\n") > 400} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    long = {
        f"{name}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, tree in trees().items()
        for node in functions(tree)
        if (node.end_lineno or 0) - node.lineno + 1 > 50
    }
    assert long == {}


def test_functions_are_short() -> None:
    sizes = sorted((node.end_lineno or 0) - node.lineno + 1 for tree in trees().values() for node in functions(tree))
    assert sizes[len(sizes) // 2] <= 8
    assert sizes[len(sizes) * 9 // 10] <= 25


def test_no_function_imports_the_house() -> None:
    inner = [
        f"{name}:{inside.lineno}"
        for name, tree in trees().items()
        for node in functions(tree)
        for inside in ast.walk(node)
        if isinstance(inside, ast.ImportFrom) and (inside.module or "").split(".")[0] in HOUSES
    ]
    assert inner == []


def test_every_package_says_what_it_owns() -> None:
    silent = []
    for name, tree in trees().items():
        if name.endswith("__init__.py"):
            lines = (ast.get_docstring(tree) or "").splitlines()
            if len(lines) < 3:
                silent.append(name)
    assert silent == []


def test_operations_know_no_request() -> None:
    told = {name for name, text in sources().items() if re.search(r"/(operations|queries|models)\b", name) and re.search(r"\bflask\b", text)}
    assert told == set()


@pytest.mark.parametrize("word", ["utils", "common", "services", "helpers", "dao"])
def test_there_is_no_junk_drawer(word: str) -> None:
    allowed = {"workers/services.py"}  # the servers that the embedded set starts: the word is the thing itself
    assert [name for name in sources() if word in Path(name).with_suffix("").parts and name not in allowed] == []


def test_every_silenced_rule_has_its_reason() -> None:
    bare = [
        f"{name}:{number}"
        for name, text in sources().items()
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(r"#\s*(noqa|type:\s*ignore)[^#]*$", line) and not re.search(r"(noqa[:\w\s,]*|ignore\[[\w\-, ]+\])\s+(-|#)\s*\w", line)
    ]
    assert bare == []


def test_nothing_is_left_to_do() -> None:
    assert [name for name, text in sources().items() if re.search(r"\b(TODO|FIXME|XXX)\b", text)] == []


def test_no_key_stands_twice_in_a_table() -> None:
    """A name or an attribute as a key is nobody's duplicate to a linter, and the earlier entry would be gone without a word."""
    twice = []
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                keys = [ast.dump(key) for key in node.keys if key is not None]
                twice += [f"{name}:{node.lineno} {key}" for key, count in Counter(keys).items() if count > 1]
    assert twice == []
