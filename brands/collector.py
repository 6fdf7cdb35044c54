"""The contract of a provider: an API that asks one answer engine (collector) one question.

A provider lives in a module of `<app>/collectors/` and registers itself with `@provider`. It never touches the
database. What goes wrong is raised as a `jobs.errors.ServiceError`; what comes back, even nothing, is a `Reply`.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Self, TypeVar

from jobs.errors import ServiceError, Unavailable
from jobs.registry import Registry


class ReplyStatus(StrEnum):
    ANSWERED = "answered"  # there is a text to score
    EMPTY = "empty"  # a reply without a text, or with a placeholder in its place
    ABSENT = "absent"  # the engine shows no answer for this question
    REFUSED = "refused"  # the engine declined to answer


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    country: str = ""  # ISO 3166-1 alpha-2, capitals; "" leaves it to the provider
    locale: str = ""  # BCP 47, for example "de-CH"; "" leaves it to the provider


@dataclass(frozen=True, slots=True)
class Source:
    """A page that the answer cites (`cited`), or that the engine only consulted."""

    url: str  # as the provider sent it
    title: str = ""
    cited: bool = True
    domain: str = ""  # whose page it is, where the address is a redirect of the provider's that hides it


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: ReplyStatus
    text: str = ""  # what the engine said, Markdown where the provider sends it
    citations: tuple[Source, ...] = ()  # as the provider lists them, in its order, doubles kept
    consulted: tuple[Source, ...] = ()  # other pages it names; `cited` where the text itself points to one
    searched: bool | None = None  # None: the provider does not say
    model_served: str = ""  # from the reply only, never what was asked for
    cost_usd: Decimal | None = None
    cost_source: str = ""  # "billed" from the reply, "estimated" from a price table, "" unknown
    request_id: str = ""
    raw: bytes = b""  # the body as it came
    country_honoured: bool | None = None  # None: no country was asked for
    locale_honoured: bool | None = None


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One entry of `settings.PROVIDERS`, and the seconds that one call may take in all."""

    api_key: str = field(default="", repr=False)
    base_url: str = ""
    model: str = ""
    timeout: float = 120
    poll_interval: float = 2  # seconds between two looks at an asynchronous task
    call_key: str = ""  # of this call, for providers that take an idempotency key or a tag


class Provider(ABC):
    name: ClassVar[str]
    collector: ClassVar[str]
    key_setting: ClassVar[str | None] = None  # the environment variable of its key; None: works without one
    is_cooperative: ClassVar[bool] = False  # it waits inside `exchange` alone, so hundreds of its calls share a thread
    takes_keys: ClassVar[bool] = False  # the same `config.call_key` once more gets the same answer and costs nothing

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    @abstractmethod
    def ask(self, question: Question) -> Reply:
        """Ask, wait and return the reply; raise a ServiceError where there is none."""


class StillWaiting(Unavailable):
    """The task that was handed in is not ready yet. To ask again from the start would buy it twice."""


class AsyncProvider(Provider):
    """A provider that takes the question now and has the answer later, under a task id."""

    @abstractmethod
    def start(self, question: Question) -> str:
        """Hand the question in and return the task id. From here on it may cost money."""

    @abstractmethod
    def poll(self, task_id: str, question: Question) -> Reply | None:
        """The reply, or None while it is not ready."""

    def find(self, question: Question, since: datetime, known: Collection[str]) -> str | None:
        """The task id that never arrived: of this question, handed in since then, and none of the `known` ones.

        None where there is no such task. Only asked where a provider overrides it.
        """
        return None

    @classmethod
    def finds(cls) -> bool:
        """Whether a task can be looked up whose id was lost."""
        return cls.find is not AsyncProvider.find

    def ask(self, question: Question) -> Reply:
        deadline = time.monotonic() + self.config.timeout
        task_id = self.start(question)
        return self._within(deadline).wait(task_id, question)

    def wait(self, task_id: str, question: Question) -> Reply:
        """Poll until the reply is there; raise StillWaiting when `config.timeout` is over first.

        A look that fails for the moment is no end of the task, which is paid for: the next look may succeed.
        """
        deadline = time.monotonic() + self.config.timeout
        while True:
            pause = self.config.poll_interval
            try:
                reply = self._within(deadline).poll(task_id, question)
            except ServiceError as error:
                if not error.retryable:
                    raise
                reply, pause = None, max(pause, error.retry_after or 0)
            if reply is not None:
                return reply
            if time.monotonic() + pause >= deadline:
                message = (
                    f"{self.name} has not answered within {self.config.timeout:.0f} seconds; its task is {task_id}."
                )
                raise StillWaiting(message, service=self.name, retry_after=pause)
            time.sleep(pause)

    def _within(self, deadline: float) -> Self:
        """The same provider with only the seconds that are left."""
        return type(self)(replace(self.config, timeout=max(deadline - time.monotonic(), 0.001)))


providers: Registry[tuple[str, str], type[Provider]] = Registry("provider")
P = TypeVar("P", bound=type[Provider])


def provider(cls: P) -> P:
    """Register a provider under (collector, name)."""
    providers.add((cls.collector, cls.name), cls)
    return cls
