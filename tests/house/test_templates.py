import re
from pathlib import Path

from tests.conftest import ROOT

TEMPLATES = sorted((ROOT / "webapp").rglob("templates/**/*.html"))


def text_of_the_house() -> str:
    files = [*TEMPLATES, *(ROOT / "webapp").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def written(path: Path) -> str:
    """The template without its comments."""
    return re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.S)


def name_of(path: Path) -> str:
    return str(path).rsplit("/templates/", 1)[1]


def test_every_template_is_used() -> None:
    text = text_of_the_house()
    unused = [name_of(path) for path in TEMPLATES if not name_of(path).startswith("errors/") and f"{name_of(path)}" not in text]
    assert unused == []


def test_every_error_the_app_answers_has_its_page() -> None:
    from webapp.app import ERRORS

    pages = {path.stem for path in (ROOT / "webapp/templates/errors").glob("*.html")}
    assert {str(code) for code in ERRORS} <= pages


def test_no_page_carries_style_or_script_of_its_own() -> None:
    offenders = [
        name_of(path)
        for path in TEMPLATES
        if re.search(r"\sstyle=|<style|\son(?!ly=)[a-z]+=|<script(?![^>]*\b(src=|type=\"application/ld\+json\"))", written(path))
    ]
    assert offenders == []


def test_every_form_that_changes_something_carries_its_token() -> None:
    offenders = [
        name_of(path)
        for path in TEMPLATES
        for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", written(path), re.S | re.I)
        if not re.search(r"csrf\(\)|csrf_token|hidden_tag", form)
    ]
    assert offenders == []
