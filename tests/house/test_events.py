"""The catalogue of facts against the house: every fact is told somewhere, can be read back from the ledger, and names nobody.

Who listens to which fact, and that each listener has a handler, is held by tests/workers/test_handlers.py; that each fact has a Chinese
name by tests/webapp/notices/test_labels.py.
"""

import ast
from dataclasses import asdict, fields
from typing import Any, get_type_hints

import pytest

from tests.house.test_source import trees
from webapp import events, ledger
from webapp.events import Event
from workers.handlers import LISTENERS
from workers.silent import SILENT

FACTS = sorted((kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event), key=str)
SAMPLES: dict[type, Any] = {str: "0190b3c2-0000-7000-8000-000000000001", int: 3, bool: True}
PERSONAL = ("name", "phone", "email", "address", "id_number", "password", "digits", "token", "text", "message", "title", "body")
"""A part of a fact with such a name would carry what somebody typed into the audit and the queue."""


def test_the_catalogue_is_not_empty() -> None:
    assert len(FACTS) > 30


def test_every_fact_is_told_somewhere() -> None:
    tellers = [tree for name, tree in trees().items() if not name.startswith("webapp/events/") and name != "workers/handlers.py"]
    assert {kind.__name__ for kind in FACTS} - {_named(node) for tree in tellers for node in ast.walk(tree)} == set()


def _named(node: ast.AST) -> str:
    """A call, or a class handed to whoever calls it later."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_the_tables_of_listeners_name_facts_of_the_catalogue_only() -> None:
    assert {*LISTENERS, *SILENT} == set(FACTS)


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
def test_a_fact_is_read_back_from_the_ledger_as_it_was_told(kind: type[Event]) -> None:
    hints = get_type_hints(kind)
    told = kind(**{field.name: SAMPLES[hints[field.name]] for field in fields(kind)})
    assert ledger.decode(kind.__name__, asdict(told)) == told


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
def test_a_fact_carries_keys_codes_and_counts_only(kind: type[Event]) -> None:
    parts = {field.name for field in fields(kind)}
    assert {part for part in parts if any(word == part or part.endswith(f"_{word}") for word in PERSONAL)} == set()
