"""Calls to models that are no answers to queries: readings of answers, suggestions of queries, narratives.

They stand in the ledger like those, are written there before they are made, and count in budgets. What arrives is
stored before anybody reads it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import httpx

from brands import journal, ledger
from brands.collector import StillWaiting
from brands.collectors._exchange import sender, witness
from brands.journal import Response
from brands.models import Call
from jobs.errors import ServiceError, Unavailable

T = TypeVar("T")


def made(call: Call, work: Callable[[], T], cost: Callable[[T], ledger.Cost]) -> T:
    """Do the work, whose requests are this open call, and close the call; a ServiceError closes it and is raised."""
    arrived: list[Response] = []

    def keep(response: Response) -> None:
        arrived.append(response)
        ledger.keep_body(call, arrived)

    try:
        with _set(witness, keep):
            result = work()
    except StillWaiting as error:  # it was taken, and nobody will look for its answer later
        ledger.fail(call, Unavailable(str(error), is_ambiguous=True))
        raise
    except ServiceError as error:
        ledger.fail(call, error)
        raise
    ledger.settle_side_call(call, cost(result))
    return result


def read_again(call: Call, work: Callable[[], T]) -> T:
    """Do the work with what is stored of an answered call: nothing is sent, and nothing is paid."""
    with _set(sender, _sender(list(journal.read(call.raw)))):
        return work()


def _sender(stored: Sequence[Response]) -> Callable[..., httpx.Response]:
    left = iter(stored)

    def send(service: str, *_: Any, **__: Any) -> httpx.Response:
        response = next(left, None)
        if response is None:
            raise Unavailable(f"What is stored of {service}'s reply ends before its end.", service=service)
        return httpx.Response(response.status_code, headers=response.headers, content=response.content)

    return send


@contextmanager
def _set(variable: ContextVar[T], value: T) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
