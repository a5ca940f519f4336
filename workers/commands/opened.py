"""What a command opens before it works, and how its refusals are told."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from search.engine import SearchError, WriterBusy
from webapp.config import BadSettings, Settings
from webapp.reference.queries import MissingParameter
from workers import logs
from workers.opening import TablesBehind, open_house
from workers.preflight import NotReady
from workers.serve import Failed
from workers.services import ServiceFailed
from workers.worker import OneQueueOnly

_TOLD = (BadSettings, TablesBehind, NotReady, Failed, ServiceFailed, OneQueueOnly, MissingParameter)
"""Refusals whose text is written for the person at the terminal."""


@contextmanager
def told_plainly() -> Iterator[None]:
    """One line (or one line a reason) instead of a traceback. A driver's message may repeat data: it is named, not quoted."""
    try:
        yield
    except _TOLD as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except WriterBusy as refusal:
        raise click.ClickException("检索索引正由另一个进程写入，请稍后再试") from refusal
    except SearchError as refusal:
        raise click.ClickException(f"检索索引不可用：{refusal}") from refusal
    except SQLAlchemyError as refusal:
        raise click.ClickException(f"数据库不可用或拒绝了操作：{logs.told(refusal)}") from refusal
    except OSError as refusal:
        raise click.ClickException(f"{refusal.filename or ''} {refusal.strerror or refusal}".strip()) from refusal


@contextmanager
def house(*, behind_is_fine: bool = False, searches: bool = True) -> Iterator[Settings]:
    """The open house of one command, its settings from the environment."""
    with told_plainly(), open_house(Settings.from_env(), behind_is_fine=behind_is_fine, searches=searches) as settings:
        yield settings
