"""Who is asked when: the one thread that keeps the pace and writes everything down.

What waits is in `brands.lanes`, the calls themselves are in the air in another thread (`brands.flights`), and what
becomes of one that is over is told in `brands.landings`.
"""

import random
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from brands import journal, ledger
from brands.asking import seconds_of
from brands.budgets import OverBudget
from brands.collector import AsyncProvider, Provider
from brands.errands import Errand, Step
from brands.flights import Arrived, Flight, Flights, at_once, rehearse
from brands.keeping import keep
from brands.landings import Landings, store
from brands.lanes import Lane, Lanes
from brands.limits import Departure, Limits
from brands.models import Call
from brands.pace import Wait, Why
from brands.parts import Plan
from jobs.errors import JobError, QuotaExhausted, RateLimited, ServiceError, Unavailable
from jobs.job_type import RunContext

LOOK = 0.25  # seconds between two looks at whether the run must stop
PATIENCE = 5.0  # seconds that calls wait for a provider that wants to be left in peace, before they go elsewhere
READY: set[type[Provider]] = set()
CLOCKS = timedelta(minutes=5)  # by which a provider's clock may differ from ours


class Switchboard:
    def __init__(self, context: RunContext, plan: Plan, done: int, total: int) -> None:
        self.context = context
        self.plan = plan
        self.total = total
        self.room = settings.COLLECTION_CONCURRENCY if plan.parallel else 1
        self.stop: JobError | TimeoutError | None = None
        self.flights: Flights[Errand] = Flights()
        self.limits = Limits()
        self.lanes = Lanes()
        self.landings = Landings(context, self.lanes, self.limits, done)

    def work(self, errands: Iterable[Errand]) -> None:
        """Do all errands, except for tasks that are not ready yet; those stay in `lanes.aside`.

        Raises what the context says where the run must stop: what is in the air then may have been paid for, and is
        awaited and kept.
        """
        for errand in errands:
            self.landings.line_up(errand)
        with closing(self.limits), self.flights:
            while True:
                self.stop = self.stop or self._must_stop()
                if self.stop is None:
                    self._launch_what_may()
                if not self.flights.flying and (self.stop or not self.lanes.is_somebody_waiting):
                    break
                self._take(list(self.flights.events(self._pause())))
                self.limits.still_there()
        if self.stop is not None:
            raise self.stop

    def _must_stop(self) -> JobError | TimeoutError | None:
        try:
            self.context.progress(self.landings.done, self.total)
        except (JobError, TimeoutError) as error:
            return error
        return None

    def _has_room(self) -> bool:
        return self.flights.flying < self.room

    def _pause(self) -> float:
        """Until the next errand may start, if nothing happens before."""
        if self.stop is not None or not self._has_room():
            return LOOK
        return min([LOOK, *(wake - time.monotonic() for wake in self.lanes.wakes())])

    # What starts

    def _launch_what_may(self) -> None:
        now = time.monotonic()
        for errand in [errand for errand in self.lanes.aside if errand.not_before <= now]:
            if self._has_room():
                self._look_aside(errand)
        moved = True
        while moved:  # one of each lane in turn
            moved = sum(self._launch_first(name, lane) for name, lane in list(self.lanes.of.items())) > 0

    def _look_aside(self, errand: Errand) -> None:
        pause = 0.0 if errand.step is Step.READ else self.limits.pause(errand.providers[0])
        if pause:
            errand.not_before = time.monotonic() + pause
        else:
            self.lanes.aside.remove(errand)
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
        _make_ready(errand)
        turn = self.limits.enter(name)
        if isinstance(turn, Wait) and (turn.why in (Why.RATE, Why.FULL) or turn.seconds <= PATIENCE):
            lane.wake = now + turn.seconds
            return False
        lane.errands.popleft()
        if isinstance(turn, Wait):
            self.landings.went_wrong(errand, _in_peace(name, turn))
            return True
        lane.wake = time.monotonic() + random.uniform(0, self.plan.delay_seconds)  # noqa: S311
        self._ask(errand, name, turn)
        return True

    def _ask(self, errand: Errand, name: str, departure: Departure) -> None:
        try:
            if errand.call is None:
                errand.call = ledger.open_call(errand.part, name, attempt=self.context.attempt)
        except OverBudget as error:
            self.limits.turn_back(name)
            errand.failed(QuotaExhausted(str(error)))
            self.landings.end(errand, lambda: keep(errand.part, errand.asked()))
        except ledger.AlreadyAsked as error:
            self.limits.turn_back(name)
            self.context.log(f"{errand.part}: {error}", "warning")
            self.landings.done += 1
        else:
            self._fly(errand, departure.wait)

    def _fly(self, errand: Errand, wait: Callable[[], float] = at_once) -> None:
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
                wait=wait,
                is_kept=errand.step is Step.ASK,
                stored=stored,
            )
        )

    # What comes back

    def _take(self, events: list[Arrived[Errand] | Flight[Errand]]) -> None:
        """What has arrived at the same time is kept in one transaction: where that waits for a disk, it waits once."""
        arrived = [event for event in events if isinstance(event, Arrived)]
        if arrived:
            with transaction.atomic():
                for each in arrived:
                    store(each.flight)
            for each in arrived:
                self.flights.kept(each)
        for event in events:
            if isinstance(event, Flight):
                self.landings.landed(event)


def _work(errand: Errand, provider: Provider, call: Call) -> Callable[[], Any]:
    question = errand.part.question
    if not isinstance(provider, AsyncProvider):
        return partial(provider.ask, question)
    if call.task_id:
        return partial(provider.poll, call.task_id, question)
    if errand.step is Step.FIND:
        return partial(provider.find, question, call.opened_at - CLOCKS, ledger.known_task_ids(provider.name))
    return partial(provider.start, question)


def _make_ready(errand: Errand) -> None:
    """Have a provider's client loaded before its first call in this process is let through."""
    provider, question = errand.provider, errand.part.question
    if provider is None or type(provider) in READY:
        return
    READY.add(type(provider))
    if provider.is_cooperative:
        first = provider.start if isinstance(provider, AsyncProvider) else provider.ask
        rehearse(partial(first, question))


def _in_peace(name: str, wait: Wait) -> ServiceError:
    """Why a provider is not even asked."""
    seconds = f"{wait.seconds:.0f} seconds"
    if wait.why is Why.PAUSED:
        return RateLimited(f"{name} wants to be asked again in {seconds}.", service=name, retry_after=wait.seconds)
    return Unavailable(
        f"{name} failed several times in a row and is not asked for {seconds}.", service=name, retry_after=wait.seconds
    )
