"""The web application over a database of its own, a browser that checks every page it is given, and a way in.

`client` is Flask's test client: every HTML answer is held to `tests.webapp.pages.check_standards`, every POST carries a CSRF token (unless
`csrf=False`). `sign_in(client, person)` sets the cookie of a new session, without the sign-in page.
"""

import hashlib
import os
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from search.embedded import EmbeddedEngine
from tests.webapp.pages import check_standards
from webapp.access import Actor
from webapp.accounts import operations
from webapp.accounts.models import Person
from webapp.app import create_app
from webapp.config import Settings
from webapp.db import session, transaction

SignIn = Callable[[FlaskClient, Person], None]


class CheckingClient(FlaskClient):
    def open(self, *args: Any, **options: Any) -> TestResponse:
        response = super().open(*args, **options)
        for name, value in response.headers:
            assert value.isascii(), f"{response.request.path}: no server sends {name}: {value}"
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            check_standards(response)
        for value in response.headers.values():
            value.encode("latin-1")  # a real server refuses anything else
        response.close()  # what is written after the response is written now
        return response

    def post(self, *args: Any, csrf: bool = True, **options: Any) -> TestResponse:
        if csrf:
            data = options.get("data") or {}
            options["data"] = MultiDict(data)
            options["data"].setdefault("csrf_token", self.token())
        return super().post(*args, **options)

    def token(self) -> str:
        """What the form of a page just opened would carry."""
        with self.session_transaction() as seed:
            secret = seed.setdefault("csrf_token", hashlib.sha1(os.urandom(64)).hexdigest())
        serializer = URLSafeTimedSerializer(self.application.secret_key or "", salt="wtf-csrf-token")
        return str(serializer.dumps(secret))


@pytest.fixture
def app(settings: Settings, database: None, index: EmbeddedEngine) -> Flask:
    made = create_app(settings)
    made.testing = True
    made.test_client_class = CheckingClient
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in() -> SignIn:
    return enter


def enter(client: FlaskClient, person: Person) -> None:
    with transaction():
        token = operations.start_session(session().get_one(Person, person.id), device="测试", by=Actor.SYSTEM)
    client.set_cookie("session", token)
