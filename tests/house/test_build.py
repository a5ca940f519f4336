"""The build on a machine that lacks things, and the pins: with hashes and without an address."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout's build scripts on a machine with a shell and nothing else."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "static").mkdir()
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "dirname"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env={"PATH": str(folder / "programs")}, capture_output=True, text=True, check=False)


def test_everything_that_is_missing_is_named_at_once_one_line_each(bare: Path) -> None:
    found = run(bare, ".ci/preflight", "git")
    assert found.returncode == 1
    assert [line.split(" ")[0:2] for line in found.stderr.splitlines()] == [["缺少", "Python"], ["缺少", "git"]]


def test_a_python_without_venv_is_named(bare: Path) -> None:
    python = bare / "programs" / "python3"
    python.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n')
    python.chmod(0o755)
    found = run(bare, ".ci/preflight")
    assert (found.returncode, found.stderr.count("\n")) == (1, 1)
    assert "python3-venv" in found.stderr


def test_no_npm_anywhere_is_one_clear_line(bare: Path) -> None:
    found = run(bare, ".ci/front-end")
    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert "npm" in found.stderr


def test_a_machine_with_everything_passes(bare: Path) -> None:
    for name in ("python3", "git"):
        program = bare / "programs" / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    found = run(bare, ".ci/preflight", "git")
    assert (found.returncode, found.stderr) == (0, "")


def test_every_python_pin_has_a_hash_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=\S)", lock.strip())
    assert len(pins) > 50
    assert [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
    assert "://" not in lock


def test_every_front_end_pin_has_a_hash_and_no_address() -> None:
    lock = json.loads((ROOT / "static" / "package-lock.json").read_text(encoding="utf-8"))
    pins = {name: pin for name, pin in lock["packages"].items() if name}
    assert pins
    assert [name for name, pin in pins.items() if "integrity" not in pin or "resolved" in pin] == []
