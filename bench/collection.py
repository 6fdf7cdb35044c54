"""A collection under load.

200 queries are asked of 3 collectors in 2 samples each. The providers are local; their answers take 0.4 seconds in the
median and much longer at times (log-normal, sigma 0.6: a median of 8 seconds, 20 times faster). Each provider may be
asked 5 times a second. *Ideal* is when the last answer could have been there if each call had left at its first moment
(call *n* after *n* / 5 seconds); *ratio* is the time of the run divided by it. *In a second* is the most calls that one
provider saw within any second. Memory is the highest resident set of the one process that works.

Below: the same provider asked many times at once, by three ways to wait for the replies. *Greenlets in one thread* is
what Brandbeat does with the vendors' own clients; *a thread a call* is the same code in as many threads; *native
asyncio* is OpenAI's asynchronous client, which the other vendors' SDKs have no equal of.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.section import Bench, Table
from bench.waiting import peak_megabytes
from brands.models import Brand
from config import processes
from jobs.dispatch import run_once
from jobs.models import JobRun
from tests.acceptance.harness import Platform, wait_for
from tests.brands.factories import make_brand, make_query

QUERIES, SAMPLES, COLLECTORS = 200, 2, ["chatgpt", "perplexity", "local"]
RATE = 5.0
MEDIAN, SIGMA = 0.4, 0.6
AT_ONCE_SECONDS = 4.0
NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
COLUMNS = ("calls", "seconds", "ideal", "ratio", "in a second", "calls at a time", "memory, MB")
WAYS = ("way to wait", "calls at a time", "seconds", "CPU seconds", "memory for them, MB", "threads")


def measure(bench: Bench) -> Iterator[Table]:
    for kind in bench.databases:
        with bench.platform(kind) as platform, engines(bench.folder / f"{kind}.json", MEDIAN, SIGMA) as address:
            row = _collected(bench, platform, address)
        calls = list(json.loads((bench.folder / f"{kind}.json").read_text()).values())
        ideal = max(n / RATE + seconds for each in calls for n, (_, seconds) in enumerate(each))
        crowd = max(_most_in(1.0, [moment for moment, _ in each]) for each in calls)
        seconds, memory = row
        flying = _most_at_a_time([call for each in calls for call in each])
        total = sum(map(len, calls))
        yield Table(NAMES[kind], COLUMNS, [(total, seconds, ideal, seconds / ideal, crowd, flying, memory)])
    with engines(bench.folder / "ways.json", AT_ONCE_SECONDS, 0.01) as address:
        rows = [_in_a_process(way, address) for way in ("greenlets", "threads", "asyncio")]
    yield Table("Ways to wait", WAYS, rows, note=f"Each answer takes {AT_ONCE_SECONDS:g} seconds.")


@contextmanager
def engines(file: Path, median: float, sigma: float) -> Iterator[str]:
    port = processes.free_port()
    argv = processes.python("-m", "bench.engines", str(port), str(file), str(median), str(sigma))
    server = subprocess.Popen(argv)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: _answers(address), seconds=30)
        yield address
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).status_code == 404
    except httpx.HTTPError:
        return False


def _collected(bench: Bench, platform: Platform, address: str) -> tuple[float, float]:
    """Seconds from the claim to the end of one run, and the megabytes of the process that worked on it."""
    names = {"OPENAI": "/openai/v1", "PERPLEXITY": "/perplexity", "OPENAI_COMPATIBLE": "/own/v1"}
    for name, path in names.items():
        platform.environment |= {
            f"{name}_BASE_URL": address + path,
            f"{name}_API_KEY": "sample-key",
            f"{name}_CALLS_PER_SECOND": str(RATE),
        }
    brand: Brand = make_brand()
    for number in range(QUERIES):
        make_query(brand, f"Which coffee machine is number {number}?")
    worker = platform.worker("worker", "--concurrency", "1")
    options = {"collectors": COLLECTORS, "samples": SAMPLES, "parallel": True}
    run = run_once("data_collection", brand, options).run
    wait_for(lambda: not JobRun.objects.get(pk=run.pk).is_open, seconds=300, what="The run did not end.")
    run.refresh_from_db()
    if run.status != "completed" or run.duration is None:
        raise RuntimeError(f"The run ended {run.status}: {run.reason}")
    bench.say(f"  {run.duration.total_seconds():.1f} s")
    return run.duration.total_seconds(), max(map(peak_megabytes, processes.members(worker)))


def _most_in(seconds: float, moments: list[float]) -> int:
    ordered = sorted(moments)
    return max(sum(start <= moment < start + seconds for moment in ordered) for start in ordered)


def _most_at_a_time(calls: list[tuple[float, float]]) -> int:
    steps = sorted([(start, 1) for start, _ in calls] + [(start + seconds, -1) for start, seconds in calls])
    flying = most = 0
    for _, change in steps:
        flying += change
        most = max(most, flying)
    return most


def _in_a_process(way: str, address: str) -> list[Any]:
    done = subprocess.run(
        processes.python("-m", "bench.waiting", way, address), stdout=subprocess.PIPE, text=True, check=True
    )
    row: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return row
