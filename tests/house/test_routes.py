"""Every route, every role, GET and POST, against `routes.csv`, which is written by hand from the table of roles and never generated.

A route or a role that is not in the file fails. The file's `case` names another row or another answer for the same route (a draft, a
wrong code); `other_` columns hold the same role in the wrong place: another employer, another seeker, another city.
"""

import csv
import os
import shutil
from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

import search.current
from search.embedded import EmbeddedEngine
from tests.conftest import make_settings, opened
from tests.house.keeper import Keeper, keeping
from tests.house.town import WRONG_PLACE, Town, address, build
from webapp.access import Role
from webapp.app import create_app
from webapp.postings.gathering import Gatherer

FILE = Path(__file__).with_name("routes.csv")
ROWS = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))
PEOPLE = [name for name in ROWS[0] if name not in {"method", "endpoint", "case"}]
METHODS = {"GET", "POST"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Visitor(FlaskClient):
    """A browser that carries a session and, unless it is told not to, the token a form would carry."""

    def send(self, method: str, url: str, data: dict[str, str], *, csrf: bool = True, headers: dict[str, str] | None = None) -> TestResponse:
        form = data | ({"csrf_token": self._token()} if csrf else {})
        response = super().open(url, method=method, data=form if method == "POST" else None, headers=headers)
        response.close()
        return response

    def _token(self) -> str:
        with self.session_transaction() as seed:
            secret = seed.setdefault("csrf_token", sha1(os.urandom(64), usedforsecurity=False).hexdigest())
        return str(URLSafeTimedSerializer(self.application.secret_key or "", salt="wtf-csrf-token").dumps(secret))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, template_database: Path) -> Iterator[tuple[Flask, Town, Keeper]]:
    settings = make_settings(tmp_path_factory.mktemp("town"))
    shutil.copy(template_database, settings.var / "zhilu.db")
    with pytest.MonkeyPatch.context() as patched, opened(settings):
        patched.setattr(Gatherer, "_wind", lambda *_: None)  # counts that are written now and then look like a change made by a page
        search.current.use(EmbeddedEngine(settings.search_directory))
        search.current.engine().rebuild([])
        app = create_app(settings)
        app.test_client_class = Visitor
        town = build()
        with keeping(settings.var / "zhilu.db") as keeper:
            yield app, town, keeper


@pytest.fixture
def app(house: tuple[Flask, Town, Keeper]) -> Flask:
    return house[0]


@pytest.fixture
def town(house: tuple[Flask, Town, Keeper]) -> Town:
    return house[1]


@pytest.fixture
def keeper(house: tuple[Flask, Town, Keeper]) -> Keeper:
    return house[2]


def as_(app: Flask, town: Town, person: str) -> Visitor:
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    if person in town.tokens:
        visitor.set_cookie("session", town.tokens[person])
    return visitor


def name(row: dict[str, str]) -> str:
    return " ".join(part for part in (row["method"], row["endpoint"], row["case"]) if part)


def expected(row: dict[str, str]) -> dict[str, int]:
    return {person: int(row[person]) for person in PEOPLE}


def test_every_role_has_its_column() -> None:
    assert set(PEOPLE) == {"anonymous", *WRONG_PLACE, *(role.value for role in Role)}


def test_every_row_says_what_each_person_gets() -> None:
    assert [name(row) for row in ROWS if None in row or any(not (row[person] or "").isdigit() for person in PEOPLE)] == []
    assert len({name(row) for row in ROWS}) == len(ROWS)


def test_every_route_is_in_the_file(app: Flask) -> None:
    routes = {(method, rule.endpoint) for rule in app.url_map.iter_rules() for method in METHODS & (rule.methods or set())}
    assert {(row["method"], row["endpoint"]) for row in ROWS} == routes


def test_no_route_answers_to_another_method(app: Flask) -> None:
    assert {method for rule in app.url_map.iter_rules() for method in rule.methods or ()} - {"HEAD", "OPTIONS"} == METHODS


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_each_person_gets_what_the_file_says(app: Flask, town: Town, keeper: Keeper, row: dict[str, str]) -> None:
    url, data = address(app, town, row["endpoint"], row["case"]), town.answers().get((row["endpoint"], row["case"]), {})
    got, wrote, headers = {}, set(), town.headers().get((row["endpoint"], row["case"]))
    for person in PEOPLE:
        response = as_(app, town, person).send(row["method"], url, data, headers=headers)
        got[person] = response.status_code
        check_headers(response, signed_in=person in town.tokens)
        if keeper.changed():
            wrote.add(person)
            keeper.put_back()
    assert got == expected(row)
    if row["method"] == "GET":
        assert wrote == set(), "a GET changed something"
    refused = {person for person, status in got.items() if status in {401, 403, 404, 410}}
    assert wrote & refused == set(), "a refused request changed something"


def check_headers(response: TestResponse, *, signed_in: bool) -> None:
    where, headers = f"{response.request.method} {response.request.path}", response.headers
    if response.request.path.startswith("/static/"):
        assert headers.get("X-Content-Type-Options") == "nosniff", where
        return
    assert {name: headers.get(name) for name in HEADERS} == HEADERS, where
    policy = headers.get("Content-Security-Policy", "")
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy, where
    kept_by_the_browser = "no-store" not in headers.get("Cache-Control", "")
    assert not (kept_by_the_browser and (signed_in or response.request.method == "POST")), f"{where}: no no-store"
    if signed_in:
        assert "public" not in headers.get("Cache-Control", ""), where


CHANGING = [row for row in ROWS if row["method"] == "POST" and not row["case"] and row["endpoint"] != "sources.receive"]
"""But for the route that no cookie opens: it asks for a key in every request, which no foreign page can make a browser send."""


@pytest.mark.parametrize("row", CHANGING, ids=name)
def test_a_form_without_its_token_is_refused_and_changes_nothing(app: Flask, town: Town, keeper: Keeper, row: dict[str, str]) -> None:
    url, data = address(app, town, row["endpoint"], ""), town.answers().get((row["endpoint"], ""), {})
    served = [person for person, status in expected(row).items() if status in {200, 303}]
    for person in served[:3]:
        visitor = as_(app, town, person)
        assert visitor.send("POST", url, data, csrf=False).status_code == 400, person
        assert visitor.send("POST", url, data | {"csrf_token": "IjAi.forged.token"}, csrf=False).status_code == 400, person
        foreign = as_(app, town, "anonymous")
        stolen = foreign._token()
        assert visitor.send("POST", url, data | {"csrf_token": stolen}, csrf=False).status_code == 400, f"{person}: a token of another browser"
    assert served and not keeper.changed()


def test_a_write_that_is_served_does_write(app: Flask, town: Town, keeper: Keeper) -> None:
    """The watch over GET and over refusals sees changes: without this a broken watch would pass everything."""
    url = address(app, town, "accounts.profile", "")
    assert as_(app, town, "seeker").send("POST", url, {"name": "钱多多"}).status_code == 303
    assert keeper.changed()
    keeper.put_back()


def test_an_encrypted_visit_is_told_to_stay_encrypted(app: Flask) -> None:
    response = app.test_client().get("/", base_url="https://localhost")
    response.close()
    assert int(response.headers["Strict-Transport-Security"].split(";")[0].removeprefix("max-age=")) >= 365 * 24 * 3600
