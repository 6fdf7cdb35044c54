"""The contract of a wire format: one provider's paths, bodies and error shapes."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import uuid4

from brands.sample_engines.answers import Answer, Outcome
from brands.sample_engines.desk import Desk


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is what follows the format's prefix, header names are lower case, `outcome` is forced by a fault."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    outcome: Outcome | None = None

    def json(self) -> Any:
        """The body, or None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


def json_response(data: Any, status: int = 200) -> Response:
    return Response(status, json.dumps(data).encode())


def new_id(prefix: str) -> str:
    return f"{prefix}_sample{uuid4().hex}"


def tokens(text: str) -> int:
    """About as many as a tokenizer would count."""
    return len(text) // 4 + 1


class WireFormat(ABC):
    """One provider. A subclass turns an `Answer` into the provider's body."""

    name: ClassVar[str]
    prefix: ClassVar[str]
    folder: ClassVar[str]  # of recorded bodies

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def key(self, request: Request) -> str:
        """The API key that the caller sent, "" for none."""
        return request.headers.get("authorization", "").removeprefix("Bearer").strip()

    def buys(self, request: Request) -> bool:
        """Whether this request asks a question, in contrast to one that asks how the work is going."""
        return True

    @abstractmethod
    def error(self, status: int, message: str = "", *, quota: bool = False) -> Response:
        """The provider's error body; `quota` says that no money is left."""

    @abstractmethod
    def respond(self, request: Request) -> Response: ...

    def deliver(
        self,
        request: Request,
        question: str,
        write: Callable[[Answer], Any],
        *,
        collector: str = "",
        continued: bool = False,
    ) -> Response:
        """Charge for the question and answer it, from a recorded body where there are any.

        `collector` names one that the provider serves beside its first: its answers are drawn apart.
        """
        engine = f"{self.name}/{collector}" if collector else self.name
        if self.desk.recorded is None:
            return json_response(write(self.desk.ask(engine, question, request.outcome)))
        body = self.desk.recorded.next(self.folder, continued=continued)
        if body is None:
            return self.error(404, f"There is no recorded body for {self.folder}.")
        if body.status < 400:
            self.desk.ask(engine, question)
        return Response(body.status, body.body, {"Content-Type": "application/json", "X-Recorded-File": body.file_name})
