"""The web server: gunicorn with threads. The application is made in the worker process, never before the fork.

Threads share the reference tables, the segmentation dictionary and the open index; a second process costs that memory again and uses a
second core: pages are made by Python, which one process does on one core.
"""

from typing import Any

from gunicorn.app.base import BaseApplication

from webapp.app import create_app
from webapp.config import Settings
from webapp.postings import suggesting, tallying
from workers import logs
from workers.opening import open_house

REQUEST_SECONDS = 30
GRACEFUL_SECONDS = 8


class Web(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    def __init__(self, settings: Settings, bind: str, threads: int, processes: int) -> None:
        self._house = settings
        self._options: dict[str, Any] = {
            "bind": bind,
            "workers": processes,
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
        app = create_app(self._house)
        suggesting.ready()  # begins the first index: the first visitor is not to wait for it
        return app


def run(settings: Settings, *, host: str, port: int, threads: int, processes: int = 1) -> None:
    """Serves until SIGTERM; raises SystemExit as gunicorn does."""
    logs.configure("web")
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    Web(settings, bind, threads, processes).run()
