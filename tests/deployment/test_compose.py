"""docker/compose.yaml as it is written: its form, and what it promises. test_services.py runs it."""

import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from brands.job_types import BrandJobType
from config import processes
from config.env import Env
from tests.acceptance.harness import run
from tests.deployment.compose import COMPOSE, FOLDER, MACHINES, MissingVariableError, merged, read, seconds
from tests.environment import clean_environment

SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
GIVEN = {"SITE_HOST": "brands.example", "PRIVATE_ADDRESS": "10.1.2.3", **{name: f"{name}-x" for name in SECRETS}}
FILE = read(COMPOSE, GIVEN)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = {"setup", "web", "worker", "beat", "flower"}


@pytest.mark.parametrize(
    "content", [FILE, merged(FILE, read(MACHINES, GIVEN))], ids=["one machine", "several machines"]
)
def test_the_file_keeps_the_compose_specification(content: dict[str, Any]) -> None:
    PyCompose.from_yaml(yaml.safe_dump(content)).validate()


@pytest.mark.parametrize(
    "mistake",
    [{"restart": "sometimes"}, {"comand": ["sh"]}, {"networks": ["nowhere"]}, {"stop_grace_period": "eleven"}],
)
def test_a_mistake_in_the_file_would_be_found(mistake: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        PyCompose.from_yaml(yaml.safe_dump(merged(FILE, {"services": {"web": mistake}}))).validate()


def test_every_part_of_the_platform_is_there_and_beat_twice() -> None:
    assert set(SERVICES) == OURS | {"proxy", "postgres", "redis"}
    assert SERVICES["beat"]["deploy"] == {"replicas": 2}


@pytest.mark.parametrize("missing", [*SECRETS, "SITE_HOST"])
def test_nothing_starts_without_its_secrets(missing: str) -> None:
    with pytest.raises(MissingVariableError, match=rf"{missing}.*new_env\.sh"):
        read(COMPOSE, {**GIVEN, missing: ""})


@pytest.mark.parametrize("path", [COMPOSE, MACHINES, FOLDER / "Dockerfile", FOLDER / "Caddyfile"])
def test_no_password_has_a_default(path: Path) -> None:
    named = re.findall(r"([A-Z_]*(?:PASSWORD|SECRET|KEY|TOKEN)[A-Z_]*)\s*[:=]\s*(\S*)", path.read_text())
    assert [found for found in named if not found[1].startswith(("${", "?"))] == []
    assert re.findall(r"\$\{[A-Z_]*(?:PASSWORD|SECRET|KEY|TOKEN)[A-Z_]*(?:\}|:-)", path.read_text()) == []


def test_only_the_proxy_listens_to_the_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_on_several_machines_the_rest_listens_on_the_private_address_alone() -> None:
    services = merged(FILE, read(MACHINES, GIVEN))["services"]
    ports = [port for name, service in services.items() if name != "proxy" for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("10.1.2.3:")] == []


@pytest.mark.parametrize("name", ["flower", "postgres", "redis", "worker", "beat"])
def test_the_proxy_reaches_the_web_process_and_nothing_else(name: str) -> None:
    assert set(SERVICES["proxy"]["networks"]).isdisjoint(SERVICES[name]["networks"])
    assert set(SERVICES["proxy"]["networks"]) & set(SERVICES["web"]["networks"])


def test_what_holds_data_is_in_a_network_without_a_way_out() -> None:
    for name in ("postgres", "redis", "flower", "beat"):
        assert all(FILE["networks"][network].get("internal") for network in SERVICES[name]["networks"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_comes_back_and_is_watched(name: str) -> None:
    service = SERVICES[name]
    if name == "setup":
        assert (service["restart"], service["healthcheck"]) == ("no", {"disable": True})
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert seconds(service["stop_grace_period"]) >= 30


def test_a_worker_is_given_the_time_to_hand_its_runs_back() -> None:
    stop = SERVICES["worker"]["stop_grace_period"]
    assert seconds(stop) > Env.model_fields["worker_shutdown_grace"].default + BrandJobType.seconds_to_land


@pytest.mark.parametrize("name", [*OURS, "proxy", "redis"])
def test_a_service_can_write_nowhere_else_and_gains_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])


def test_all_of_our_services_are_one_image_and_others_name_their_version() -> None:
    assert {SERVICES[name]["image"] for name in OURS} == {"brandbeat:local"}
    others = [SERVICES[name]["image"] for name in SERVICES if name not in OURS]
    assert [image for image in others if not re.search(r":\d", image)] == []


@pytest.mark.parametrize("name", [*OURS])
def test_a_container_is_given_only_variables_that_are_read(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= {field.upper() for field in Env.model_fields}


def test_the_dockerfile_has_no_known_fault() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, FOLDER / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_special_and_holds_what_is_named() -> None:
    lines = (FOLDER / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    copied = {
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    }
    allowed = {line[1:] for line in (FOLDER / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"}
    assert copied == allowed
    assert [name for name in copied if not (FOLDER.parent / name).exists()] == []


def test_what_is_copied_into_the_image_is_enough(tmp_path: Path) -> None:
    for name in (line[1:] for line in (FOLDER / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"):
        copy = shutil.copytree if (FOLDER.parent / name).is_dir() else shutil.copy
        copy(FOLDER.parent / name, tmp_path / name)
    run(processes.python("manage.py", "collectstatic", "--noinput"), clean_environment(tmp_path / "data"), cwd=tmp_path)
    assert (tmp_path / "data" / "static" / "jobs" / "admin.css").exists()


def test_new_env_makes_other_secrets_each_time_and_spares_what_is_there(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        script = shutil.copy(FOLDER / "new_env.sh", folder)
        subprocess.run([script, "brands.example"], check=True, capture_output=True)
        assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
        made.append((folder / ".env").read_text())
        again = subprocess.run([script, "brands.example"], check=False, capture_output=True, text=True)
        assert (again.returncode, (folder / ".env").read_text()) == (1, made[-1])
    secrets = [re.findall(r"^(?:SECRET_KEY|\w+_PASSWORD)=(\w{64})$", text, re.MULTILINE) for text in made]
    assert len(set(secrets[0] + secrets[1])) == 2 * len(SECRETS)
