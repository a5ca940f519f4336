"""The same visitor in Chromium, and what a browser alone can tell: script and policy errors, width, accessibility.

Every page is held to all of it the first time its kind is met (a route, its status, with or without an error summary), at the three
widths of the plan.
"""

import contextlib
import mimetypes
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Locator, Page, Response

from tests.journeys.visitor import NotOnPage

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
PHONE = {"width": 360, "height": 740}
WIDTHS = (768, 1280, 360)
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_SAID = """const said = (node) => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll(".optional, .required").forEach((mark) => mark.remove());
    return copy.textContent.replace(/\\s+/g, " ").trim();
  };
  const labelled = (place, text) => Array.from(place.querySelectorAll("label")).find((node) => said(node) === text)?.htmlFor;
"""
_FIND_LABEL = f"(text) => {{ {_SAID} return labelled(document, text); }}"
_FIND_GROUP = f"""([text, option]) => {{ {_SAID}
  const group = Array.from(document.querySelectorAll("fieldset")).find((node) => said(node.querySelector("legend") ?? node) === text);
  return group && labelled(group, option);
}}"""


class Inspector:
    """Remembers which kinds of page were looked at; one for all visitors of a run. `shots`: where pictures of them go."""

    def __init__(self, shots: Path | None) -> None:
        self._seen: set[str] = set()
        self._axe = Axe()
        self._shots = shots

    def inspect(self, page: Page, status: int) -> None:
        kind = self._kind(page, status)
        if kind in self._seen:
            return
        self._seen.add(kind)
        kept = page.viewport_size or PHONE
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": PHONE["height"]})
            self._picture(page, kind, width)
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, f"{kind} scrolls at {width}"
            broken = self._axe.run(page)["violations"]
            assert _told(broken) == [], f"{kind} at {width}"
        page.set_viewport_size(kept)

    def _kind(self, page: Page, status: int) -> str:
        failed = "+errors" if page.locator(".error-summary").count() else ""
        empty = "+empty" if page.locator(".empty").count() else ""
        differs = "+differences" if page.locator(".differences").count() else ""
        return f"{_KEY.sub('one', urlsplit(page.url).path)} {status}{failed}{empty}{differs}"

    def _picture(self, page: Page, kind: str, width: int) -> None:
        if self._shots:
            self._shots.mkdir(parents=True, exist_ok=True)
            name = re.sub(r"[^\w+]+", "_", kind).strip("_")
            with contextlib.suppress(Error):  # a picture is for people; without it the page is tested all the same
                page.screenshot(path=self._shots / f"{name}_{width}.png", full_page=True)


def _told(violations: list[dict[str, Any]]) -> list[str]:
    return [f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}" for one in violations for node in one["nodes"]]


class BrowserVisitor:
    """`inspector` None: the pages of this visitor are not examined (another database shows the same ones)."""

    def __init__(self, context: BrowserContext, inspector: Inspector | None, *, script: bool = True) -> None:
        self.page = context.new_page()
        self._context = context
        self._inspector = inspector if script else None
        self.status = 0
        self.problems: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        """A page that answers 404 as it should is reported by the browser as a failed resource: the journey expects that by its status."""
        own_status = message.text.startswith("Failed to load resource") and message.location.get("url", "").startswith(
            self.page.url.partition("#")[0]
        )
        if message.type in {"error", "warning"} and not own_status:
            self.problems.append(f"{self.page.url}: {message.type}: {message.text}")

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def h1(self) -> str:
        return " ".join((self.page.locator("h1").first.text_content() or "").split())

    @property
    def text(self) -> str:
        return " ".join((self.page.locator("main").text_content() or "").split())

    @property
    def session_cookie(self) -> str:
        return next((str(cookie["value"]) for cookie in self._context.cookies() if cookie.get("name") == "session"), "")

    def open(self, path: str, expect: int = 200) -> None:
        self.arrive(self.page.goto(path), expect)

    def moving(self, act: Callable[[], None], expect: int = 200) -> None:
        """Does something that leads to another page."""
        with self.page.expect_navigation() as moved:
            act()
        self.arrive(moved.value, expect)

    def arrive(self, response: Response | None, expect: int) -> None:
        assert response is not None
        self.status = response.status
        assert self.status == expect, f"{self.page.url}: {self.status}, {self.h1}, {self.page.locator('.error-summary').all_inner_texts()}"
        if self._inspector:
            self._inspector.inspect(self.page, self.status)
        assert self.problems == []

    def fill(self, values: dict[str, str]) -> None:
        for label, value in values.items():
            control = self.control(label)
            for folded in control.locator("xpath=ancestor::details[not(@open)]").all():
                folded.locator("summary").first.click()
            control.fill(value)

    def control(self, label: str) -> Locator:
        return self._by_id(self.page.evaluate(_FIND_LABEL, label), label)

    def _by_id(self, key: str | None, label: str) -> Locator:
        if not key:
            raise NotOnPage(f"{label}: not on {self.path} ({self.h1})")
        return self.page.locator(f'[id="{key}"]')

    def choose(self, label: str, option: str) -> None:
        radio = self.page.evaluate(_FIND_GROUP, [label, option])
        if radio:
            self._by_id(radio, option).check()
        else:
            self.control(label).select_option(label=option)

    def tick(self, label: str) -> None:
        self.control(label).check()

    def attach(self, label: str, name: str, content: bytes) -> None:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self.control(label).set_input_files({"name": name, "mimeType": kind, "buffer": content})

    def download(self, link: str) -> bytes:
        with self.page.expect_download() as coming:
            self._visible("a", link).click()
        return Path(coming.value.path()).read_bytes()

    def value(self, label: str) -> str:
        return self.control(label).input_value()

    def offers(self, word: str) -> bool:
        return bool(self._named("a", word).count() or self._named("button", word).count())

    def _named(self, tag: str, word: str) -> Locator:
        exact = re.compile(rf"^\s*{re.escape(word)}(：.*|，.*)?\s*$", re.DOTALL)
        whole, card = self.page.locator(tag).filter(has_text=exact), self.page.locator(tag).filter(has=self.page.locator("strong", has_text=exact))
        return whole.or_(card)

    def press(self, button: str, expect: int = 200) -> None:
        self.moving(self._visible("button", button).click, expect)

    def follow(self, link: str, expect: int = 200) -> None:
        self.moving(self._visible("a", link).click, expect)

    def _visible(self, tag: str, word: str) -> Locator:
        """As a person would: what is folded away in the visitor's menu, or behind the button of the filters, is unfolded first."""
        found = self._named(tag, word)
        if not found.count():
            raise NotOnPage(f"{tag} {word}: not on {self.path} ({self.h1})")
        for place in found.all():
            if place.is_visible():
                return place
        is_filter = self.page.locator("#filters").filter(has=found).count()
        self.page.locator(".filters-open" if is_filter else "details.menu summary").click()
        return found.first
