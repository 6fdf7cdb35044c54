"""May a provider be asked now? The rules, pure: what is known of a provider goes in, and what is known then comes out.

All times are seconds of one clock, whichever it is.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Self

# Calls are this much further apart than the rate allows: on their way they lose their even distance, and a provider
# that counts the calls of its last second must not find one too many.
HEADROOM = 1.05
AHEAD = 0.15  # seconds; a call is let through so long before its moment, since it takes time to write it down
LATE = 0.025  # seconds by which it may miss its moment; the rest of what HEADROOM gives is the network's
HOLDER_SECONDS = 20.0  # a process that says nothing for so long is dead, and its calls are in the air no more
LONGEST_PAUSE = 64.0  # where a provider that is asked too often does not say for how long


@dataclass(frozen=True, slots=True)
class Pace:
    """How a provider may be asked: calls a second (0: any), calls at a time, and when it is left in peace."""

    per_second: float = 5
    at_a_time: int = 50
    failures: int = 5  # in a row, after which nobody asks it for `rest` seconds
    rest: float = 30


class Why(StrEnum):
    RATE = "rate"
    FULL = "full"
    PAUSED = "paused"  # it asked us to wait
    RESTING = "resting"  # it failed too often


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: float
    why: Why


@dataclass(frozen=True, slots=True)
class State:
    """What all who ask a provider know of it together."""

    free_at: float = 0  # when the next call may leave
    paused_until: float = 0
    resting_until: float = 0
    failures: int = 0  # in a row
    refusals: int = 0  # in a row: "too many requests"
    holders: dict[str, tuple[int, float]] = field(default_factory=dict)  # calls in the air, heard of last

    @classmethod
    def read(cls, text: str | bytes | None) -> Self:
        return cls(**json.loads(text)) if text else cls()

    def written(self) -> str:
        return json.dumps(asdict(self))

    def in_the_air(self, now: float) -> int:
        return sum(calls for calls, heard in self.holders.values() if heard > now - HOLDER_SECONDS)


def enter(state: State, pace: Pace, holder: str, now: float) -> tuple[State, Wait | float]:
    """Let one call through and name the moment at which it leaves, or say how long to wait before asking once more."""
    wait = _obstacle(state, pace, now)
    if wait is not None:
        return state, wait
    moment = max(state.free_at, now)
    # After a rest one call goes first to see whether it is well again; the others wait for what becomes of it.
    resting_until = now + pace.rest if state.failures >= pace.failures else 0
    state = replace(_counted(state, holder, now, 1), free_at=moment + _interval(pace), resting_until=resting_until)
    return state, moment


def missed(state: State, pace: Pace, moment: float, now: float) -> tuple[State, float]:
    """Another moment for a call that has missed its own: now, where nobody has one after it yet."""
    is_last = state.free_at <= moment + _interval(pace)
    again = now if is_last else max(state.free_at, now)
    return replace(state, free_at=again + _interval(pace)), again


def _interval(pace: Pace) -> float:
    return HEADROOM / pace.per_second if pace.per_second else 0.0


def _obstacle(state: State, pace: Pace, now: float) -> Wait | None:
    if now < state.paused_until:
        return Wait(state.paused_until - now, Why.PAUSED)
    if now < state.resting_until:
        return Wait(state.resting_until - now, Why.RESTING)
    if state.in_the_air(now) >= pace.at_a_time:
        return Wait(0.1, Why.FULL)
    if now < state.free_at - AHEAD:
        return Wait(state.free_at - AHEAD - now, Why.RATE)
    return None


def leave(state: State, pace: Pace, holder: str, now: float, outcome: "Outcome | None") -> State:
    """A call has ended; None: it was let through and not made."""
    state = _counted(state, holder, now, -1)
    if outcome is None:
        return state
    state = heard(state, now, outcome)
    failures = state.failures + 1 if outcome.failed else 0
    return replace(state, failures=failures, resting_until=now + pace.rest if failures >= pace.failures else 0)


def heard(state: State, now: float, outcome: "Outcome") -> State:
    """A provider has answered, and perhaps asked us to wait. A shorter pause does not end a longer one."""
    refusals = state.refusals + 1 if outcome.refused else 0
    pause = outcome.retry_after
    if pause is None and outcome.refused:
        pause = min(2.0**refusals, LONGEST_PAUSE)
    paused_until = max(state.paused_until, now + pause) if pause else state.paused_until
    return replace(state, refusals=refusals, paused_until=paused_until)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended, as far as the next ones are concerned."""

    failed: bool = False  # the provider is not well
    refused: bool = False  # the provider is asked too often
    retry_after: float | None = None  # seconds


def _counted(state: State, holder: str, now: float, change: int) -> State:
    holders = {name: (calls, heard) for name, (calls, heard) in state.holders.items() if heard > now - HOLDER_SECONDS}
    calls = max(holders.pop(holder, (0, now))[0] + change, 0)
    return replace(state, holders=holders | ({holder: (calls, now)} if calls else {}))


def still_there(state: State, holder: str, now: float) -> State:
    """The holder's calls are in the air still."""
    return _counted(state, holder, now, 0)
