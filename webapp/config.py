"""Every setting, read once from the environment into one frozen object.

Two modes. `demo`: an unset address means the embedded part under `var/`, and secrets are made on the first start and kept there.
`production`: an embedded part or a missing secret is refused at start, all of them named at once, because a service that quietly
falls back to a file on one host loses notices.
"""

import base64
import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from search.access import AUTOMATIC, Access

DEFAULT_BASE_URL = "http://127.0.0.1:8080"


class BadSettings(Exception):
    """The environment does not describe a system that may start. The text lists every reason, one a line."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """`session` signs the CSRF seed; `fields` maps key id -> 32-byte AES key (the first is used to write); `index` keys blind indexes."""

    session: str
    fields: Mapping[str, bytes]
    index: bytes


@dataclass(frozen=True, slots=True)
class Settings:
    mode: str
    var: Path
    database_url: str
    redis_url: str | None
    base_url: str
    smtp_url: str | None
    mail_from: str
    service_name: str
    home_region: str
    proxies: int
    max_request_bytes: int
    secrets: Secrets
    shared: Path
    """Files that one process lays down and another takes up: `batches`, `imports`, `inbox`, `outbox` and `files`. Of several hosts one folder."""
    elasticsearch: Access | None = None
    """None: the embedded engine, one directory of this machine."""
    private_outlets: frozenset[str] = frozenset()
    """Hosts that postings may be pushed to although their address is not public (a government's own network)."""
    pull_hosts: frozenset[str] = frozenset()
    """The only hosts from which postings are fetched."""
    pulls_privately: bool = False
    """Also from private addresses and without TLS: for a demo and for tests, never in production."""

    @property
    def is_demo(self) -> bool:
        return self.mode == "demo"

    @property
    def is_https(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @property
    def search_directory(self) -> Path:
        return self.var / "search"

    @property
    def messages_directory(self) -> Path:
        """Where e-mails and text messages are laid down as files when no gateway is configured."""
        return self.var / "messages"

    @property
    def files(self) -> Path:
        """Where uploaded files lie, sealed."""
        return self.shared / "files"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        env = os.environ if environ is None else environ
        mode = env.get("ZHILU_MODE", "demo")
        if mode not in {"demo", "production"}:
            raise BadSettings(f"ZHILU_MODE={mode}：只能是 demo 或 production")
        var = Path(env.get("ZHILU_VAR", "var")).resolve()
        missing = _missing_in_production(env) if mode == "production" else []
        elasticsearch, wrong = _elasticsearch(env)
        missing += wrong
        if missing:
            raise BadSettings("\n".join(missing))
        return cls(
            mode=mode,
            var=var,
            database_url=_driver(env.get("DATABASE_URL") or f"sqlite:///{var / 'zhilu.db'}"),
            redis_url=env.get("REDIS_URL") or None,
            base_url=env.get("ZHILU_BASE_URL", DEFAULT_BASE_URL).rstrip("/"),
            smtp_url=env.get("SMTP_URL") or None,
            mail_from=env.get("ZHILU_MAIL_FROM", "no-reply@zhilu.invalid"),
            service_name=env.get("ZHILU_SERVICE_NAME", "职路"),
            home_region=env.get("ZHILU_HOME_REGION", "370000"),
            proxies=int(env.get("ZHILU_PROXIES", "0")),
            max_request_bytes=int(env.get("ZHILU_MAX_REQUEST_BYTES", str(12 * 1024 * 1024))),
            secrets=_secrets_from(env) if mode == "production" else _demo_secrets(var),
            shared=Path(env.get("ZHILU_SHARED") or var).resolve(),
            elasticsearch=elasticsearch,
            private_outlets=frozenset(host.strip().lower() for host in env.get("ZHILU_PRIVATE_OUTLETS", "").split(",") if host.strip()),
            pull_hosts=frozenset(host.strip().lower() for host in env.get("ZHILU_PULL_HOSTS", "").split(",") if host.strip()),
            pulls_privately=mode == "demo" and env.get("ZHILU_PULL_PRIVATE") == "1",
        )


def _driver(url: str) -> str:
    """`postgresql://` and `postgres://` mean psycopg 3 here, whatever SQLAlchemy's default is."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _elasticsearch(env: Mapping[str, str]) -> tuple[Access | None, list[str]]:
    """Where the cluster is, or None; and what is wrong with it."""
    urls = tuple(url.strip().rstrip("/") for url in env.get("ELASTICSEARCH_URL", "").split(",") if url.strip())
    if not urls:
        return None, []
    certificates = env.get("ELASTICSEARCH_CA_CERTS") or None
    if certificates and not Path(certificates).is_file():
        return None, [f"ELASTICSEARCH_CA_CERTS={certificates}：没有这个文件"]
    try:
        access = Access(
            urls=urls,
            api_key=env.get("ELASTICSEARCH_API_KEY") or None,
            ca_certs=certificates,
            prefix=env.get("ELASTICSEARCH_INDEX") or "zhilu",
            shards=int(env.get("ELASTICSEARCH_SHARDS") or 1),
            replicas=env.get("ELASTICSEARCH_REPLICAS") or AUTOMATIC,
        )
    except ValueError as reason:  # never the value: an address may hold a password
        return None, [f"ELASTICSEARCH_ 的设置有误：{reason}"]
    return access, []


def _missing_in_production(env: Mapping[str, str]) -> list[str]:
    reasons = [
        f"生产模式必须设置 {name}"
        for name in ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL", "ZHILU_BASE_URL", "ZHILU_SECRET_KEY", "ZHILU_FIELD_KEYS", "ZHILU_INDEX_KEY")
        if not env.get(name)
    ]
    if env.get("DATABASE_URL", "").startswith("sqlite"):
        reasons.append("生产模式不能使用 SQLite：请把 DATABASE_URL 指向 PostgreSQL")
    if env.get("ZHILU_BASE_URL") and not env["ZHILU_BASE_URL"].startswith("https://"):
        reasons.append("生产模式的 ZHILU_BASE_URL 必须是 https:// 地址")
    return reasons


def _secrets_from(env: Mapping[str, str]) -> Secrets:
    """ZHILU_FIELD_KEYS is `id:base64,id:base64`, the writing key first; ZHILU_INDEX_KEY is base64."""
    try:
        fields = {
            key_id: base64.b64decode(value, validate=True) for key_id, value in (pair.split(":", 1) for pair in env["ZHILU_FIELD_KEYS"].split(","))
        }
        index = base64.b64decode(env["ZHILU_INDEX_KEY"], validate=True)
    except ValueError as reason:
        raise BadSettings("ZHILU_FIELD_KEYS 或 ZHILU_INDEX_KEY 不是“编号:base64”格式") from reason
    if any(len(key) != 32 for key in fields.values()) or len(index) < 32:
        raise BadSettings("加密密钥必须是 32 字节（base64 编码后写入）")
    return Secrets(env["ZHILU_SECRET_KEY"], fields, index)


def _demo_secrets(var: Path) -> Secrets:
    """Made once per `var/`, readable by its owner only; losing the file loses the demo's encrypted fields, nothing else."""
    path = var / "secrets.json"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        made = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("session", "field", "index")}
        partial = path.with_suffix(f".{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(made), encoding="utf-8")
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)  # link refuses to replace: of two first starts one wins and both read its keys
        partial.unlink()
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Secrets(kept["session"], {"demo": base64.b64decode(kept["field"])}, base64.b64decode(kept["index"]))
