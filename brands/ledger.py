"""The ledger's entries: opened before a call, closed with what became of it. No other file changes a Call.

Each function is one transaction. A call goes from open to answered, failed or ambiguous; an ambiguous one may still be
answered (its worker was only slow) and is released when a person has the question asked again.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from brands import journal
from brands.asking import Asked
from brands.budgets import admit
from brands.collector import Reply
from brands.journal import Response
from brands.keeping import keep, keep_task
from brands.models import Answer, Brand, Call, CallStatus, Customer, Purpose
from brands.models.call import LIVE
from brands.parts import Part
from jobs.errors import InvalidReply, JobError, ServiceError

TASKS_LIVE = timedelta(days=7)
UNSETTLED = (CallStatus.OPEN, CallStatus.AMBIGUOUS)
SETTLED_LATE = (*UNSETTLED, CallStatus.FAILED)  # what arrived can be read after all
UNSURE = "It is asked again only when a person says so, as it may have been paid for."
DIED = "The worker died while it asked {}, which may have charged for the call. Its answer did not arrive."

GONE = "{} can no longer be asked what became of this call."
ABANDONED = timedelta(hours=1)  # no call takes so long; tasks do, but those have their id


Cost = tuple[Decimal | None, str]  # US dollars, and how they are known: "billed", "estimated" or ""


class AlreadyAsked(JobError):
    """The question has a call already that was paid for, or may have been."""


def open_call(part: Part, provider: str, *, attempt: int = 1) -> Call:
    """A call that is written down and has its money reserved: from here on it may be made, and nothing else may.

    Raises:
        OverBudget: there is no money for it; nothing was written.
        AlreadyAsked: the part has a call that is open, answered or ambiguous; nothing was written.
    """
    call = Call(
        customer_id=part.query.brand.customer_id,
        brand_id=part.query.brand_id,
        provider=provider,
        attempt=attempt,
        question=part.query.text,
        country=part.country,
        locale=part.locale,
        **part.key,
    )
    call.idempotency_key = f"brandbeat-{call.pk}"
    try:
        with transaction.atomic():
            admit(call)
            call.save(force_insert=True)
    except IntegrityError:  # the unique key "one live call a part"; a look before would be a race
        raise AlreadyAsked from None
    return call


def open_side_call(
    purpose: Purpose,
    owner: Brand | Customer,
    collector: str,
    provider: str,
    wanted: str,
    *,
    key: str = "",
    run_id: UUID | None = None,
) -> Call:
    """A call that answers no query; `wanted` says in words what it is for. It is found again under its `key`.

    Where it is about no brand, the customer's own budgets count and those of single brands do not.

    Raises:
        OverBudget: there is no money for it; nothing was written.
    """
    call = Call(
        customer_id=_customer_id(owner),
        brand=owner if isinstance(owner, Brand) else None,
        purpose=purpose,
        run_id=run_id,
        collector=collector,
        provider=provider,
        question=wanted[:1000],
    )
    call.idempotency_key = f"{key or 'brandbeat'}-{call.pk}"
    with transaction.atomic():
        admit(call)
        call.save(force_insert=True)
    return call


def side_call(owner: Brand | Customer, key: str) -> Call | None:
    """The call of this customer under the key that was paid for, or may have been: the newest one.

    One whose body was pruned is none any more.
    """
    calls = Call.objects.filter(customer_id=_customer_id(owner), idempotency_key__startswith=f"{key}-")
    return calls.filter(status__in=LIVE).exclude(status=CallStatus.ANSWERED, body=b"").first()


def _customer_id(owner: Brand | Customer) -> UUID:
    return owner.pk if isinstance(owner, Customer) else owner.customer_id


def settle_side_call(call: Call, cost: Cost) -> bool:
    usd, source = cost
    return _close(call, CallStatus.ANSWERED, error="", cost_usd=usd, cost_source=source)


def keep_body(call: Call, responses: Sequence[Response]) -> None:
    """Store what has arrived so far, before anybody reads it. Also for a call that was given up meanwhile."""
    call.raw = journal.write(responses)
    call.received_at = timezone.now()
    Call.objects.filter(pk=call.pk).update(body=call.body, received_at=call.received_at)


def keep_task_id(call: Call, part: Part, task_id: str, asked: Asked) -> None:
    """Write down that the question was handed in, before anybody asks for its answer."""
    call.task_id = task_id
    with transaction.atomic():
        Call.objects.filter(pk=call.pk).update(task_id=task_id)
        keep_task(part, call.provider, task_id, asked)


def settle(call: Call, part: Part, asked: Asked) -> bool:
    """Close a call that was answered, and its answer, together; the body is the answer's from then on.

    False, and nothing changed, where the call was closed by somebody else meanwhile.
    """
    try:
        with transaction.atomic():
            if not _close(call, CallStatus.ANSWERED, SETTLED_LATE, error="", **_cost(asked.reply)):
                return False
            answer = keep(part, asked)
            kept = {"answer": answer, "body": b""} if answer is not None and answer.body else {"answer": answer}
            Call.objects.filter(pk=call.pk).update(**kept)
    except IntegrityError:  # it was given up, and the question has another live call by now
        return False
    return True


def fail(call: Call, error: ServiceError, part: Part | None = None, asked: Asked | None = None) -> bool:
    """Close a call that got no reply: ambiguous where it may have been charged, failed otherwise.

    With `part` and `asked` nobody else will be asked, and the answer says why in the same transaction.
    """
    status = CallStatus.AMBIGUOUS if error.is_ambiguous else CallStatus.FAILED
    with transaction.atomic():
        if not _close(call, status, error=str(error), **_charge(call, error)):
            return False
        if part is not None and asked is not None:
            answer = keep(part, asked)
            Call.objects.filter(pk=call.pk).update(answer=answer)
    return True


def release(call: Call, by: str) -> bool:
    """Let an ambiguous call's question be asked again, and remember who wanted it. What it cost stays unknown."""
    return _close(call, CallStatus.RELEASED, expected=(CallStatus.AMBIGUOUS,), released_by=by)


def write_off() -> int:
    """Mark calls as ambiguous whose worker died long ago and whose run nobody has retried. Returns how many."""
    abandoned = Call.objects.filter(status=CallStatus.OPEN, task_id="", opened_at__lt=timezone.now() - ABANDONED)
    return sum(_close(call, CallStatus.AMBIGUOUS, error=DIED.format(call.provider)) for call in abandoned.defer("body"))


def last_calls(run_id: UUID) -> dict[tuple[UUID | None, str, int], Call]:
    """The newest call of each part of a run, by (query, collector, sample).

    A reply that was paid for and could not be read outweighs later calls that were free.
    """
    calls: dict[tuple[UUID | None, str, int], Call] = {}
    for call in Call.objects.filter(run_id=run_id, purpose=Purpose.ANSWER).defer("body").order_by("opened_at"):
        key = (call.query_id, call.collector, call.sample)
        if not (key in calls and is_worth_reading(calls[key]) and call.status == CallStatus.FAILED):
            calls[key] = call
    return calls


def is_worth_reading(call: Call) -> bool:
    """Whether a reply came that may have been paid for and could not be read."""
    return call.status == CallStatus.FAILED and call.received_at is not None and call.cost_usd is None


def known_task_ids(provider: str) -> set[str]:
    """The tasks at a provider of which the ledger knows."""
    calls = Call.objects.filter(provider=provider, opened_at__gte=timezone.now() - TASKS_LIVE)
    return set(calls.exclude(task_id="").values_list("task_id", flat=True))


def _close(call: Call, status: CallStatus, expected: Sequence[CallStatus] = UNSETTLED, **fields: Any) -> bool:
    """Compare and set: only a call that is still as `expected` changes."""
    fields |= {"status": status, "closed_at": timezone.now()}
    if Call.objects.filter(pk=call.pk, status__in=expected).update(**fields) != 1:
        return False
    for name, value in fields.items():
        setattr(call, name, value)
    return True


def _cost(reply: Reply | None) -> dict[str, Any]:
    return {"cost_usd": reply.cost_usd, "cost_source": reply.cost_source} if reply else {}


def _charge(call: Call, error: ServiceError) -> dict[str, Any]:
    """Nothing where the call did not leave or was refused; unknown where it may have been charged."""
    refused = error.status_code is not None or not isinstance(error, InvalidReply)
    free = refused and not error.is_ambiguous and not call.task_id
    return {
        "cost_usd": Decimal(0) if free else None,
        "cost_source": Answer.CostSource.BILLED if free else Answer.CostSource.UNKNOWN,
    }
