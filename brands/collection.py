"""Collecting a brand's answers: asking what is missing, and keeping whatever comes back.

Threads ask, and touch no database. They hand what they have to the one thread that writes: first the task id of an
asynchronous provider (committed before the task is polled for, so that no retry buys it twice), then the result.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from decimal import Decimal
from queue import Empty, SimpleQueue
from typing import Any

from django.conf import settings
from django.db.models import Count, Sum

from brands.asking import Asked, ask
from brands.collector import AsyncProvider, Provider, Question, Reply
from brands.keeping import FINAL, keep, keep_task
from brands.models import Answer, Brand
from brands.parts import Part, Plan, active_queries, is_missing, parts
from jobs.errors import GiveUp, JobError, RetryLater, Unavailable
from jobs.job_type import RunContext

LOOK = 0.1  # seconds between two looks at what the threads have handed over
KEEPING_TIMEOUT = 60.0


@dataclass(slots=True)
class Handover:
    """A task id on its way to the database; the thread that has it waits until it is there."""

    part: Part
    provider: str
    task_id: str
    kept: threading.Event = field(default_factory=threading.Event)


class Collection:
    """The answers of one run for one brand. A later attempt at the run asks only what is missing."""

    def __init__(self, context: RunContext, brand: Brand, plan: Plan) -> None:
        self.context = context
        self.brand = brand
        self.plan = plan
        self.queries = active_queries(brand)
        self.handovers: SimpleQueue[Handover] = SimpleQueue()
        self.retryable: list[str] = []  # why parts failed that may yet succeed
        self.retry_after: float | None = None

    def run(self) -> None:
        """Ask what this run has no answer to yet.

        Raises:
            GiveUp: the brand has nothing to ask.
            RetryLater: some parts failed in a way that may pass, and there are attempts left.
        """
        if not self.queries:
            raise GiveUp(f"{self.brand} has no active query, so there is nothing to ask. Add one or activate one.")
        everything = list(parts(self.context.run_id, self.queries, self.plan))
        missing = list(self._missing(everything))
        self._ask_all(missing, len(everything) - len(missing))
        self.context.log(f"Asked {len(missing)} of {len(everything)} parts: {self.received} have an answer now.")
        if self.retryable and not self.context.is_last_attempt:
            reason = f"{len(self.retryable)} of {len(missing)} calls failed: {self.retryable[0]}"
            raise RetryLater(reason, seconds=self.retry_after)
        for answer in self._answers().exclude(status__in=FINAL):
            self.context.miss(str(answer), answer.error)

    @property
    def received(self) -> int:
        return int(self._answers().filter(status__in=FINAL).count())

    def metrics(self) -> dict[str, Any]:
        """True counts over all attempts of the run, from what was kept."""
        counts: dict[str, int] = dict.fromkeys(Answer.Status.values, 0)
        cost = Decimal(0)
        for row in self._answers().order_by().values("status").annotate(n=Count("pk"), cost=Sum("cost_usd")):
            counts[row["status"]] = row["n"]
            cost += row["cost"] or 0
        return {
            "queries": len(self.queries),
            "answers_requested": sum(counts.values()),
            **{status: counts[status] for status in ("answered", "empty", "absent", "refused", "failed", "waiting")},
            "cost_usd": float(cost),
        }

    def _answers(self) -> Any:
        return Answer.objects.filter(run_id=self.context.run_id)

    def _missing(self, everything: list[Part]) -> Iterator[Part]:
        known = {(a.query_id, a.collector, a.sample): a for a in self._answers().defer("body", "text")}
        for part in everything:
            answer = known.get((part.query.pk, part.collector, part.sample))
            if not is_missing(answer, ask_all_failed=self.context.is_reopened):
                continue
            if answer is not None and answer.status == Answer.Status.WAITING:
                part = replace(part, provider=answer.provider, task_id=answer.provider_task_id)
            yield part

    def _ask_all(self, missing: list[Part], done: int) -> None:
        total = done + len(missing)
        stop = self._must_stop(done, total)
        lanes = settings.COLLECTION_CONCURRENCY if self.plan.parallel else 1
        queue = iter(missing)
        flying: dict[Future[Asked], Part] = {}
        with ThreadPoolExecutor(lanes, thread_name_prefix="ask") as pool:
            while True:
                while stop is None and len(flying) < lanes and (part := next(queue, None)) is not None:
                    flying[pool.submit(self._ask, part)] = part
                if not flying:
                    break
                landed, _ = wait(flying, timeout=LOOK, return_when=FIRST_COMPLETED)
                self._keep_tasks()
                for future in landed:
                    self._keep(flying.pop(future), future.result())
                    done += 1
                # What is in the air when the run must stop may have been paid for: it is awaited and kept.
                stop = stop or self._must_stop(done, total)
        if stop is not None:
            raise stop

    def _must_stop(self, done: int, total: int) -> JobError | TimeoutError | None:
        try:
            self.context.progress(done, total)
        except (JobError, TimeoutError) as error:
            return error
        return None

    def _ask(self, part: Part) -> Asked:
        """In a thread: ask, within the seconds that the run has left."""

        def how(provider: Provider, question: Question) -> Reply:
            if not isinstance(provider, AsyncProvider):
                return provider.ask(question)
            task_id = part.task_id
            if not task_id:
                task_id = provider.start(question)
                self._hand_over(Handover(part, provider.name, task_id))
            return provider.wait(task_id, question)

        timeout = min(settings.COLLECTION_TIMEOUT, max(self.context.seconds_left, 1.0))
        return ask(part.question, part.collector, part.provider, how=how, timeout=timeout)

    def _hand_over(self, handover: Handover) -> None:
        self.handovers.put(handover)
        if not handover.kept.wait(KEEPING_TIMEOUT):
            raise Unavailable(f"The task {handover.task_id} of {handover.provider} could not be written down.")

    def _keep_tasks(self) -> None:
        while True:
            try:
                handover = self.handovers.get_nowait()
            except Empty:
                return
            keep_task(handover.part, handover.provider, handover.task_id)
            handover.kept.set()

    def _keep(self, part: Part, asked: Asked) -> None:
        keep(part, asked)
        if asked.error is not None:
            self.context.log(f"{part}: {asked.error}", "warning")
        if asked.error is not None and asked.error.retryable:
            self.retryable.append(str(asked.error))
            self.retry_after = max(self.retry_after or 0, asked.error.retry_after or 0) or None
