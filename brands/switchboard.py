"""Who is asked when, and what becomes of it: the one thread that keeps the pace and writes everything down.

Each provider has a lane, so one that makes its calls wait holds up nobody else's. The calls themselves are in the air
in another thread (`brands.flights`), which hands over what arrives.
"""

import logging
import random
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from brands import journal, ledger
from brands.asking import seconds_of
from brands.budgets import OverBudget
from brands.collector import AsyncProvider, Provider, Reply
from brands.errands import Errand, Step, give_up_on, lost
from brands.flights import Arrived, Flight, Flights, NothingStored
from brands.keeping import keep
from brands.limits import Limits
from brands.models import Call, CallStatus
from brands.pace import Wait, Why
from brands.parts import Plan
from jobs.errors import InvalidReply, InvalidRequest, JobError, QuotaExhausted, RateLimited, ServiceError, Unavailable
from jobs.job_type import RunContext

LOOK = 0.25  # seconds between two looks at whether the run must stop
PATIENCE = 5.0  # seconds that calls wait for a provider that wants to be left in peace, before they go elsewhere
LONGEST_POLL = 30.0  # seconds between two looks at a task
CLOCKS = timedelta(minutes=5)  # by which a provider's clock may differ from ours
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Lane:
    """The errands that wait for one provider, and when the first of them may be looked at again."""

    errands: deque[Errand] = field(default_factory=deque)
    wake: float = 0


class Switchboard:
    def __init__(self, context: RunContext, plan: Plan, done: int, total: int) -> None:
        self.context = context
        self.plan = plan
        self.done, self.total = done, total
        self.room = settings.COLLECTION_CONCURRENCY if plan.parallel else 1
        self.lanes: dict[str, Lane] = {}
        self.aside: list[Errand] = []  # polls and look-ups, which keep no lane
        self.retry_after: float | None = None
        self.stop: JobError | TimeoutError | None = None
        self.flights: Flights[Errand] = Flights()
        self.limits = Limits()

    @property
    def next_poll(self) -> float | None:
        """Seconds until the next task that is not ready yet is to be looked at; None where there is none."""
        return max(min(errand.not_before for errand in self.aside) - time.monotonic(), 0) if self.aside else None

    def work(self, errands: Iterable[Errand]) -> None:
        """Do all errands, except for tasks that are not ready yet; those stay in `aside`.

        Raises what the context says where the run must stop: what is in the air then may have been paid for, and is
        awaited and kept.
        """
        for errand in errands:
            self._line_up(errand)
        with closing(self.limits), self.flights:
            while True:
                self.stop = self.stop or self._must_stop()
                if self.stop is None:
                    self._launch_what_may()
                if not self.flights.flying and (self.stop or not self._is_somebody_waiting()):
                    break
                for event in self.flights.events(self._pause()):
                    self._keep(event) if isinstance(event, Arrived) else self._landed(event)
                self.limits.still_there()
        if self.stop is not None:
            raise self.stop

    def _must_stop(self) -> JobError | TimeoutError | None:
        try:
            self.context.progress(self.done, self.total)
        except (JobError, TimeoutError) as error:
            return error
        return None

    def _is_somebody_waiting(self) -> bool:
        return any(lane.errands for lane in self.lanes.values())

    def _has_room(self) -> bool:
        return self.flights.flying < self.room

    def _pause(self) -> float:
        """Until the next errand may start, if nothing happens before."""
        if self.stop is not None or not self._has_room():
            return LOOK
        wakes = [lane.wake for lane in self.lanes.values() if lane.errands]
        wakes += [errand.not_before for errand in self.aside]
        return min([LOOK, *(wake - time.monotonic() for wake in wakes)])

    # What starts

    def _line_up(self, errand: Errand) -> None:
        """Put the errand where it waits for its next step, or end it where nobody is left to be asked."""
        if errand.step is not Step.ASK:
            self.aside.append(errand)
        elif errand.fails_over():
            self.lanes.setdefault(errand.providers[0], Lane()).errands.append(errand)
        else:
            self._end(errand, lambda: keep(errand.part, errand.asked()))

    def _launch_what_may(self) -> None:
        now = time.monotonic()
        for errand in [errand for errand in self.aside if errand.not_before <= now]:
            if self._has_room():
                self._look_aside(errand)
        moved = True
        while moved:  # one of each lane in turn
            moved = sum(self._launch_first(name, lane) for name, lane in list(self.lanes.items())) > 0

    def _look_aside(self, errand: Errand) -> None:
        pause = 0.0 if errand.step is Step.READ else self.limits.pause(errand.providers[0])
        if pause:
            errand.not_before = time.monotonic() + pause
        else:
            self.aside.remove(errand)
            self._fly(errand)

    def _launch_first(self, name: str, lane: Lane) -> bool:
        """Start the first errand of a lane, if it may; say whether the lane has moved."""
        now = time.monotonic()
        if not lane.errands or lane.wake > now or not self._has_room():
            return False
        errand = lane.errands[0]
        if errand.not_before > now:
            lane.wake = errand.not_before
            return False
        wait = self.limits.enter(name)
        if wait is not None and (wait.why in (Why.RATE, Why.FULL) or wait.seconds <= PATIENCE):
            lane.wake = now + wait.seconds
            return False
        lane.errands.popleft()
        if wait is not None:
            self._went_wrong(errand, _in_peace(name, wait))
            return True
        lane.wake = now + random.uniform(0, self.plan.delay_seconds)  # noqa: S311
        self._ask(errand, name)
        return True

    def _ask(self, errand: Errand, name: str) -> None:
        try:
            if errand.call is None:
                errand.call = ledger.open_call(errand.part, name, attempt=self.context.attempt)
        except OverBudget as error:
            self.limits.turn_back(name)
            errand.failed(QuotaExhausted(str(error)))
            self._end(errand, lambda: keep(errand.part, errand.asked()))
        except ledger.AlreadyAsked as error:
            self.limits.turn_back(name)
            self.context.log(f"{errand.part}: {error}", "warning")
            self.done += 1
        else:
            self._fly(errand)

    def _fly(self, errand: Errand) -> None:
        provider, call = errand.provider, errand.call
        assert provider is not None and call is not None  # noqa: S101, PT018  (for the types: an errand in the air has both)
        seconds = min(seconds_of(provider.name), max(self.context.seconds_left, 1.0))
        provider = type(provider)(replace(provider.config, timeout=seconds, call_key=call.idempotency_key))
        stored = list(journal.read(call.raw)) if errand.step is Step.READ else None
        self.flights.launch(
            Flight(
                cargo=errand,
                work=_work(errand, provider, call),
                seconds=seconds,
                is_cooperative=provider.is_cooperative,
                is_kept=errand.step is Step.ASK,
                stored=stored,
            )
        )

    # What comes back

    def _keep(self, arrived: Arrived[Errand]) -> None:
        self._store(arrived.flight)
        self.flights.kept(arrived)

    @staticmethod
    def _store(flight: Flight[Errand]) -> None:
        if flight.cargo.call is not None and flight.responses:
            ledger.keep_body(flight.cargo.call, flight.responses)

    def _landed(self, flight: Flight[Errand]) -> None:
        errand, error = flight.cargo, _typed(flight)
        if errand.step is Step.ASK:
            self.limits.leave(errand.providers[0], error)
        elif errand.step is not Step.READ:
            self.limits.heard(errand.providers[0], error)
        if errand.step is Step.POLL and (flight.result is not None or isinstance(error, InvalidReply)):
            self._store(flight)  # what a look brings can be had once more, so it is stored only where it matters
        if error is not None:
            self._went_wrong(errand, error)
        elif isinstance(flight.result, Reply):
            self._answered(errand, flight.result)
        elif errand.step is Step.FIND and flight.result is None:
            self._never_arrived(errand)
        elif errand.step is Step.FIND and flight.result in ledger.known_task_ids(errand.providers[0]):
            self.aside.append(errand)  # another lost call of the same question has found it first
        else:
            self._look_later(errand, flight.result)

    def _answered(self, errand: Errand, reply: Reply) -> None:
        if errand.call is not None:
            ledger.settle(errand.call, errand.part, errand.asked(reply))
        self.done += 1

    def _look_later(self, errand: Errand, task_id: str | None, retry_after: float = 0) -> None:
        """A task was handed in, or is not ready: the longer it takes, the less often it is looked at."""
        call = errand.call
        if call is not None and task_id and task_id != call.task_id:
            ledger.keep_task_id(call, errand.part, task_id, errand.asked())
        age = (timezone.now() - call.opened_at).total_seconds() if call is not None else 0
        pause = max(min(age / 4, LONGEST_POLL), settings.COLLECTION_POLL_INTERVAL, retry_after)
        errand.step, errand.not_before = Step.POLL, time.monotonic() + pause
        self.aside.append(errand)

    def _never_arrived(self, errand: Errand) -> None:
        """The provider has no such task, so nothing was bought."""
        if errand.call is not None:
            ledger.fail(errand.call, Unavailable("The question did not arrive: the provider has no task for it."))
        errand.begin_anew()
        self._line_up(errand)

    def _went_wrong(self, errand: Errand, error: ServiceError) -> None:
        if errand.step is Step.POLL and not isinstance(error, InvalidReply | InvalidRequest):
            # A look that fails, be it for a wrong key, is no end of the task, which is paid for.
            self.context.log(f"{errand.part}: {error}", "warning")
            self._look_later(errand, None, error.retry_after or 0)
        elif errand.step is Step.READ and errand.call is not None and errand.call.status == CallStatus.FAILED:
            errand.begin_anew()  # it cannot be read now either
            self._line_up(errand)
        elif isinstance(error, NothingStored):
            self._end(errand, partial(give_up_on, errand))
        elif errand.step is Step.FIND or _can_be_made_again(errand, error):
            self._try_later(errand, error)
        elif error.is_ambiguous:
            self._end(errand, partial(lost, errand, error))
        else:
            self._failed(errand, error)

    def _try_later(self, errand: Errand, error: ServiceError) -> None:
        """What became of it can be found out, but not now: its call stays open for the next attempt."""
        if self.context.is_last_attempt:
            self._end(errand, partial(lost, errand, error))
            return
        errand.failed(Unavailable(str(error), service=error.service, retry_after=error.retry_after, raw=error.raw))
        self._end(errand, lambda: keep(errand.part, errand.asked()))

    def _failed(self, errand: Errand, error: ServiceError) -> None:
        """This provider has no answer, and nothing was paid that could still be had: on to the next one."""
        call, asked_before = errand.call, errand.asked()
        errand.failed(error)
        errand.begin_anew()
        if errand.fails_over():
            if call is not None:
                ledger.fail(call, error)
            self._line_up(errand)
            return
        asked = replace(errand.asked(), latency_ms=asked_before.latency_ms)
        if call is not None:
            self._end(errand, lambda: ledger.fail(call, error, errand.part, asked))
        else:
            self._end(errand, lambda: keep(errand.part, asked))

    def _end(self, errand: Errand, write: Callable[[], Any]) -> None:
        """There is no answer for this part in this attempt."""
        write()
        self.done += 1
        error = errand.asked().error
        if error is not None:
            self.context.log(f"{errand.part}: {error}", "warning")
            if error.retryable and not error.is_ambiguous:
                self.retry_after = max(self.retry_after or 0, error.retry_after or 0) or None


def _work(errand: Errand, provider: Provider, call: Call) -> Callable[[], Any]:
    question = errand.part.question
    if not isinstance(provider, AsyncProvider):
        return partial(provider.ask, question)
    if call.task_id:
        return partial(provider.poll, call.task_id, question)
    if errand.step is Step.FIND:
        return partial(provider.find, question, call.opened_at - CLOCKS, ledger.known_task_ids(provider.name))
    return partial(provider.start, question)


def _can_be_made_again(errand: Errand, error: ServiceError) -> bool:
    """Whether a call may have been charged, now or in an earlier attempt, and a later one can find out."""
    provider = errand.provider
    if isinstance(provider, AsyncProvider):
        return error.is_ambiguous and provider.finds()
    keyed = provider is not None and provider.takes_keys
    return keyed and (error.is_ambiguous or (errand.is_resumed and errand.step is Step.ASK))


def _in_peace(name: str, wait: Wait) -> ServiceError:
    """Why a provider is not even asked."""
    seconds = f"{wait.seconds:.0f} seconds"
    if wait.why is Why.PAUSED:
        return RateLimited(f"{name} wants to be asked again in {seconds}.", service=name, retry_after=wait.seconds)
    return Unavailable(
        f"{name} failed several times in a row and is not asked for {seconds}.", service=name, retry_after=wait.seconds
    )


def _typed(flight: Flight[Errand]) -> ServiceError | None:
    """Why there is no result. A provider is other people's code: what else it raises is a reply it cannot read."""
    error, name = flight.error, flight.cargo.providers[0]
    if error is None or isinstance(error, ServiceError):
        return error
    logger.error("%s", "".join(traceback.format_exception(error)), extra={"action": "provider_crashed"})
    return InvalidReply(f"{name}'s reply could not be read ({type(error).__name__}).", service=name)
