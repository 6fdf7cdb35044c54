"""What is to be done for each part of a run that has no answer yet: ask, or go on where an earlier attempt stopped."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from brands import ledger
from brands.asking import Asked, Failure, build, chain
from brands.collector import AsyncProvider, Provider, Reply
from brands.keeping import FINAL
from brands.models import Answer, Call, CallStatus
from brands.parts import Part, may_be_asked
from jobs.errors import NotConfigured, ServiceError, Unavailable
from jobs.job_type import RunContext


class Step(StrEnum):
    ASK = "ask"  # from here on it may cost money
    POLL = "poll"  # look whether a task is ready
    READ = "read"  # what is stored of the call already
    FIND = "find"  # a task that was handed in and whose id was lost


@dataclass(slots=True, eq=False)
class Errand:
    """One part on its way along its chain of providers. The first of them is the one that is asked now, or next."""

    part: Part
    providers: list[str]
    step: Step = Step.ASK
    call: Call | None = None
    is_resumed: bool = False  # the call was made by an earlier attempt and may have been charged
    provider: Provider | None = None
    not_before: float = 0  # time.monotonic()
    failures: list[Failure] = field(default_factory=list)

    def fails_over(self) -> bool:
        """Go to the next provider of the chain that can be asked; False where there is none."""
        while self.providers:
            name = self.providers[0]
            try:
                self.provider = build(self.part.collector, name)
            except ServiceError as error:
                self.failed(error)
            else:
                return True
        return False

    def begin_anew(self) -> None:
        """What there was of a call is done with: the next step is to ask."""
        self.call, self.is_resumed, self.step = None, False, Step.ASK

    def failed(self, error: ServiceError) -> None:
        self.failures.append(Failure(self.providers.pop(0), error))

    def asked(self, reply: Reply | None = None) -> Asked:
        served = self.providers[0] if reply is not None else ""
        since = timezone.now() - self.call.opened_at if self.call else None
        latency = round(since.total_seconds() * 1000) if since else 0
        return Asked(self.part.collector, served, reply, tuple(self.failures), latency)


def errands(everything: Iterable[Part], context: RunContext) -> Iterator[Errand]:
    """An errand for each part for which something can be done now.

    There is none for a part that was answered, for one that failed for good, and for one that may have been paid for
    and of which nothing can be found out: only a person can have it asked again. In an attempt that was put off, what
    failed waits for the next attempt.
    """
    answers = {(a.query_id, a.collector, a.sample): a for a in _answers(context.run_id)}
    calls = ledger.last_calls(context.run_id)
    for part in everything:
        key = (part.query.pk, part.collector, part.sample)
        answer, call = answers.get(key), calls.get(key)
        if answer is not None and answer.status in FINAL:
            continue
        again = may_be_asked(answer, ask_all_failed=context.is_reopened or _is_released(call))
        if call is not None and call.status in ledger.UNSETTLED:
            if not context.was_put_off or (call.status == CallStatus.OPEN and call.task_id):
                yield from _going_on(part, call, answer)
        elif again and (answer is None or not context.was_put_off):
            yield _anew(part, call)


def _answers(run_id: UUID) -> Iterable[Answer]:
    return Answer.objects.filter(run_id=run_id).defer("body", "text")


def _anew(part: Part, call: Call | None) -> Errand:
    """A part that is to be asked. What came the last time and could not be read is read once more before."""
    errand = Errand(part, chain(part.collector))
    if call is not None and ledger.is_worth_reading(call) and _stands_at(errand, call):
        errand.call, errand.step = call, Step.READ
    return errand


def _is_released(call: Call | None) -> bool:
    return call is not None and call.status == CallStatus.RELEASED


def _stands_at(errand: Errand, call: Call) -> bool:
    """Go to the provider of the call; False where it is not in the chain any more or cannot be asked."""
    if call.provider not in errand.providers:
        return False
    before = errand.providers.index(call.provider)
    try:
        errand.provider = build(errand.part.collector, call.provider)
    except NotConfigured:
        return False
    errand.providers = errand.providers[before:]
    return True


def _going_on(part: Part, call: Call, answer: Answer | None) -> Iterator[Errand]:
    """A call that nobody has closed: its worker died, or only this attempt was put off."""
    errand = Errand(part, chain(part.collector), call=call, is_resumed=True)
    if answer is not None and answer.status == Answer.Status.WAITING:
        errand.failures = [Failure(f["provider"], ServiceError(f["error"])) for f in answer.failed_providers]
    if not _stands_at(errand, call):
        errand.providers = [call.provider]
        give_up_on(errand, ledger.GONE)
        return
    provider = errand.provider
    if call.task_id:
        errand.step = Step.POLL
    elif call.received_at is not None:
        errand.step = Step.READ
    elif provider is not None and provider.takes_keys:
        errand.step = Step.ASK
    elif isinstance(provider, AsyncProvider) and provider.finds():
        errand.step = Step.FIND
    else:
        give_up_on(errand, ledger.DIED)
        return
    yield errand


def give_up_on(errand: Errand, why: str = ledger.DIED) -> None:
    """Nobody knows what became of this call."""
    if errand.call is not None and errand.call.status == CallStatus.OPEN:
        lost(errand, Unavailable(why.format(errand.call.provider), is_ambiguous=True))


def lost(errand: Errand, error: ServiceError) -> None:
    """Close a call that may have been charged: nobody else is asked, and the answer says what a person can do."""
    said = Unavailable(f"{error} {ledger.UNSURE}", service=errand.providers[0], raw=error.raw, is_ambiguous=True)
    errand.failed(said)
    if errand.call is not None:
        ledger.fail(errand.call, said, errand.part, errand.asked())
