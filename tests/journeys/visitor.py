"""What a person does with a page, in words they see. A journey is written once against `Visitor`; here it runs on Flask's test client.

Labels, buttons and links are found by their text, forms are sent with everything they carry, and after every answer the page is held to
`tests.webapp.pages.check_standards` (by the client itself). There is no JavaScript here, so a journey that passes needs none.
"""

import re
from io import BytesIO
from typing import Protocol
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.webapp.conftest import CheckingClient
from tests.webapp.pages import HTML, Page, read, words

_CONTROLS = {HTML + tag for tag in ("input", "select", "textarea", "button")}


class NotOnPage(AssertionError):
    """What a person would have looked for in vain."""


class Visitor(Protocol):
    status: int

    @property
    def path(self) -> str: ...
    @property
    def h1(self) -> str: ...
    @property
    def text(self) -> str:
        """The words of the main part."""

    @property
    def session_cookie(self) -> str: ...
    def open(self, path: str, expect: int = 200) -> None: ...
    def fill(self, values: dict[str, str]) -> None: ...
    def choose(self, label: str, option: str) -> None:
        """In a list or among radio buttons."""

    def tick(self, label: str) -> None: ...
    def attach(self, label: str, name: str, content: bytes) -> None:
        """Chooses a file."""

    def download(self, link: str) -> bytes:
        """What a link gives that is no page."""

    def press(self, button: str, expect: int = 200) -> None: ...
    def follow(self, link: str, expect: int = 200) -> None: ...
    def value(self, label: str) -> str:
        """What stands in a box."""

    def offers(self, word: str) -> bool:
        """Whether a button or link of this name is on the page."""


class ClientVisitor:
    def __init__(self, app: Flask, origin: str, cookie: str = "") -> None:
        client = app.test_client()
        assert isinstance(client, CheckingClient)
        client.environ_base["REMOTE_ADDR"] = origin
        self._client = client
        self._page: Page | None = None
        self._typed: dict[int, str | None] = {}
        self._attached: dict[int, tuple[bytes, str]] = {}
        self.status, self._url = 0, "/"
        if cookie:
            client.set_cookie("session", cookie)

    @property
    def page(self) -> Page:
        assert self._page is not None, "no page was opened"
        return self._page

    @property
    def path(self) -> str:
        return urlsplit(self._url).path

    @property
    def h1(self) -> str:
        return self.page.h1

    @property
    def text(self) -> str:
        return self.page.text

    @property
    def session_cookie(self) -> str:
        cookie = self._client.get_cookie("session")
        return cookie.value if cookie else ""

    def open(self, path: str, expect: int = 200) -> None:
        self._arrive(self._client.get(path, follow_redirects=True), expect)

    def _arrive(self, response: TestResponse, expect: int) -> None:
        self.status, self._url = response.status_code, response.request.full_path.rstrip("?")
        self._page, self._typed, self._attached = read(response), {}, {}
        assert self.status == expect, f"{self._url}: {self.status}, {self.h1}, {self.page.errors}"

    def fill(self, values: dict[str, str]) -> None:
        for label, value in values.items():
            self._typed[id(self._control(label))] = value

    def choose(self, label: str, option: str) -> None:
        group = next((node for node in self.page.all("fieldset") if _said(node.find(f"{HTML}legend")) == label), None)
        if group is None:
            control = self._control(label)
            wanted = [node for node in control.iter(HTML + "option") if words(node) == option]
            if not wanted:
                raise NotOnPage(f"{option} in {label}")
            self._typed[id(control)] = wanted[0].get("value") or ""
            return
        for node in group.iter(HTML + "input"):
            self._typed[id(node)] = None
        self._typed[id(self._control(option, group))] = "on"

    def tick(self, label: str) -> None:
        self._typed[id(self._control(label))] = "on"

    def attach(self, label: str, name: str, content: bytes) -> None:
        self._attached[id(self._control(label))] = (content, name)

    def download(self, link: str) -> bytes:
        response = self._client.get(urljoin(self._url, self._link(link)))
        assert response.status_code == 200, f"{link}: {response.status_code}"
        return response.data

    def _control(self, label: str, within: Element | None = None) -> Element:
        for node in (self.page.tree if within is None else within).iter(HTML + "label"):
            if _said(node) == label:
                return self._by_id(node.get("for") or "")
        raise NotOnPage(f"{label}: not on {self.path} ({self.h1})")

    def _by_id(self, key: str) -> Element:
        return next(node for node in self.page.tree.iter() if node.get("id") == key)

    def value(self, label: str) -> str:
        control = self._control(label)
        return self._value(control) or ""

    def _value(self, control: Element) -> str | None:
        """What it would send; None: nothing."""
        if id(control) in self._typed and control.get("type") not in {"checkbox", "radio"}:
            return self._typed[id(control)]
        if control.tag == HTML + "textarea":
            return re.sub(r"^\r?\n", "", "".join(control.itertext()))
        if control.tag == HTML + "select":
            chosen = [node for node in control.iter(HTML + "option") if node.get("selected") is not None] or list(control.iter(HTML + "option"))
            return (chosen[0].get("value") or "") if chosen else ""
        if control.get("type") in {"checkbox", "radio"}:
            ticked = self._typed[id(control)] if id(control) in self._typed else control.get("checked")
            return None if ticked is None else control.get("value") or "on"
        return control.get("value") or ""

    def offers(self, word: str) -> bool:
        return any(_is(node, word) for tag in ("a", "button") for node in self.page.all(tag))

    def press(self, button: str, expect: int = 200) -> None:
        for form in self.page.all("form"):
            pressed = next((node for node in self._controls(form) if node.tag == HTML + "button" and _is(node, button)), None)
            if pressed is not None and pressed.get("type") != "button":
                return self._send(form, pressed, expect)
        raise NotOnPage(f"button {button}: not on {self.path} ({self.h1})")

    def _controls(self, form: Element) -> list[Element]:
        """What stands in the form, and what stands elsewhere and says that it belongs to it."""
        inside = {id(node) for node in form.iter()}
        found = (node for node in self.page.tree.iter() if node.tag in _CONTROLS)
        return [node for node in found if (node.get("form") == form.get("id") if node.get("form") else id(node) in inside)]

    def _send(self, form: Element, pressed: Element, expect: int) -> None:
        controls = [node for node in self._controls(form) if node.tag != HTML + "button"]
        pairs = [(node.get("name") or "", self._value(node)) for node in controls]
        pairs.append((pressed.get("name") or "", pressed.get("value") or ""))
        sent: list[tuple[str, object]] = [(name, value) for name, value in pairs if name and value is not None]
        chosen = {node.get("name") or "": self._attached[id(node)] for node in self._controls(form) if id(node) in self._attached}
        sent = [(name, value) for name, value in sent if name not in chosen]
        sent += [(field, (BytesIO(content), name)) for field, (content, name) in chosen.items()]
        target = urljoin(self._url, form.get("action") or "")
        if (form.get("method") or "get").lower() == "get":
            return self.open(f"{target.partition('?')[0]}?{urlencode(sent)}", expect)
        return self._arrive(self._client.post(target, data=MultiDict(sent), follow_redirects=True), expect)

    def follow(self, link: str, expect: int = 200) -> None:
        self.open(urljoin(self._url, self._link(link)), expect)

    def _link(self, words_of_it: str) -> str:
        found = next((node for node in self.page.all("a") if _is(node, words_of_it)), None)
        if found is None:
            raise NotOnPage(f"link {words_of_it}: not on {self.path} ({self.h1})")
        return found.get("href") or ""


def _said(node: Element | None) -> str:
    """A label without its marks 选填 and *."""
    if node is None:
        return ""
    marks = [words(part) for part in node.iter() if {"optional", "required"} & set((part.get("class") or "").split())]
    text = words(node)
    for mark in marks:
        text = text.removesuffix(mark).strip()
    return text


def _is(node: Element, text: str) -> bool:
    """By its words, by them and more that only a screen reader says, or by the strong words of a card."""
    said = words(node)
    return said == text or said.startswith((f"{text}：", f"{text}，")) or any(words(strong) == text for strong in node.iter(HTML + "strong"))
