"""`make demo`: the main job once, on sample data, with a real Redis, worker and beat. No key, nothing to set up.

A local server plays the answer engines. All that this starts is stopped again, whatever happens.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from rich.console import Console

from brands.sample_engines import SampleEngines
from config import processes, redis_server, services
from config.env import BASE_DIR, mistakes_in_one_line
from config.processes import Process, StartError

START_SECONDS = 60
LATENCY = 0.3  # seconds that an answer takes, so that there is progress to see
console = Console(markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with SampleEngines(latency=LATENCY) as engines:
            redis_url = redis_server.new_url(processes.free_port())
            os.environ.update({**engines.environment(), "REDIS_URL": redis_url})
            django.setup()
            return _demo(redis_url)
    except StartError as error:
        console.print(f"The demo did not get through. {error}")
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted; all that was started is stopped.")
        return 130


def _demo(redis_url: str) -> int:
    from config import demo_run  # uses models, which need Django to be set up

    console.print("Sample data: an invented market of bicycle bags, and a local server in place of the answer engines.")
    _refuse_beside_the_platform()
    call_command("migrate", interactive=False, verbosity=0)
    demo_run.refuse_beside_other_jobs()
    with _all_stopped() as started:
        console.print("Starting Redis, worker and beat …")
        started.append(redis_server.start(_folder(), redis_url, log=_log("redis"), persistent=False))
        _keep(started)
        worker = _start("worker", services.worker_argv(), started)
        beat = _start("beat", services.celery("beat", "--loglevel", "INFO"), started)
        processes.wait_until(worker, lambda: services.worker_is_ready(worker), seconds=START_SECONDS)
        processes.wait_until(beat, lambda: services.beat_is_ready(beat), seconds=START_SECONDS)
        with demo_run.job_that_is_due() as job:
            run = demo_run.watch(job, [worker, beat])
    demo_run.show(run)
    return demo_run.conclude(run, worker)


def _folder() -> Path:
    return Path(settings.DATA_DIR).resolve() / "demo"


def _log(name: str) -> Path:
    return Path(settings.DATA_DIR).resolve() / "log" / f"demo-{name}.log"


def _refuse_beside_the_platform() -> None:
    up = [name for name, process in processes.load(_folder().parent / "run").items() if processes.is_up(process)]
    if up:
        raise StartError(f"The platform is up on this data folder ({', '.join(up)}). Stop it first: make down")


@contextlib.contextmanager
def _all_stopped() -> Iterator[list[Process]]:
    """A list of processes that are stopped at the end, Redis last. First of all, what a killed demo left is stopped."""
    processes.stop(processes.load(_folder() / "run").values())
    started: list[Process] = []
    try:
        yield started
    finally:
        processes.stop([process for process in started if process.name != "redis"])
        processes.stop(started)
        for process in started:
            processes.forget(process, _folder() / "run")


def _keep(started: list[Process]) -> None:
    processes.save(started[-1], _folder() / "run")


def _start(name: str, argv: list[str], started: list[Process]) -> Process:
    started.append(processes.start(name, argv, log=_log(name), env=services.environment(), cwd=BASE_DIR))
    _keep(started)
    return started[-1]


if __name__ == "__main__":
    with mistakes_in_one_line():
        sys.exit(main())
