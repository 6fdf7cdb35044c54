"""The invariant of money: the provider's own log of charged calls against the ledger and the answers that are kept.

Each charged call has its row in the ledger, which is older than the charge, and exactly one stored answer; or its row
is `ambiguous`, its run says so, and nothing was bought in its place.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from brands.models import Answer, Call, CallStatus
from tests.brands.till import Till
from tests.faults.checker import Invariant
from tests.faults.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Books:
    """`finds_out`: the provider takes keys or looks tasks up, so that nothing may stay ambiguous."""

    till: Till
    finds_out: bool
    calls: dict[str, Call] = field(default_factory=dict)  # by their keys

    def read(self) -> "Books":
        self.calls.update({call.idempotency_key: call for call in Call.objects.select_related("answer")})
        return self

    @property
    def ambiguous(self) -> int:
        return sum(call.status == CallStatus.AMBIGUOUS for call in self.calls.values())

    def paid_twice(self, evidence: Evidence) -> Iterator[str]:
        """A run asks one question here: two charged calls of it are one too many."""
        runs = Counter(str(self.calls[sale["call"]].run_id) for sale in self.till.sales() if sale["call"] in self.calls)
        yield from (f"run {run} has paid {times} times" for run, times in runs.items() if times > 1)
        names = Counter(sale["call"] for sale in self.till.sales())
        yield from (f"call {name} was charged {times} times" for name, times in names.items() if times > 1)

    def paid_and_lost(self, evidence: Evidence) -> Iterator[str]:
        for sale in self.till.sales():
            call = self.calls.get(sale["call"])
            reason = self._lost(sale["item"], call, evidence)
            if reason:
                yield f"{sale}: {reason}"

    def _lost(self, item: str, call: Call | None, evidence: Evidence) -> str:
        if call is None:
            return "was charged before it was written down"
        if call.status == CallStatus.ANSWERED:
            kept = call.answer is not None and call.answer.text == item and item.encode() in call.raw + call.answer.raw
            return "" if kept else "has no stored answer"
        if call.status != CallStatus.AMBIGUOUS or self.finds_out:
            return f"is {call.status}"
        run = evidence.runs[str(call.run_id)]
        return "" if "may have" in run.reason and run.status != "completed" else f"is not shown: {run.reason}"

    def answers_were_paid(self, _: Evidence) -> Iterator[str]:
        """No answer and no money in the ledger without a charge."""
        sold = {sale["call"] for sale in self.till.sales()}
        answered = [call for call in self.calls.values() if call.status == CallStatus.ANSWERED]
        yield from (
            f"{call.pk} is answered and was not charged" for call in answered if call.idempotency_key not in sold
        )
        if Answer.objects.filter(status=Answer.Status.ANSWERED).count() != len(answered):
            yield "there are other numbers of answers and of answered calls"

    def reservations_end(self, _: Evidence) -> Iterator[str]:
        yield from (f"{call.pk} is open" for call in self.calls.values() if call.status == CallStatus.OPEN)

    @property
    def invariants(self) -> tuple[Invariant, ...]:
        return (self.paid_twice, self.paid_and_lost, self.answers_were_paid, self.reservations_end)
