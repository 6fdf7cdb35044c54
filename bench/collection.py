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

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from openai import AsyncOpenAI

from bench.section import Bench, Table
from brands.collector import Provider, ProviderConfig, Question, providers
from brands.flights import Flight, Flights
from brands.models import Brand
from config import processes
from jobs.dispatch import run_once
from jobs.models import JobRun
from tests.acceptance.harness import Platform, wait_for
from tests.brands.factories import make_brand, make_query

QUERIES, SAMPLES, COLLECTORS = 200, 2, ["chatgpt", "perplexity", "local"]
RATE = 5.0
MEDIAN, SIGMA = 0.4, 0.6
AT_ONCE, AT_ONCE_SECONDS = 300, 4.0
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
    return run.duration.total_seconds(), max(map(_peak_megabytes, processes.members(worker)))


def _peak_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


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


# Ways to wait, each in a process of its own: `python -m bench.collection WAY ADDRESS`


def _in_a_process(way: str, address: str) -> list[Any]:
    done = subprocess.run(
        processes.python("-m", "bench.collection", way, address), capture_output=True, text=True, check=True
    )
    row: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def _provider(address: str) -> Provider:
    return providers.get(("chatgpt", "openai"))(
        ProviderConfig("sample-key", f"{address}/openai/v1", "gpt-5-mini", timeout=60)
    )


def _greenlets(address: str, number: int) -> int:
    with Flights[int]() as flights:
        for n in range(number):
            work: Callable[[], Any] = lambda: _provider(address).ask(Question("Which?"))  # noqa: E731
            flights.launch(Flight(cargo=n, work=work, seconds=60, is_kept=False))
        while flights.flying:
            for event in flights.events(1):
                if isinstance(event, Flight) and event.error is not None:
                    raise event.error
            most = threading.active_count()
    return most


def _threads(address: str, number: int) -> int:
    with ThreadPoolExecutor(number) as pool:
        asked = [pool.submit(lambda: _provider(address).ask(Question("Which?"))) for _ in range(number)]
        most = threading.active_count()
        for future in asked:
            future.result()
    return most


def _asyncio(address: str, number: int) -> int:
    async def main() -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        async with httpx.AsyncClient(limits=limits) as http_client:
            client = AsyncOpenAI(
                api_key="sample-key",
                base_url=f"{address}/openai/v1",
                max_retries=0,
                http_client=http_client,  # type: ignore[arg-type]
            )
            calls = (
                client.responses.with_raw_response.create(model="gpt-5-mini", input="Which?") for _ in range(number)
            )
            await asyncio.gather(*calls)

    asyncio.run(main())
    return threading.active_count()


SAID = {"greenlets": "greenlets in one thread", "threads": "a thread a call", "asyncio": "native asyncio"}


def main(way: str, address: str) -> None:
    import django

    django.setup()
    work = {"greenlets": _greenlets, "threads": _threads, "asyncio": _asyncio}[way]
    work(address, 1)  # imports and certificates are not what is measured
    before, cpu, started = _peak_megabytes(os.getpid()), time.process_time(), time.monotonic()
    threads = work(address, AT_ONCE)
    seconds, spent = time.monotonic() - started, time.process_time() - cpu
    sys.stdout.write(json.dumps([SAID[way], AT_ONCE, seconds, spent, _peak_megabytes(os.getpid()) - before, threads]))


if __name__ == "__main__":
    main(*sys.argv[1:])
