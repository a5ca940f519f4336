"""Applications that were sent before the pipeline begin their history complete."""

import sqlite3
from pathlib import Path
from uuid import uuid4

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from tests.conftest import ROOT

THIS = "0011"
SENT, SEEN, TAKEN_BACK = "2026-11-01 08:00:00.000000", "2026-11-02 08:00:00.000000", "2026-11-03 08:00:00.000000"


def bring(path: Path, config: Config, revision: str) -> None:
    """Without the check of foreign keys: the rows beside an application do not matter here."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_what_was_sent_seen_and_taken_back_before_keeps_its_place_and_gets_its_steps(tmp_path: Path) -> None:
    path, config = tmp_path / "old.db", Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    before = ScriptDirectory.from_config(config).get_revision(THIS).down_revision
    bring(path, config, str(before))
    rows = {"sent": (None, None), "seen": (SEEN, None), "withdrawn": (SEEN, TAKEN_BACK)}
    keys = {state: uuid4().hex for state in rows}
    with sqlite3.connect(path) as raw:
        for number, (state, (seen_at, withdrawn_at)) in enumerate(rows.items()):
            values = (
                keys[state],
                str(number),
                uuid4().hex,
                uuid4().hex,
                "withdrawn" if state == "withdrawn" else "sent",
                False,
                SENT,
                seen_at,
                withdrawn_at,
            )
            raw.execute(
                "INSERT INTO application (id, number, posting_id, person_id, state, shares_phone, sent_at, seen_at, withdrawn_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
    raw.close()
    bring(path, config, THIS)
    with sqlite3.connect(path) as raw:
        assert dict(raw.execute("SELECT id, state FROM application")) == {key: state for state, key in keys.items()}
        assert set(raw.execute("SELECT waits_since, reminders, answered_at FROM application")) == {(SENT, 0, None)}
        steps = {key: [] for key in keys.values()}
        for key, before_, after, side, at in raw.execute('SELECT application_id, "before", "after", side, at FROM application_step ORDER BY id'):
            steps[key].append((before_, after, side, at))
    raw.close()
    first = (None, "sent", "seeker", SENT)
    seen = ("sent", "seen", "employer", SEEN)
    assert steps[keys["sent"]] == [first]
    assert steps[keys["seen"]] == [first, seen]
    assert steps[keys["withdrawn"]] == [first, seen, ("seen", "withdrawn", "seeker", TAKEN_BACK)]
