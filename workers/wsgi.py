"""The application for another WSGI server: `gunicorn --worker-class gthread --threads 8 workers.wsgi:app`, without --preload."""

from webapp.app import create_app
from webapp.config import Settings
from workers.opening import open_house

_opened = open_house(Settings.from_env())
app = create_app(_opened.__enter__())
