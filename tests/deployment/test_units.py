"""docker/systemd/: units that systemd takes, that are locked in, and whose commands start."""

import configparser
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from brands.job_types import BrandJobType
from config import processes
from config.env import Env
from tests.acceptance.harness import Databases, Platform, run, wait_for
from tests.deployment.compose import FOLDER

INSTALLED = "/opt/brandbeat/.venv/bin"
UNITS = sorted((FOLDER / "systemd").glob("*.service"))
NAMES = ["brandbeat-beat@", "brandbeat-flower", "brandbeat-web", "brandbeat-worker@"]
WORST_EXPOSURE = "20"  # of systemd's 0 to 100; a service without any of this has 96
ANALYZE = shutil.which("systemd-analyze")
HARDENING = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "yes",
    "KillMode": "mixed",
    "User": "brandbeat",
}
KNOWN = {  # what these units use, for a machine that has no systemd to ask
    "Unit": "Description Documentation PartOf After Wants StartLimitIntervalSec",
    "Service": "Type ExecStart ExecReload Restart RestartSec KillMode TimeoutStopSec User Group WorkingDirectory "
    "Environment StateDirectory StateDirectoryMode UMask NoNewPrivileges ProtectSystem ProtectHome PrivateTmp "
    "PrivateDevices ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups ProtectClock "
    "ProtectHostname ProtectProc RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID "
    "LockPersonality CapabilityBoundingSet AmbientCapabilities SystemCallArchitectures SystemCallFilter "
    "SystemCallErrorNumber",
    "Install": "WantedBy",
}


def unit(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#", ";"))
    parser.optionxform = str  # type: ignore[assignment]
    parser.read_string(path.read_text())
    return parser


def seconds(span: str) -> int:
    number, word = re.fullmatch(r"(\d+)(min)?", span).groups()  # type: ignore[union-attr]
    return int(number) * (60 if word else 1)


def faults_by_our_own_rules(path: Path) -> list[str]:
    faults = [f"{line!r} is no assignment" for line in path.read_text().splitlines() if not _has_form(line)]
    if faults:
        return faults
    parser = unit(path)
    for section in parser.sections():
        unknown = set(parser[section]) - set(KNOWN.get(section, "").split())
        faults += [f"[{section}] {name} is not known" for name in sorted(unknown)]
    if path.suffix == ".service" and not parser["Service"].get("ExecStart", "").startswith("/"):
        faults.append("ExecStart is no absolute path")
    return faults


def _has_form(line: str) -> bool:
    return re.fullmatch(r"|#.*|\[\w+\]|[A-Z]\w+=.*", line) is not None


def faults_by_systemd(path: Path) -> list[str]:
    done = subprocess.run([str(ANALYZE), "verify", "--man=no", path], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if path.name.split("@")[0].split(".")[0] in line]
    return said if done.returncode or said else []


JUDGES = [pytest.param(faults_by_our_own_rules, id="our own rules")]
if ANALYZE:
    JUDGES.append(pytest.param(faults_by_systemd, id="systemd-analyze verify"))
else:
    JUDGES[0] = pytest.param(faults_by_our_own_rules, id="our own rules ONLY: systemd-analyze is missing here")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they would be with the programs of this very environment."""
    for path in (FOLDER / "systemd").iterdir():
        (tmp_path / path.name).write_text(path.read_text().replace(INSTALLED, str(Path(sys.executable).parent)))
    return tmp_path


def test_there_is_a_unit_for_every_role() -> None:
    assert [path.stem for path in UNITS] == NAMES


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("name", [*(f"{name}.service" for name in NAMES), "brandbeat.target"])
def test_a_unit_is_faultless(installed: Path, name: str, judge) -> None:
    assert judge(installed / name) == []


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize(
    ("right", "wrong"), [("ProtectSystem=", "ProtectSytem="), ("ExecStart=/", "ExecStart=./"), ("[Install]", "Install")]
)
def test_a_fault_in_a_unit_would_be_found(installed: Path, right: str, wrong: str, judge) -> None:
    path = installed / "brandbeat-web.service"
    path.write_text(path.read_text().replace(right, wrong))
    assert judge(path) != []


@pytest.mark.parametrize("path", UNITS, ids=NAMES)
def test_a_service_is_locked_in(path: Path) -> None:
    service = unit(path)["Service"]
    assert {name: service.get(name) for name in HARDENING} == HARDENING
    assert service["Restart"] == "always"
    assert "KEY" not in path.read_text()


@pytest.mark.parametrize("path", UNITS, ids=NAMES)
def test_the_locks_are_the_same_on_every_service(path: Path) -> None:
    lock = UNITS[0].read_text().partition("\nNoNewPrivileges")[2]
    assert path.read_text().partition("\nNoNewPrivileges")[2] == lock


def exposure(path: Path) -> subprocess.CompletedProcess[str]:
    options = ["--offline=true", "--no-pager", f"--threshold={WORST_EXPOSURE}"]
    return subprocess.run([str(ANALYZE), "security", *options, path], capture_output=True, text=True, check=False)


if ANALYZE:  # without it the test above says in its name that only our own rules were asked

    @pytest.mark.parametrize("name", NAMES)
    def test_systemd_finds_little_that_a_service_could_do_harm_with(installed: Path, name: str) -> None:
        path = installed / f"{name}.service"
        done = exposure(path)
        assert done.returncode == 0, done.stdout + done.stderr
        path.write_text(path.read_text().replace("ProtectSystem=strict", "").replace("CapabilityBoundingSet=", ""))
        assert exposure(path).returncode != 0


def test_a_worker_is_given_the_time_to_hand_its_runs_back() -> None:
    stop = unit(FOLDER / "systemd" / "brandbeat-worker@.service")["Service"]["TimeoutStopSec"]
    assert seconds(stop) > Env.model_fields["worker_shutdown_grace"].default + BrandJobType.seconds_to_land


def command(path: Path, port: object) -> list[str]:
    """A unit's command, with the programs of this environment and a port that is free."""
    words = unit(path)["Service"]["ExecStart"].replace(INSTALLED, str(Path(sys.executable).parent))
    return words.replace("%i", "1").replace("%%", "%").replace("127.0.0.1:8000", f"127.0.0.1:{port}").split()


def test_each_command_starts_with_its_settings_from_a_file_and_ends_when_it_is_asked_to(
    databases: Databases, tmp_path: Path
) -> None:
    with Platform(tmp_path, databases.new("postgresql")) as platform:
        port = platform.environment["PORT"]
        in_file = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "FLOWER_PORT", "PORT")
        (tmp_path / "env").write_text("".join(f"{name}={platform.environment.pop(name)}\n" for name in in_file))
        platform.environment["ENV_FILE"] = str(tmp_path / "env")
        started = {
            role: platform.start(role, command(path, port))
            for path in UNITS
            for role in [path.stem.removeprefix("brandbeat-").rstrip("@")]
        }
        for role, process in started.items():
            check = functools.partial(works, role, platform.environment)
            processes.wait_until(process, check, seconds=60)
        for process in started.values():
            os.kill(process.pid, signal.SIGTERM)
        for role, process in started.items():
            wait_for(functools.partial(has_ended, process), what=f"{role} to end when it is asked to")


def works(role: str, environment: dict[str, str]) -> bool:
    return run(processes.python("-m", "config.healthcheck", role), environment, ok=False).returncode == 0


def has_ended(process: processes.Process) -> bool:
    return not processes.is_up(process) and not processes.members(process)
