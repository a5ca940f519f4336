"""The web server: one gunicorn process with threads. The application is made in the worker process, never before the fork.

One process: threads share the reference tables, the segmentation dictionary and the open index; several hosts or containers add processes.
"""

from typing import Any

from gunicorn.app.base import BaseApplication

from webapp.app import create_app
from webapp.config import Settings
from webapp.postings import tallying
from workers import logs
from workers.opening import open_house

REQUEST_SECONDS = 30
GRACEFUL_SECONDS = 8


class Web(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    def __init__(self, settings: Settings, bind: str, threads: int) -> None:
        self._house = settings
        self._options: dict[str, Any] = {
            "bind": bind,
            "workers": 1,
            "threads": threads,
            "worker_class": "gthread",
            "timeout": REQUEST_SECONDS,
            "graceful_timeout": GRACEFUL_SECONDS,
            "limit_request_line": 8190,  # the most gunicorn takes: a pasted search is answered by our page, not by its bare 414
            "accesslog": None,  # addresses and query strings are personal data
            "errorlog": "-",
            "loglevel": "warning",
            "control_socket_disable": True,
            "worker_exit": lambda arbiter, worker: tallying.keep(),  # a child of ours ends without atexit
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Called in the worker process, after the fork."""
        self._opened = open_house(self._house)  # held open for the life of the process
        self._opened.__enter__()
        return create_app(self._house)


def run(settings: Settings, *, host: str, port: int, threads: int) -> None:
    """Serves until SIGTERM; raises SystemExit as gunicorn does."""
    logs.configure("web")
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    Web(settings, bind, threads).run()
