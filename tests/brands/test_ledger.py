"""The ledger's entries: what may follow what, and what is refused."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from brands import ledger
from brands.asking import Asked, Failure
from brands.collector import Reply, ReplyStatus
from brands.journal import Response
from brands.models import Answer, Call, CallStatus
from brands.parts import Part
from jobs.errors import InvalidReply, RateLimited, Unavailable
from tests.brands.factories import make_brand, make_call, make_query, make_run

pytestmark = pytest.mark.django_db
REPLY = Reply(status=ReplyStatus.ANSWERED, text="Aurora.", cost_usd=Decimal("0.01"), cost_source="billed")


@pytest.fixture
def part() -> Part:
    query = make_query(make_brand())
    return Part(make_run(query.brand).pk, query, "chatgpt", 1, "CH", "")


def asked(part: Part, reply: Reply | None = REPLY, error: Unavailable | None = None) -> Asked:
    failures = (Failure("openai", error),) if error else ()
    return Asked(part.collector, "openai" if reply else "", reply, failures, 12)


def test_call_and_answer_close_together(part: Part) -> None:
    call = ledger.open_call(part, "openai", attempt=2)
    assert (call.status, call.attempt, call.country) == ("open", 2, "CH")
    ledger.keep_body(call, [Response(200, {}, b"{}")])
    assert ledger.settle(call, part, asked(part))
    call.refresh_from_db()
    answer = Answer.objects.get()
    assert (call.status, call.answer, call.cost_usd, call.cost_source) == (
        "answered",
        answer,
        Decimal("0.01"),
        "billed",
    )
    assert call.closed_at is not None
    assert call.raw.endswith(b"{}\n")


def test_an_answers_body_is_kept_once(part: Part) -> None:
    call = ledger.open_call(part, "openai")
    ledger.keep_body(call, [Response(200, {}, b"{}")])
    ledger.settle(call, part, asked(part, replace(REPLY, raw=b"{}")))
    assert (Call.objects.get().raw, Answer.objects.get().raw) == (b"", b"{}")


@pytest.mark.parametrize("status", [CallStatus.OPEN, CallStatus.ANSWERED, CallStatus.AMBIGUOUS])
def test_a_part_has_one_call_that_was_or_may_have_been_paid_for(part: Part, status: CallStatus) -> None:
    make_call(part.query, status, run_id=part.run_id)
    with pytest.raises(ledger.AlreadyAsked):
        ledger.open_call(part, "openai")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_call(part.query, run_id=part.run_id)


@pytest.mark.parametrize("status", [CallStatus.FAILED, CallStatus.RELEASED])
def test_what_failed_or_was_released_may_be_asked_again(part: Part, status: CallStatus) -> None:
    make_call(part.query, status, run_id=part.run_id)
    assert ledger.open_call(part, "openai").status == "open"


@pytest.mark.parametrize(
    ("error", "status", "cost"),
    [
        (Unavailable("No connection."), "failed", 0),
        (RateLimited("Slow down.", status_code=429), "failed", 0),
        (Unavailable("No answer in time.", is_ambiguous=True), "ambiguous", None),
        (InvalidReply("Half a JSON.", raw=b"{"), "failed", None),
    ],
)
def test_a_call_without_a_reply_says_whether_it_may_have_cost_something(part: Part, error, status, cost) -> None:
    call = ledger.open_call(part, "openai")
    assert ledger.fail(call, error, part, asked(part, None, error))
    call.refresh_from_db()
    assert (call.status, call.cost_usd, call.error) == (status, cost, str(error))
    assert Answer.objects.get().is_retryable == (error.retryable and status == "failed")


def test_a_reply_that_comes_late_settles_an_ambiguous_call(part: Part) -> None:
    call = ledger.open_call(part, "openai")
    ledger.fail(call, Unavailable("Its worker died.", is_ambiguous=True))
    assert ledger.settle(call, part, asked(part))
    assert Answer.objects.get().status == "answered"


def test_a_reply_that_comes_after_the_release_is_kept_but_changes_nothing(part: Part) -> None:
    call = ledger.open_call(part, "openai")
    ledger.fail(call, Unavailable("Its worker died.", is_ambiguous=True))
    assert ledger.release(Call.objects.get(), "ada")
    ledger.keep_body(call, [Response(200, {}, b"late")])
    assert not ledger.settle(call, part, asked(part))
    kept = Call.objects.get()
    assert (kept.status, kept.released_by) == ("released", "ada")
    assert b"late" in kept.raw


def test_only_an_ambiguous_call_is_released(part: Part) -> None:
    call = ledger.open_call(part, "openai")
    assert not ledger.release(call, "ada")
