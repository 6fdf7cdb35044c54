"""Calls in the air: hundreds of them in one thread of their own, which waits for all replies at once.

A provider is plain code that waits inside `exchange`. Here it runs as a greenlet: where it would wait, it steps aside
and an event loop waits for it, so a call costs kilobytes, not a thread. A provider that waits elsewhere
(`is_cooperative` is False) gets a thread, from a pool. Neither touches the database: what arrives is handed over to
the thread that does, and is read only when that thread says that it is kept.
"""

import asyncio
import contextvars
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

import anyio
import httpx
from greenlet import getcurrent, greenlet

from brands.collectors._exchange import sender, witness
from brands.journal import Response
from jobs.errors import Unavailable
from jobs.http import async_client, fetch_async

MOST_THREADS = 64
T = TypeVar("T")
C = TypeVar("C")


def at_once() -> float:
    return 0.0


@dataclass(slots=True, eq=False)
class Flight(Generic[C]):
    """One piece of work in the air. `cargo` is the launcher's own."""

    cargo: C
    work: Callable[[], Any]
    seconds: float  # in all
    is_cooperative: bool = True
    wait: Callable[[], float] = at_once  # seconds before it may leave, or ask that once more
    is_kept: bool = True  # each response is handed over, and read only when it was kept
    stored: list[Response] | None = None  # these are the responses; nothing is sent
    responses: list[Response] = field(default_factory=list)
    result: Any = None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Arrived(Generic[C]):
    """A response has come and waits to be kept."""

    flight: Flight[C]
    kept: "asyncio.Future[None]"


class NothingStored(Unavailable):
    """What was stored of the call ends before its answer."""


class Flights(Generic[C]):
    """Use as a context. `launch` and `events` are for the thread that opened it; leaving it ends what still flies."""

    def __init__(self) -> None:
        self.flying = 0
        self._events: SimpleQueue[Arrived[C] | Flight[C]] = SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="flights", daemon=True)
        self._client: httpx.AsyncClient = async_client()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def launch(self, flight: Flight[C]) -> None:
        self.flying += 1
        self._loop.call_soon_threadsafe(self._start, flight)

    def events(self, timeout: float) -> Iterator[Arrived[C] | Flight[C]]:
        """What has happened: responses that are to be kept, and flights that have landed. Waits for the first one."""
        try:
            event = self._events.get(timeout=max(timeout, 0.001))
            while True:
                self.flying -= isinstance(event, Flight)
                yield event
                event = self._events.get_nowait()
        except Empty:
            return

    def kept(self, arrived: Arrived[C]) -> None:
        """The response is stored: the provider may read it."""
        self._loop.call_soon_threadsafe(arrived.kept.set_result, None)

    # In the thread of the loop

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_default_executor(ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="flight"))
        self._loop.run_forever()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.run_until_complete(self._client.aclose())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def _start(self, flight: Flight[C]) -> None:
        task = self._loop.create_task(self._fly(flight))
        task.add_done_callback(lambda task: self._land(flight, task))

    def _land(self, flight: Flight[C], task: "asyncio.Task[None]") -> None:
        if not task.cancelled():
            flight.error = task.exception()
            self._events.put(flight)

    async def _fly(self, flight: Flight[C]) -> None:
        await_it = await_in_greenlet if flight.is_cooperative else self._await_in_thread
        if not flight.is_cooperative:  # it may send without asking us
            await _departure(flight)
        sender.set(self._sender(flight, await_it))
        witness.set(self._witness(flight, await_it))
        flight.result = await (in_greenlet(flight.work) if flight.is_cooperative else asyncio.to_thread(flight.work))

    def _await_in_thread(self, awaitable: Awaitable[T]) -> T:
        return asyncio.run_coroutine_threadsafe(cast(Any, awaitable), self._loop).result()  # type: ignore[no-any-return]

    def _sender(self, flight: Flight[C], await_it: Callable[[Awaitable[Any]], Any]) -> Callable[..., httpx.Response]:
        deadline: float | None = None  # from its departure on
        stored = iter(flight.stored or ())

        def send(service: str, method: str, url: str, *, timeout: float, **request: Any) -> httpx.Response:
            nonlocal deadline
            if flight.stored is not None:
                return _stored(service, next(stored, None))
            if deadline is None:
                if flight.is_cooperative:
                    await_it(_departure(flight))
                deadline = time.monotonic() + flight.seconds
            left = max(min(timeout, deadline - time.monotonic()), 0.001)
            response: httpx.Response = await_it(
                fetch_async(self._client, service, method, url, timeout=left, **request)
            )
            return response

        return send

    def _witness(self, flight: Flight[C], await_it: Callable[[Awaitable[None]], None]) -> Callable[[Response], None]:
        def tell(response: Response) -> None:
            flight.responses.append(response)
            if flight.is_kept and flight.stored is None:
                await_it(self._keep(flight))

        return tell

    async def _keep(self, flight: Flight[C]) -> None:
        kept: asyncio.Future[None] = self._loop.create_future()
        self._events.put(Arrived(flight, kept))
        await kept


def rehearse(work: Callable[[], Any]) -> None:
    """Let work that cooperates come to its first request, and send nothing.

    What a vendor's client loads when it is first used takes up to three seconds, for which all calls in the air would
    stand still.
    """

    def unsent() -> None:
        anyio.run(anyio.sleep, 0)  # httpx has it loaded by its first request
        sender.set(lambda service, *_, **__: _stored(service, None))
        work()

    with ThreadPoolExecutor(1, "rehearsal") as thread:
        thread.submit(unsent).exception()  # whatever it is: the call itself will tell


async def _departure(flight: Flight[Any]) -> None:
    while (seconds := flight.wait()) > 0:
        await asyncio.sleep(seconds)


def _stored(service: str, response: Response | None) -> httpx.Response:
    if response is None:
        raise NothingStored(service=service, is_ambiguous=True)
    return httpx.Response(response.status_code, headers=response.headers, content=response.content)


async def in_greenlet(work: Callable[[], T]) -> T:
    """Run plain code that waits with `await_in_greenlet`, and wait in its place."""
    child = greenlet(work)
    child.gr_context = contextvars.copy_context()
    waits_for = child.switch()
    while not child.dead:
        done = asyncio.ensure_future(waits_for)
        await asyncio.wait({done})
        waits_for = child.switch(done)
    return cast(T, waits_for)


def await_in_greenlet(awaitable: Awaitable[T]) -> T:
    """The result, or the exception, of what the event loop waits for in this greenlet's place."""
    done: asyncio.Future[T] = cast(Any, getcurrent().parent).switch(awaitable)
    return done.result()
