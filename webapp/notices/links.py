"""Under which address this service is reached, for whoever reads a letter outside of it."""

from dataclasses import dataclass


@dataclass(slots=True)
class _Site:
    base_url: str = ""


_site = _Site()


def settle(base_url: str) -> None:
    """Settings.base_url; called once, when the process starts."""
    _site.base_url = base_url


def link(path: str) -> str:
    """The path alone where the address is not known."""
    return f"{_site.base_url}{path}"


def header_link(path: str) -> str:
    """Empty where there is no path, or where the path alone would lead to nothing."""
    return link(path) if path and _site.base_url else ""
