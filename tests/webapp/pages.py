"""What every page has to hold, and a page as a test reads it."""

import re
import warnings
from collections import Counter
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.test import TestResponse

HTML = "{http://www.w3.org/1999/xhtml}"
SKIPPED_INPUTS = {"hidden", "submit", "button", "image", "reset"}


class Page:
    """A parsed page: `h1`, `title`, `text` (white space collapsed), `errors` (of the summary), `links` (path by words), `fields` (value by name)."""

    def __init__(self, html: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # html5lib has no newer release
            self.tree: Element = html5lib.HTMLParser(strict=True).parse(html)

    def all(self, tag: str) -> list[Element]:
        return [node for node in self.tree.iter() if node.tag == HTML + tag]

    def of_class(self, name: str) -> list[Element]:
        return [node for node in self.tree.iter() if name in (node.get("class") or "").split()]

    @property
    def title(self) -> str:
        return words(self.all("title")[0])

    @property
    def h1(self) -> str:
        return words(self.all("h1")[0])

    @property
    def text(self) -> str:
        return words(self.all("main")[0])

    @property
    def errors(self) -> list[str]:
        return [words(item) for box in self.of_class("error-summary") for item in box.iter() if item.tag in {HTML + "li", HTML + "p"}]

    @property
    def links(self) -> dict[str, str]:
        return {words(node): node.get("href") or "" for node in self.all("a")}

    @property
    def actions(self) -> list[str]:
        return [node.get("action") or "" for node in self.all("form")]

    @property
    def fields(self) -> dict[str, str]:
        found = {node.get("name") or "": node.get("value") or "" for node in self.all("input")}
        found |= {node.get("name") or "": "".join(node.itertext()).removeprefix("\r\n").removeprefix("\n") for node in self.all("textarea")}
        for node in self.all("select"):
            chosen = [option.get("value") or "" for option in node.iter(HTML + "option") if option.get("selected") is not None]
            found[node.get("name") or ""] = chosen[0] if chosen else ""
        return found


def words(node: Element) -> str:
    return re.sub(r"\s+", " ", "".join(node.itertext())).strip()


def read(response: TestResponse) -> Page:
    return Page(response.get_data(as_text=True))


def check_standards(response: TestResponse) -> None:
    """Valid HTML, a language, one title, one h1, no id twice, nothing inline, every box labelled, every POST form with its token."""
    page = read(response)
    where = f"{response.request.method} {response.request.path}"
    assert response.headers.get("Content-Security-Policy"), f"{where}: no CSP"
    assert "unsafe" not in response.headers["Content-Security-Policy"], where
    assert page.all("html")[0].get("lang") == "zh-CN", where
    assert page.title, f"{where}: no title"
    assert [words(node) != "" for node in page.all("h1")] == [True], f"{where}: h1 {[words(node) for node in page.all('h1')]}"
    ids = Counter(node.get("id") for node in page.tree.iter() if node.get("id") is not None)
    assert [name for name, count in ids.items() if count > 1] == [], f"{where}: an id twice"
    _check_nothing_inline(page, where)
    _check_labels(page, where, set(ids))
    for form in page.all("form"):
        if (form.get("method") or "").lower() == "post":
            names = {node.get("name") for node in form.iter(HTML + "input")}
            assert "csrf_token" in names, f"{where}: a form without token"


def _check_nothing_inline(page: Page, where: str) -> None:
    assert page.all("style") == [], f"{where}: inline style"
    for script in page.all("script"):
        assert script.get("src") or script.get("type") == "application/ld+json", f"{where}: inline script"
    for node in page.tree.iter():
        inline = [name for name in node.attrib if name == "style" or name.startswith("on")]
        assert inline == [], f"{where}: {node.tag} {inline}"


def _check_labels(page: Page, where: str, ids: set[str | None]) -> None:
    labelled = {node.get("for") for node in page.all("label")}
    assert labelled - {None} <= ids, f"{where}: a label for nothing: {labelled - {None} - ids}"
    for node in [*page.all("input"), *page.all("select"), *page.all("textarea")]:
        if node.get("type") not in SKIPPED_INPUTS:
            assert node.get("id") in labelled or node.get("aria-label"), f"{where}: {node.get('name')} has no label"
        for name in ("aria-describedby", "aria-labelledby"):
            assert set((node.get(name) or "").split()) <= ids, f"{where}: {node.get('name')} is described by nothing"
