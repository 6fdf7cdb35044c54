"""Collecting a brand's answers: asking what is missing, and keeping whatever comes back."""

import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from brands import ledger
from brands.errands import Errand, Step, errands
from brands.keeping import FINAL
from brands.models import Answer, Brand
from brands.parts import Part, Plan, active_queries, parts
from brands.switchboard import Switchboard
from jobs.errors import GiveUp, RetryLater
from jobs.job_type import RunContext

SPREAD_OVER = 0.8  # of the time that the run has, so that the last answers arrive within it


class Collection:
    """The answers of one run for one brand. A later attempt at the run asks only what is missing."""

    def __init__(self, context: RunContext, brand: Brand, plan: Plan) -> None:
        self.context = context
        self.brand = brand
        self.plan = plan
        self.queries = active_queries(brand)

    def run(self) -> None:
        """Ask what this run has no answer to yet.

        Raises:
            GiveUp: the brand has nothing to ask.
            RetryLater: some parts failed in a way that may pass, and there are attempts left; or all that is missing
                are tasks of asynchronous providers that are not ready yet.
        """
        if not self.queries:
            raise GiveUp(f"{self.brand} has no active query, so there is nothing to ask. Add one or activate one.")
        ledger.write_off()
        everything = list(parts(self.context.run_id, self.queries, self.plan))
        missing = list(errands(everything, self.context))
        self._spread(missing)
        board = Switchboard(self.context, self.plan, len(everything) - len(missing), len(everything))
        board.work(missing)
        self._wait_for_tasks(board)
        self.context.log(f"Asked {len(missing)} of {len(everything)} parts: {self.received} have an answer now.")
        self._try_again(board)
        self._miss(everything)

    def _miss(self, everything: list[Part]) -> None:
        """Name each part that has no answer; one without a row is one whose answer somebody has deleted."""
        answers = {(a.query_id, a.collector, a.sample): a for a in self._answers().defer("body", "text")}
        for part in everything:
            answer = answers.get((part.query.pk, part.collector, part.sample))
            if answer is None:
                self.context.miss(str(part), str(ledger.AlreadyAsked()))
            elif answer.status not in FINAL:
                self.context.miss(str(answer), answer.error)

    def _spread(self, missing: list[Errand]) -> None:
        """Give each question its moment, where they are to be spread over some time."""
        window = min(float(self.plan.spread_seconds), self.context.seconds_left * SPREAD_OVER)
        fresh = [errand for errand in missing if errand.step is Step.ASK]
        started = time.monotonic()
        for place, errand in enumerate(fresh if window > 0 else ()):
            errand.not_before = started + window * place / len(fresh)

    def _wait_for_tasks(self, board: Switchboard) -> None:
        seconds = board.lanes.next_poll
        if seconds is not None and timezone.now() + timedelta(seconds=seconds) <= self.context.latest_wait:
            raise RetryLater(f"{len(board.lanes.aside)} answers are not ready yet.", seconds=seconds, counts=False)

    def _try_again(self, board: Switchboard) -> None:
        failed = self._answers().filter(status=Answer.Status.FAILED, is_retryable=True)
        reasons = list(failed.values_list("error", flat=True))
        if reasons and not self.context.is_last_attempt:
            reason = f"{len(reasons)} parts failed: {reasons[0]}"
            raise RetryLater(reason, seconds=board.landings.retry_after)

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
