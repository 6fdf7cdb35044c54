"""Ways to wait for many replies at once, each in a process of its own: `python -m bench.waiting WAY ADDRESS`."""

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from openai import AsyncOpenAI

from brands.collector import Provider, ProviderConfig, Question
from brands.collectors.openai import OpenAIResponses
from brands.flights import Flight, Flights

AT_ONCE = 300


def peak_megabytes(pid: int) -> float:
    """The highest resident set that a process has had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _provider(address: str) -> Provider:
    return OpenAIResponses(ProviderConfig("sample-key", f"{address}/openai/v1", "gpt-5-mini", timeout=60))


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
    work = {"greenlets": _greenlets, "threads": _threads, "asyncio": _asyncio}[way]
    work(address, 1)  # imports and certificates are not what is measured
    before, cpu, started = peak_megabytes(os.getpid()), time.process_time(), time.monotonic()
    threads = work(address, AT_ONCE)
    seconds, spent = time.monotonic() - started, time.process_time() - cpu
    sys.stdout.write(json.dumps([SAID[way], AT_ONCE, seconds, spent, peak_megabytes(os.getpid()) - before, threads]))


if __name__ == "__main__":
    main(*sys.argv[1:])
