"""What an operator types, and the one line an operator reads when it cannot be."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import search.current
from webapp import db, sealing
from webapp.access import Role
from webapp.accounts import queries as accounts
from webapp.config import Settings
from webapp.db import reading, session
from webapp.ledger import Entry
from workers.cli import main

Typed = Callable[..., Result]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """Runs one command in a house of its own, as its own process would."""
    for name in ("ZHILU_MODE", "DATABASE_URL", "REDIS_URL", "ZHILU_BASE_URL", "SMTP_URL", "ELASTICSEARCH_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ZHILU_VAR", str(tmp_path / "var"))

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, words)

    yield run
    db.end_reading()


@pytest.fixture
def opened(typed: Typed) -> Typed:
    assert typed("db", "upgrade").exit_code == 0
    return typed


def reopen() -> None:
    settings = Settings.from_env()
    sealing.configure(settings.secrets)
    db.connect(settings.database_url)


def facts() -> list[str]:
    reopen()
    with reading():
        return [entry.event for entry in session().query(Entry).order_by(Entry.id)]


def refused(result: Result) -> str:
    """One refusal: exit code 1, nothing of a traceback."""
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    return result.output


def test_the_tables_are_made_once_and_again_without_harm(typed: Typed) -> None:
    assert typed("db", "upgrade").output == typed("db", "upgrade").output == "数据库已是本版本\n"


def test_production_without_settings_names_all_that_are_missing(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHILU_MODE", "production")
    output = refused(typed("relay"))
    for name in ("DATABASE_URL", "REDIS_URL", "ZHILU_BASE_URL", "ZHILU_SECRET_KEY", "ZHILU_FIELD_KEYS", "ZHILU_INDEX_KEY"):
        assert name in output


def test_a_database_that_is_away_is_one_line_without_its_password(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://zhilu:geheim@127.0.0.1:1/zhilu")
    output = refused(typed("reindex"))
    assert "数据库不可用" in output
    assert "geheim" not in output
    assert output.count("\n") == 1


def test_a_staff_member_is_added_and_disabled(opened: Typed) -> None:
    words = ("user", "add", "--role", "reviewer", "--region", "370100", "--phone", "13900001234", "--name", "李审核")
    assert opened(*words).output == "已开通：审核员，370100\n"
    reopen()
    with reading():
        person = accounts.person_by_phone("13900001234")
        assert person is not None
        assert [(grant.role, grant.region) for grant in accounts.grants_of(person.id) if grant.role is Role.REVIEWER] == [(Role.REVIEWER, "370100")]
    assert opened("user", "disable", "--phone", "13900001234", "--reason", "调离").exit_code == 0
    reopen()
    with reading():
        disabled = accounts.person_by_phone("13900001234")
        assert disabled is not None
        assert disabled.disabled_at is not None
    assert facts()[-1] == "PersonDisabled"


def test_two_administrators_in_one_person_are_refused(opened: Typed) -> None:
    words = ("--region", "370100", "--phone", "13900001234", "--name", "王管理")
    assert opened("user", "add", "--role", "system_admin", *words).exit_code == 0
    refused(opened("user", "add", "--role", "audit_admin", *words))


@pytest.mark.parametrize("phone", ["12345", "1390000123", "电话"])
def test_a_phone_that_is_none_is_refused(opened: Typed, phone: str) -> None:
    refused(opened("user", "add", "--role", "reviewer", "--region", "370100", "--phone", phone, "--name", "李审核"))


def test_nobody_is_disabled_by_a_wrong_number(opened: Typed) -> None:
    assert "没有使用这个手机号的账号" in refused(opened("user", "disable", "--phone", "13900009999", "--reason", "调离"))


def test_reindexing_builds_the_index(opened: Typed) -> None:
    assert "检索索引已重建：0 个岗位" in opened("reindex").output
    assert "缺少 0，过期 0，多余 0，超前 0" in opened("reconcile").output


def test_reindexing_beside_a_running_worker_is_handed_to_it(opened: Typed) -> None:
    opened("reindex")
    with search.current.engine().writer():
        result = opened("reindex")
        assert "请稍后再试" in refused(opened("reconcile"))
    assert (result.exit_code, "已交给它重建" in result.output) == (0, True)
    assert facts()[-1] == "IndexRebuildAsked"


def test_a_table_that_is_none_is_refused(opened: Typed, tmp_path: Path) -> None:
    file = tmp_path / "regions.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    refused(opened("import", "reference", "regions", str(file)))


def test_a_check_before_anything_runs_says_what_to_do(typed: Typed) -> None:
    output = refused(typed("check"))
    assert "zhilu db upgrade" in output
    assert "任务不会丢失" in output


def test_every_command_explains_itself_in_chinese() -> None:
    output = CliRunner().invoke(main, ["--help"]).output
    commands = [line.split() for line in output.partition("Commands:")[2].strip().splitlines()]
    assert {words[0] for words in commands} >= {
        "serve",
        "worker",
        "relay",
        "web",
        "db",
        "import",
        "search",
        "reindex",
        "reconcile",
        "user",
        "check",
        "demo",
    }
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in "".join(words[1:])) for words in commands)
