"""The pace at which each provider is asked, kept by all workers together in Redis.

The rules are `brands.pace`; here is where the state lives. Without Redis each process keeps the pace by itself, from
what it knew last: nothing is lost or bought twice, only rate and concurrency then hold for each process alone.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import redis
from django.conf import settings
from redis.exceptions import RedisError

from brands import pace
from brands.pace import LATE, Outcome, Pace, State, Wait
from jobs.errors import RateLimited, ServiceError, Unavailable

KEY = "brandbeat:pace:{}"
FORGET_AFTER = 2 * 86_400  # seconds; longer than the longest pause
ALONE_SECONDS = 5.0  # before Redis is tried again
KNOWN: dict[str, State] = {}  # what this process knew last of each provider
T = TypeVar("T")
logger = logging.getLogger(__name__)


def pace_of(provider: str) -> Pace:
    """The provider's pace from the settings; of one that the settings do not know, the usual one."""
    usual = Pace()
    entry = settings.PROVIDER_LIMITS.get(provider, {})
    return Pace(
        per_second=entry.get("calls_per_second", usual.per_second),
        at_a_time=int(entry.get("concurrency", usual.at_a_time)),
        failures=settings.COLLECTION_BREAKER_FAILURES,
        rest=settings.COLLECTION_BREAKER_SECONDS,
    )


class Limits:
    """The way to all providers for one run. `enter` before a call, `leave` after it."""

    def __init__(self, url: str = "") -> None:
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._redis: Any = redis.Redis.from_url(
            url or settings.CELERY_BROKER_URL, socket_connect_timeout=0.5, socket_timeout=0.5
        )
        self._lock = threading.Lock()
        self.ahead = time.time() - time.monotonic()  # of Redis's clock before this process's, which nobody sets
        self._alone_until: float = 0
        self._said = time.monotonic()

    def enter(self, provider: str) -> "Wait | Departure":
        """How a call leaves that may be made now. Otherwise how long to wait, and why."""
        moment = self._change(provider, lambda state, now: pace.enter(state, pace_of(provider), self.holder, now))
        return moment if isinstance(moment, Wait) else Departure(self, provider, moment)

    def missed(self, provider: str, moment: float) -> float:
        return self._change(provider, lambda state, now: pace.missed(state, pace_of(provider), moment, now))

    def leave(self, provider: str, error: ServiceError | None = None) -> None:
        """A call that was let through has ended, well or with this error."""
        self._leave(provider, _outcome(error))

    def turn_back(self, provider: str) -> None:
        """A call that was let through is not made."""
        self._leave(provider, None)

    def _leave(self, provider: str, outcome: Outcome | None) -> None:
        self._change(
            provider, lambda state, now: (pace.leave(state, pace_of(provider), self.holder, now, outcome), None)
        )

    def pause(self, provider: str) -> float:
        """Seconds for which the provider wants no request at all, not even a look at a task."""
        return self._change(provider, lambda state, now: (state, max(state.paused_until - now, 0.0)))

    def heard(self, provider: str, error: ServiceError | None) -> None:
        """A request that is no call of its own has ended, well or with this error."""
        outcome = _outcome(error)
        if outcome.retry_after or outcome.refused:
            self._change(provider, lambda state, now: (pace.heard(state, now, outcome), None))

    def still_there(self) -> None:
        """Say, now and then, that this process's calls are in the air still."""
        if time.monotonic() - self._said < pace.HOLDER_SECONDS / 4:
            return
        self._said = time.monotonic()
        for provider, state in list(KNOWN.items()):
            if self.holder in state.holders:
                self._change(provider, lambda state, now: (pace.still_there(state, self.holder, now), None))

    def close(self) -> None:
        self._redis.close()

    def _change(self, provider: str, change: Callable[[State, float], tuple[State, T]]) -> T:
        with self._lock:
            return self._changed(provider, change)

    def _changed(self, provider: str, change: Callable[[State, float], tuple[State, T]]) -> T:
        if time.monotonic() >= self._alone_until:
            try:
                return self._change_together(provider, change)
            except RedisError as error:
                self._alone_until = time.monotonic() + ALONE_SECONDS
                logger.warning("Each process keeps its own pace for now: %s", error, extra={"action": "pace_alone"})
        KNOWN[provider], result = change(KNOWN.get(provider, State()), time.monotonic() + self.ahead)
        return result

    def _change_together(self, provider: str, change: Callable[[State, float], tuple[State, T]]) -> T:
        """Compare and set: Redis refuses the new state where somebody else was faster, and it is worked out anew."""
        key = KEY.format(provider)
        results: list[T] = []

        def work(pipe: Any) -> None:
            before = State.read(pipe.get(key))
            seconds, microseconds = pipe.time()
            now = seconds + microseconds / 1e6  # one clock for all workers
            self.ahead = now - time.monotonic()
            state, result = change(before, now)
            results[:] = [result]
            KNOWN[provider] = state
            pipe.multi()
            if state != before:
                pipe.set(key, state.written(), ex=FORGET_AFTER)

        self._redis.transaction(work, key)
        return results[0]


class Departure:
    """When a call leaves that was let through. One that is not ready by then takes another moment."""

    def __init__(self, limits: Limits, provider: str, moment: float) -> None:
        self._limits = limits
        self._provider = provider
        self._is_any = pace_of(provider).per_second == 0
        self._set(moment)

    def _set(self, moment: float) -> None:
        self._moment = moment
        self._at = moment - self._limits.ahead  # time.monotonic()

    def wait(self) -> float:
        """Seconds to wait before asking once more; 0: leave now."""
        if time.monotonic() > self._at + LATE and not self._is_any:
            self._set(self._limits.missed(self._provider, self._moment))
        return max(self._at - time.monotonic(), 0.0)


def _outcome(error: ServiceError | None) -> Outcome:
    return Outcome(
        failed=isinstance(error, Unavailable),
        refused=isinstance(error, RateLimited),
        retry_after=error.retry_after if isinstance(error, Unavailable | RateLimited) else None,
    )
