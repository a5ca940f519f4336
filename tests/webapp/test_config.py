import base64
import stat
from pathlib import Path

import pytest

from search.access import Access
from webapp.config import BadSettings, Settings

KEY = base64.b64encode(b"k" * 32).decode()
PRODUCTION = {
    "ZHILU_MODE": "production",
    "DATABASE_URL": "postgresql://db/zhilu",
    "REDIS_URL": "redis://queue",
    "ELASTICSEARCH_URL": "https://one.example.cn:9200, https://two.example.cn:9200/",
    "ZHILU_BASE_URL": "https://jobs.example.cn",
    "ZHILU_SECRET_KEY": "s",
    "ZHILU_FIELD_KEYS": f"2026:{KEY},2025:{KEY}",
    "ZHILU_INDEX_KEY": KEY,
}


def test_nothing_set_means_the_embedded_parts(tmp_path: Path) -> None:
    settings = Settings.from_env({"ZHILU_VAR": str(tmp_path)})
    assert settings.is_demo and not settings.is_https
    assert settings.database_url.startswith("sqlite:///")
    assert settings.redis_url is None


def test_the_demo_keeps_its_keys_for_its_owner_alone(tmp_path: Path) -> None:
    first = Settings.from_env({"ZHILU_VAR": str(tmp_path)})
    assert Settings.from_env({"ZHILU_VAR": str(tmp_path)}).secrets == first.secrets
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_production_takes_whole_settings(tmp_path: Path) -> None:
    settings = Settings.from_env({**PRODUCTION, "ZHILU_VAR": str(tmp_path)})
    assert settings.database_url == "postgresql+psycopg://db/zhilu"
    assert list(settings.secrets.fields) == ["2026", "2025"]
    assert settings.elasticsearch == Access(("https://one.example.cn:9200", "https://two.example.cn:9200"))
    assert not (tmp_path / "secrets.json").exists()


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "ZHILU_MODE"])
def test_production_refuses_to_start_without(name: str) -> None:
    with pytest.raises(BadSettings, match=name):
        Settings.from_env({key: value for key, value in PRODUCTION.items() if key != name})


def test_production_names_everything_that_is_missing_at_once() -> None:
    with pytest.raises(BadSettings) as refusal:
        Settings.from_env({"ZHILU_MODE": "production"})
    assert len(str(refusal.value).splitlines()) == 7


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"DATABASE_URL": "sqlite:///x.db"}, "SQLite"),
        ({"ZHILU_BASE_URL": "http://jobs.example.cn"}, "https"),
        ({"ZHILU_FIELD_KEYS": "no key"}, "base64"),
        ({"ZHILU_FIELD_KEYS": "2026:aGVsbG8="}, "32"),
    ],
)
def test_production_refuses_an_embedded_part_or_a_weak_key(changed: dict[str, str], said: str) -> None:
    with pytest.raises(BadSettings, match=said):
        Settings.from_env({**PRODUCTION, **changed})


def test_a_cluster_is_described_whole_and_its_secrets_are_not_printed(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    given = {"API_KEY": "a2V5", "CA_CERTS": str(authority), "INDEX": "town", "SHARDS": "3", "REPLICAS": "1"}
    environment = {f"ELASTICSEARCH_{name}": value for name, value in given.items()}
    settings = Settings.from_env({**PRODUCTION, **environment, "ELASTICSEARCH_URL": "https://zhilu:secret@one:9200"})
    assert settings.elasticsearch == Access(("https://zhilu:secret@one:9200",), "a2V5", str(authority), "town", 3, "1")
    assert "secret" not in repr(settings.elasticsearch)
    assert "a2V5" not in repr(settings.elasticsearch)


@pytest.mark.parametrize(
    ("name", "value"),
    [("URL", "zhilu:secret@one:9200"), ("CA_CERTS", "/no/secret.pem"), ("INDEX", "Town"), ("SHARDS", "many"), ("REPLICAS", "-1")],
)
def test_a_cluster_that_cannot_be_is_refused_at_the_start(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSettings, match="ELASTICSEARCH_") as refusal:
        Settings.from_env({**PRODUCTION, f"ELASTICSEARCH_{name}": value})
    assert "zhilu:secret" not in str(refusal.value)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(BadSettings, match="staging"):
        Settings.from_env({"ZHILU_MODE": "staging"})
