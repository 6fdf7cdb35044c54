"""Scripts as processes: what they get, what they leave, and how they end."""

import json
import os
import resource
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from jobs import closing
from jobs.context import RunContext
from jobs.errors import StaleRun
from jobs.execution import execute
from jobs.log import MOST_BYTES
from jobs.models import JobRun, RunOutput, Script
from jobs.scripts.process import ScriptProcess
from jobs.scripts.workplace import lock
from jobs.status import RunStatus
from tests.acceptance.harness import wait_for
from tests.jobs.factories import make_run
from tests.jobs.scripts.conftest import STUBBORN, lives, processes, texts

pytestmark = pytest.mark.django_db(transaction=True)
SAY = """#!/usr/bin/env python3
import json, os, sys
said = {"argv": sys.argv[1:], "environment": dict(os.environ), "here": os.getcwd(), "stdin": sys.stdin.read()}
print(json.dumps(said))
"""


def test_a_script_gets_its_arguments_a_clean_environment_and_no_input(write, run_script, monkeypatch, tmp_path):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    write("say", SAY)
    run = run_script("say")
    assert run.status == RunStatus.COMPLETED, run.reason
    said = json.loads(texts(run, "info")[1])
    assert said["argv"] == []
    assert said["stdin"] == ""
    assert said["here"].startswith(str(tmp_path / "work" / "shared"))
    assert not Path(said["here"]).exists()
    expected = {"HOME": said["here"], "LANG": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin"}
    assert {key: value for key, value in said["environment"].items() if key != "LC_CTYPE"} == expected
    assert (run.metrics["exit_code"], run.metrics["script"]["sha256"]) == (0, Script.objects.get().sha256)
    assert bytes(RunOutput.objects.get(stream="stdout").content).decode().strip() == texts(run, "info")[1]


def test_nothing_of_a_script_that_ignores_sigterm_and_forks_survives_its_limit(write, run_script):
    write("stubborn", STUBBORN.replace("WAIT", "600"))
    run = run_script("stubborn", fields={"timeout_seconds": 1})
    assert (run.status, run.reason) == (RunStatus.TIMED_OUT, "It took longer than its limit of 1 seconds.")
    assert run.metrics["signal"] == "SIGKILL"
    assert texts(run, "error") == ["It was ended by SIGKILL."]
    assert len(processes(run)) == 4
    assert not any(map(lives, processes(run)))


def test_what_a_script_leaves_behind_when_it_ends_well_ends_too(write, run_script):
    write("stubborn", STUBBORN.replace("WAIT", "0.3"))
    run = run_script("stubborn")
    assert run.status == RunStatus.COMPLETED
    assert len(processes(run)) == 4
    assert not any(map(lives, processes(run)))


def when(run: JobRun, found, do) -> threading.Thread:
    """In a thread of its own, with a connection of its own: `do` as soon as `found` says so."""

    def wait() -> None:
        try:
            end = time.monotonic() + 20
            while not found() and time.monotonic() < end:
                time.sleep(0.05)
            do()
        finally:
            connection.close()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_a_cancelled_run_ends_the_script_with_all_its_processes(write, folder):
    write("stubborn", STUBBORN.replace("WAIT", "600"))
    run = make_run(job_type="script", options={"script": "stubborn"}, max_attempts=1)

    def cancel() -> None:
        JobRun.objects.get(pk=run.pk).cancel("ada")

    thread = when(run, lambda: len(processes(run)) == 4, cancel)
    execute(run.pk, worker="w1")
    thread.join()
    run.refresh_from_db()
    assert (run.status, run.lease_expires_at) == (RunStatus.CANCELLED, None)
    assert len(processes(run)) == 4
    assert not any(map(lives, processes(run)))


def test_a_worker_that_is_told_to_stop_hands_the_script_back_and_ends_it(write, folder):
    write("obedient", "#!/bin/sh\ntrap 'exit 0' TERM\necho process $$\nsleep 600 &\nwait\n")
    run = make_run(job_type="script", options={"script": "obedient"}, max_attempts=1)
    thread = when(run, lambda: processes(run), closing.close)
    try:
        execute(run.pk, worker="w1")
    finally:
        thread.join()
        closing.reopen()
    run.refresh_from_db()
    assert (run.status, run.max_attempts) == (RunStatus.PENDING, 2)
    assert not lives(*processes(run))


def test_a_script_whose_worker_dies_dies_with_it(write, folder, tmp_path):
    """The worker is another process here, killed without a word."""
    write("stubborn", STUBBORN.replace("WAIT", "600"))
    worker = subprocess.Popen([sys.executable, "-c", ORPHANING, str(folder / "stubborn")], stdout=subprocess.PIPE)
    pids = [int(worker.stdout.readline().split()[1]) for _ in range(4)]
    worker.kill()
    worker.wait()
    worker.stdout.close()
    wait_for(lambda: not any(map(lives, pids)), seconds=15)


ORPHANING = """
import os, sys
from pathlib import Path
from jobs.context import RunContext
from jobs.scripts.process import ScriptProcess
context = RunContext(None, None, None, None)
take = lambda name, data: os.write(1, data)
ScriptProcess([sys.argv[1]], Path("/"), {"PATH": os.environ["PATH"]}, {}, os.open("/dev/null", 0)).run(context, take)
"""


def test_a_script_is_killed_when_its_worker_has_not_renewed_the_lease(write, folder):
    """The worker may be stopped and say nothing: its machine is silent, and another one takes the run."""
    write("deaf", "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.1; done\n")
    with Path(os.devnull).open() as nothing:
        context = RunContext(uuid4(), None, None, None, leased_until=time.monotonic() + 1)
        process = ScriptProcess([str(folder / "deaf")], folder, dict(os.environ), {}, nothing.fileno())
        began = time.monotonic()
        assert process.run(context, lambda name, data: None).signal == "SIGKILL"
        with pytest.raises(StaleRun):
            context.checkpoint()
    assert time.monotonic() - began < 4  # without a grace


def test_a_hundred_megabytes_neither_block_nor_fill_the_memory(write, run_script):
    write("flood", "#!/bin/sh\necho first\nhead -c 100000000 /dev/zero | tr '\\0' x\necho\necho last\necho oops >&2\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = run_script("flood")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000  # KiB
    assert (run.status, run.metrics["stdout_bytes"]) == (RunStatus.COMPLETED, 100_000_012)
    lines = texts(run)
    assert lines[1] == "first"
    assert "last" in lines[-3:]
    assert "oops" in texts(run, "warning")
    assert any("bytes of stdout are cut here; what follows is its end." in line for line in lines)
    assert sum(len(line.encode()) for line in lines) < MOST_BYTES
    kept = bytes(RunOutput.objects.get(stream="stdout").content)
    assert kept.startswith(b"first\nxxx")
    assert kept.endswith(b"xxx\nlast\n")
    assert 1_048_576 <= len(kept) < 1_048_700
    assert "bytes were cut here" in kept.decode()


def test_each_attempt_has_room_in_the_log_and_says_what_it_cut(write, run_script):
    write("chatty", "#!/bin/sh\nseq 1 5000\nexit 3\n")
    run = run_script("chatty", fields={"max_attempts": 2, "backoff_seconds": 0})
    assert (run.status, run.reason) == (RunStatus.PENDING, "It ended with exit code 3.")
    execute(run.pk, worker="w1")
    run.refresh_from_db()
    assert (run.status, run.metrics["exit_code"]) == (RunStatus.FAILED, 3)
    for attempt in (1, 2):
        lines = [line.text for line in run.log.filter(attempt=attempt)]
        assert (lines[1], lines[-2]) == ("1", "5000")
        assert sum("are cut here" in line for line in lines) == 1
    assert not any("more lines were cut" in text for text in texts(run))


def test_what_is_no_text_is_escaped_and_one_line_stays_one(write, run_script):
    rude = r"bytes(range(256)) + '\u202eevil\u2028\r\nend'.encode()"
    write("rude", f"#!/usr/bin/env python3\nimport os; os.write(1, {rude})\n")
    run = run_script("rude")
    lines = texts(run, "info")[1:-1]
    assert lines[0] == r"\x00\x01\x02\x03\x04\x05\x06\x07\x08" + "\t"
    assert r"\x1b" in lines[1]
    assert r"\u202eevil\u2028" in lines[1]
    assert lines[2] == "end"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#!/bin/sh\nexit 7\n", "It ended with exit code 7."),
        ("#!/bin/sh\nkill -SEGV $$\n", "It was ended by SIGSEGV."),
        ("#!/bin/sh\nkill -40 $$\n", "It was ended by signal 40."),
        ("#!/nowhere/python\n", "It could not be started: No such file or directory."),
        ("#!/bin/sh\nkill -KILL $PPID; sleep 600\n", "It was ended by SIGKILL."),
    ],
)
def test_a_run_says_how_its_script_ended(write, run_script, text, reason):
    write("bad", text)
    run = run_script("bad")
    assert (run.status, run.reason) == (RunStatus.FAILED, reason)


def test_other_exit_codes_may_mean_success(write, run_script):
    write("diff", "#!/bin/sh\nexit 1\n")
    assert run_script("diff", success_codes=[0, 1]).status == RunStatus.COMPLETED


@pytest.mark.parametrize(
    ("text", "limits", "ended"),
    [
        ("#!/usr/bin/env python3\nx = 'x' * 2**30\n", {"memory_mb": 256}, "exit code 1"),
        ("#!/bin/sh\nwhile :; do :; done\n", {"cpu_seconds": 1}, "SIGXCPU"),
        ("#!/usr/bin/env python3\nopen('big', 'wb').write(b'x' * 2_000_000)\n", {"file_mb": 1}, "exit code 1"),
    ],
)
def test_the_limits_of_a_script_hold(write, run_script, text, limits, ended):
    write("greedy", text)
    run = run_script("greedy", **limits)
    assert run.status == RunStatus.FAILED
    assert ended in run.reason


def test_a_folder_that_is_named_is_kept_and_is_the_owners_own(write, run_script, tmp_path):
    write("count", "#!/bin/sh\necho x >>seen\nwc -l <seen\n")
    for number in ("1", "2"):
        assert number in texts(run_script("count", folder="kept"))
    assert (tmp_path / "work" / "shared" / "kept" / "seen").exists()
    (tmp_path / "work" / "shared" / "link").symlink_to("/")
    assert run_script("count", folder="link").reason == "The working folder “link” is a link. Remove it."
    assert run_script("count", folder="../kept").status == RunStatus.FAILED


def test_no_second_copy_of_a_run_starts_while_the_first_lives(write, run_script, tmp_path):
    write("fine", "#!/bin/sh\nexit 0\n")
    run = make_run(job_type="script", options={"script": "fine"}, max_attempts=1)
    with lock(run.pk) as held:
        first = subprocess.Popen(["sleep", "600"], pass_fds=[held])
    with first:  # its worker is gone
        execute(run.pk, worker="w1")
        run.refresh_from_db()
        assert (run.status, run.attempt) == (RunStatus.PENDING, 0)
        assert "Another copy of this run still lives on this machine" in run.reason
        first.kill()
    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        execute(run.pk, worker="w1")
    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert list((tmp_path / "scripts" / "locks").iterdir()) == []
