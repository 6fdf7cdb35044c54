"""The contract of a provider: an API that asks one answer engine (collector) one question.

A provider lives in a module of `<app>/collectors/` and registers itself with `@provider`. It never touches the
database. What goes wrong is raised as a `jobs.errors.ServiceError`; what comes back, even nothing, is a `Reply`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: ReplyStatus
    text: str = ""  # what the engine said, Markdown where the provider sends it
    citations: tuple[Source, ...] = ()
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

    api_key: str = ""
    base_url: str = ""
    model: str = ""
    timeout: float = 120


class Provider(ABC):
    name: ClassVar[str]
    collector: ClassVar[str]
    key_setting: ClassVar[str | None] = None  # the environment variable of its key; None: works without one

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    @abstractmethod
    def ask(self, question: Question) -> Reply:
        """Ask, wait and return the reply; raise a ServiceError where there is none."""


class AsyncProvider(Provider):
    """A provider that takes the question now and has the answer later, under a task id."""

    @abstractmethod
    def start(self, question: Question) -> str:
        """Hand the question in and return the task id. From here on it may cost money."""

    @abstractmethod
    def poll(self, task_id: str, question: Question) -> Reply | None:
        """The reply, or None while it is not ready."""


providers: Registry[tuple[str, str], type[Provider]] = Registry("provider")


def provider(cls: type[Provider]) -> type[Provider]:
    """Register a provider under (collector, name)."""
    providers.add((cls.collector, cls.name), cls)
    return cls
