"""The engine of this process: chosen once at its start by whoever knows the settings, asked for by whoever searches."""

from search.engine import Engine

_engine: Engine | None = None


def use(engine: Engine) -> None:
    global _engine
    _engine = engine


def engine() -> Engine:
    if _engine is None:
        raise RuntimeError("no search engine: call search.current.use first")
    return _engine
