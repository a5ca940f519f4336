"""The production set as docker-compose reads it, and the image: complete, limited, without a secret, and told in the README.

Nothing is started here: Debian's docker-compose (1.29) checks the file against its schema and fills in the variables.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.house.test_settings import told_in_the_readme
from webapp.config import Settings
from workers import doorbell
from workers.cli import main

COMPOSE = ROOT / "docker-compose.yml"
KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
REQUIRED = {
    "POSTGRES_PASSWORD": "of-postgres",
    "REDIS_PASSWORD": "of-redis",
    "ELASTIC_PASSWORD": "of-elastic",
    "SEARCH_PASSWORD": "of-search",
    "ZHILU_BASE_URL": "https://jobs.example.cn",
    "ZHILU_SECRET_KEY": "of-cookies",
    "ZHILU_FIELD_KEYS": f"2026:{KEY}",
    "ZHILU_INDEX_KEY": KEY,
}
OURS = ("migrations", "web", "relay", *(f"worker-{queue}" for queue in doorbell.QUEUES))
THEIRS = ("postgres", "redis", "elasticsearch")
ONE_SHOT = {"migrations", "search-account"}
WRITES_ITS_ROOT = {"elasticsearch"}
"""It makes its keystore beside its settings at the first start."""

Read = Callable[[dict[str, str]], "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """`docker-compose config` with these variables and no others; an empty folder as the project's, so that nobody's `.env` is read."""
    program = shutil.which("docker-compose")
    version = subprocess.run([program, "version", "--short"], capture_output=True, text=True, check=False).stdout if program else ""
    if not version.startswith("1.29"):
        pytest.skip("no docker-compose 1.29 (Debian/Ubuntu: apt install docker-compose)")
    command = [program, "-f", COMPOSE, "--project-directory", tmp_path_factory.mktemp("compose"), "config"]
    bare = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    return lambda values: subprocess.run(command, env=bare | values, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def services(read: Read) -> dict[str, dict[str, Any]]:
    found = read(REQUIRED)
    assert (found.returncode, found.stderr) == (0, "")
    return _parsed(found.stdout)


def _parsed(printed: str) -> dict[str, dict[str, Any]]:
    """docker-compose prints YAML; the Python that runs it has the parser, ours needs none."""
    script = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin)['services'], sys.stdout)"
    made = subprocess.run(["/usr/bin/python3", "-c", script], input=printed, capture_output=True, text=True, check=True)
    return dict(json.loads(made.stdout))


def test_the_set_is_whole(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {*THEIRS, *OURS, "search-account"}


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_secret_is_named_before_anything_starts(read: Read, name: str) -> None:
    found = read({key: value for key, value in REQUIRED.items() if key != name})
    assert found.returncode != 0
    assert name in found.stderr
    assert "没有设置" in found.stderr


def test_only_the_web_is_published_and_only_to_this_machine(services: dict[str, dict[str, Any]]) -> None:
    published = {name: service["ports"] for name, service in services.items() if service.get("ports")}
    assert published == {"web": ["127.0.0.1:8080:8080/tcp"]}
    assert not any("network_mode" in service for service in services.values())


def test_what_runs_on_has_a_health_check_and_comes_back(services: dict[str, dict[str, Any]]) -> None:
    running = {name for name, service in services.items() if "healthcheck" in service}
    assert running == set(services) - ONE_SHOT
    assert {name for name in services if services[name]["restart"] == "unless-stopped"} == running


def test_every_service_has_limits_and_no_more_rights_than_it_needs(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert {"cpus", "mem_limit", "pids_limit"} <= set(service), name
        assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"]), name
        assert service.get("privileged", False) is False
        assert service["read_only"] is (name not in WRITES_ITS_ROOT), name
        assert service["user"].split(":")[0] not in {"", "0", "root"}, name


def test_nothing_is_mounted_from_the_machine(services: dict[str, dict[str, Any]]) -> None:
    mounted = [volume for service in services.values() for volume in service.get("volumes", [])]
    assert mounted
    assert [volume for volume in mounted if not re.match(r"[a-z]+:/", volume)] == []


def test_what_one_process_lays_down_and_another_takes_up_lies_in_a_folder_of_all(services: dict[str, dict[str, Any]]) -> None:
    for name in OURS:
        shared = services[name]["environment"]["ZHILU_SHARED"]
        assert [volume.split(":")[1] for volume in services[name]["volumes"] if volume.startswith("shared:")] == [shared], name
    assert f" {shared}" in (ROOT / "Dockerfile").read_text(encoding="utf-8"), "made for the user it runs as"


def test_hosts_that_are_pulled_from_reach_whoever_checks_and_whoever_asks(read: Read) -> None:
    services = _parsed(read(REQUIRED | {"ZHILU_PULL_HOSTS": "jobs.example.cn"}).stdout)
    assert {services[name]["environment"]["ZHILU_PULL_HOSTS"] for name in OURS} == {"jobs.example.cn"}


def test_one_process_waits_for_another(services: dict[str, dict[str, Any]]) -> None:
    for name in set(OURS) - ONE_SHOT:
        waits = {other: how["condition"] for other, how in services[name]["depends_on"].items()}
        assert waits == {other: "service_completed_successfully" if other in ONE_SHOT else "service_healthy" for other in (*THEIRS, *ONE_SHOT)}


def test_the_queue_keeps_what_it_holds(services: dict[str, dict[str, Any]]) -> None:
    command = " ".join(services["redis"]["command"])
    for setting in ("--appendonly yes", "--appendfsync everysec", "--maxmemory-policy noeviction"):
        assert setting in command


def test_every_command_of_ours_is_one_that_exists(services: dict[str, dict[str, Any]]) -> None:
    started = {name: services[name]["command"] for name in OURS}
    asked = [services[name]["healthcheck"]["test"][1:] for name in OURS if name not in {*ONE_SHOT, "web"}]
    for program, command, *rest in [*started.values(), *asked]:
        assert program == "zhilu"
        parsed = main.commands[command].make_context(command, [str(word) for word in rest])
        assert parsed.info_name == command
    assert {tuple(command[1:]) for name, command in started.items() if name.startswith("worker-")} == {("worker", queue) for queue in doorbell.QUEUES}
    watched = {tuple(words[1:3]) for words in asked}
    assert watched == {("alive", "relay"), *(("alive", f"worker:{queue}") for queue in doorbell.QUEUES)}


def test_every_name_in_the_environment_is_a_setting_of_the_house(services: dict[str, dict[str, Any]]) -> None:
    assert {name for service in OURS for name in services[service]["environment"]} - told_in_the_readme() == set()


def test_the_settings_are_those_that_production_takes(services: dict[str, dict[str, Any]]) -> None:
    settings = Settings.from_env({name: str(value) for name, value in services["web"]["environment"].items()})
    assert (settings.mode, settings.proxies, settings.is_https) == ("production", 1, True)
    assert all(services[name]["environment"] == services["web"]["environment"] for name in OURS)


def test_a_password_reaches_only_who_needs_it(services: dict[str, dict[str, Any]]) -> None:
    for secret, knows in {
        "of-postgres": {"postgres", *OURS},
        "of-redis": {"redis", *OURS},
        "of-elastic": {"elasticsearch", "search-account"},
        "of-search": {"search-account", *OURS},
        "of-cookies": set(OURS),
        KEY: set(OURS),
    }.items():
        assert {name for name, service in services.items() if secret in json.dumps(service)} == knows


def test_no_secret_stands_in_the_file() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    named = re.findall(r"^\s+([A-Z_]*(?:PASSWORD|SECRET|KEY|KEYS|AUTH)): *(.*)$", text, re.MULTILINE)
    assert len(named) >= 8
    assert [name for name, value in named if not re.match(r'"\$\{[A-Z_]+:\?', value)] == []
    for address in re.findall(r"\w+://\S*:(\S*)@", text):
        assert address.startswith("${"), address


def test_the_readme_gives_every_variable_of_the_file() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE.read_text(encoding="utf-8")))
    production = (ROOT / "README.md").read_text(encoding="utf-8").split("## Production")[1].split("\n## ")[0]
    assert asked - set(re.findall(r"\b[A-Z_]{4,}\b", production)) - told_in_the_readme() == set()
    template = production.split("```")[1]
    assert set(REQUIRED) <= set(re.findall(r"^([A-Z_]+)=", template, re.MULTILINE))


def test_the_image_is_built_by_the_commands_that_make_runs() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    steps = re.findall(r"^RUN (.*)$", dockerfile, re.MULTILINE)
    made = [step for step in steps if step.startswith("make ")]
    rules = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert made == ["make install", "make slim"]
    assert {step.split()[1] for step in made} <= rules
    assert [step for step in steps if step not in made and not step.startswith(("apt-get ", "useradd "))] == []


def test_the_image_runs_as_nobody_special_and_takes_no_secret() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"^USER (.*)$", dockerfile, re.MULTILINE)[-1] == "zhilu"
    assert re.findall(r"^ARG ", dockerfile, re.MULTILINE) == []
    assert not re.search(r"(?i)password|secret_key|field_keys", dockerfile)


def test_the_image_gets_what_the_house_is_made_of_and_nothing_a_person_keeps_here() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "*"
    packaged = re.search(r"packages = \[(.*)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("wheel]")[1])
    assert packaged is not None
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert set(re.findall(r'"(\w+)"', packaged[1])) <= let_in
    assert let_in.isdisjoint({".env", ".git", "var", "tests"})
