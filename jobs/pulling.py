"""Asking services for their records. No database: a `Source` says what to ask, and what comes back is plain data."""

import asyncio
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self
from uuid import UUID

import httpx

from jobs.errors import InvalidReply, ServiceError, Unavailable
from jobs.guard import checked_url, guarded_client
from jobs.http import error_for_status, fetch_async, one_line
from jobs.records import Page, Record, Shape, read
from jobs.retry import backoff

FIRST_DAYS = 90  # asked for where nothing is there yet
MOST_PAGES = 500
MOST_RECORDS = 100_000
LEAST_SECRET = 4  # characters that a text must have to be looked for in a body


class Asks(StrEnum):
    """How an API is told what is new."""

    ALL = "all"  # it is not: whatever it sends is looked through
    DAYS = "days"  # by the number of days that have passed
    SINCE = "since"  # by a moment, ISO 8601 in UTC
    CURSOR = "cursor"  # by what it named as the place to go on at


@dataclass(frozen=True, slots=True)
class Source:
    """What to ask of one service."""

    id: UUID
    name: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    shape: Shape = field(default_factory=Shape)
    asks: Asks = Asks.ALL
    asks_param: str = ""
    cursor_param: str = ""
    cursor: str = ""  # where the last sync ended
    until: datetime | None = None  # the newest record that is there for certain


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and for how long a service is asked. Times are in seconds."""

    attempts: int = 3
    backoff: float = 2
    timeout: float = 30  # of one request
    deadline: float = 120  # of all attempts together, the waits between them included
    max_delay: float = 0  # before the first request, by chance


@dataclass(slots=True)
class Pulled:
    """What came of asking one service: records, or an error."""

    source: Source
    records: list[Record] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    cursor: str = ""
    requests: int = 0
    notes: list[str] = field(default_factory=list)  # what went wrong on the way
    error: ServiceError | None = None


def question(source: Source, now: datetime) -> dict[str, str]:
    """The parameters that ask for what is new: since the newest record that is there, a day more for late ones."""
    if source.asks == Asks.CURSOR and source.cursor:
        return {source.cursor_param or "cursor": source.cursor}
    since = (source.until or now - timedelta(days=FIRST_DAYS)) - timedelta(days=1)
    if source.asks == Asks.DAYS:
        return {source.asks_param or "days": str(max(-((since - now) // timedelta(days=1)), 1))}
    if source.asks == Asks.SINCE:
        return {source.asks_param or "since": f"{since:%Y-%m-%dT%H:%M:%SZ}"}
    return {}


async def pull(client: httpx.AsyncClient, source: Source, patience: Patience, now: datetime) -> Pulled:
    """Ask until there is an answer, the attempts are used up or the deadline has come."""
    deadline = time.monotonic() + patience.deadline
    pulled = Pulled(source)
    for attempt in range(1, patience.attempts + 1):
        left = deadline - time.monotonic()
        try:
            async with asyncio.timeout(max(left, 0.001)):
                await _all_pages(client, source, patience.timeout, now, pulled)
            pulled.error = None
            return pulled
        except TimeoutError:
            pulled.error = Unavailable(f"{source.name} was not done within {patience.deadline:g} seconds.")
            return pulled
        except ServiceError as error:
            pulled.error = error
        wait = max(backoff(attempt, patience.backoff), pulled.error.retry_after or 0)
        if not pulled.error.retryable or attempt == patience.attempts:
            return pulled
        if wait >= deadline - time.monotonic():
            pulled.notes.append(f"{source.name} asks to wait {wait:g} seconds, which is longer than there is time.")
            return pulled
        pulled.notes.append(f"Attempt {attempt} of {patience.attempts}: {pulled.error} Next one in {wait:g} s.")
        await asyncio.sleep(wait)
    return pulled


async def _all_pages(client: httpx.AsyncClient, source: Source, timeout: float, now: datetime, pulled: Pulled) -> None:
    """Page after page as far as cursors lead. What an attempt before this one had is asked for again."""
    pulled.records, pulled.unreadable, pulled.cursor = [], [], source.cursor
    url, params = source.url, question(source, now)
    seen = {source.cursor}
    while True:
        pulled.requests += 1
        page = await _page(client, source, url, params, timeout)
        pulled.records += page.records
        pulled.unreadable += page.unreadable
        if len(pulled.records) > MOST_RECORDS or pulled.requests > MOST_PAGES:
            raise InvalidReply(f"{source.name} sent more than {MOST_RECORDS} records or {MOST_PAGES} pages at once.")
        if not page.cursor or page.cursor in seen:
            return
        seen.add(page.cursor)
        pulled.cursor = page.cursor
        url, params = _next(source, page.cursor, question(source, now))


def _next(source: Source, cursor: str, params: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The address and parameters of the next page; a cursor may be an address, of the same host only."""
    if "://" not in cursor:
        return source.url, {**params, source.cursor_param or "cursor": cursor}
    here, there = httpx.URL(source.url), checked_url(source.name, cursor)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise InvalidReply(f"{source.name} names a next page on another host: {one_line(there.host, 80)}.")
    return cursor, {}


async def _page(client: httpx.AsyncClient, source: Source, url: str, params: dict[str, str], timeout: float) -> Page:
    address = checked_url(source.name, url).copy_merge_params(params)
    headers = {"accept": "application/json", **source.headers}
    response = await fetch_async(client, source.name, "GET", str(address), timeout=timeout, headers=headers)
    body = _without(response.content, source.secrets)
    if not response.is_success:
        said = body[:300].decode("utf-8", "replace")
        raise error_for_status(
            source.name, response.status_code, said, headers=response.headers, secrets=source.secrets
        )
    return read(source.name, body, source.shape)


def _without(body: bytes, secrets: Sequence[str]) -> bytes:
    """A service may send back what it was sent; the secret is not kept with its records."""
    for secret in secrets:
        if len(secret) >= LEAST_SECRET:
            body = body.replace(secret.encode(), b"***")
    return body


class Pulls:
    """Many services asked at the same time, `concurrency` at once, in a thread of their own.

    Use as a context: leaving it ends what is still under way, at once.
    """

    def __init__(self, sources: Sequence[Source], concurrency: int, patience: Patience, now: datetime) -> None:
        self.left = len(sources)
        self._sources, self._patience, self._now = sources, patience, now
        self._places = asyncio.Semaphore(concurrency)
        self._done: SimpleQueue[Pulled] = SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._main = self._loop.create_task(self._all())
        self._thread = threading.Thread(target=self._run, name="pulls", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._main.cancel)
        self._thread.join()

    def done(self, timeout: float) -> Iterator[Pulled]:
        """Those that are done, as they come; waits for the first one, at most so many seconds."""
        try:
            pulled = self._done.get(timeout=timeout)
            while True:
                self.left -= 1
                yield pulled
                pulled = self._done.get_nowait()
        except Empty:
            if self.left and self._main.done():
                self._main.result()  # raises what ended it

    # In the thread of the loop

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._main)
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _all(self) -> None:
        async with guarded_client() as client, asyncio.TaskGroup() as group:
            for source in self._sources:
                group.create_task(self._one(client, source))

    async def _one(self, client: httpx.AsyncClient, source: Source) -> None:
        # The delay spreads those that are asked; it takes nobody's place.
        await asyncio.sleep(random.uniform(0, self._patience.max_delay))  # noqa: S311
        async with self._places:
            self._done.put(await pull(client, source, self._patience, self._now))


def pull_one(source: Source, patience: Patience, now: datetime) -> Pulled:
    """One service, asked here and now."""

    async def ask() -> Pulled:
        async with guarded_client() as client:
            return await pull(client, source, patience, now)

    return asyncio.run(ask())
