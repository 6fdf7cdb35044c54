"""Where the wire formats get their answers, and where each charged call is written down."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from brands.sample_engines.answers import Answer, Outcome, draw
from brands.sample_engines.recorded import Recorded


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the provider would put on the bill."""

    provider: str
    question: str
    n: int  # the provider was asked this question for the n-th time
    time: str  # ISO 8601, UTC


class Desk:
    """Counts how often each engine was asked each question; safe for many threads."""

    def __init__(self, *, seed: str, log: Path | None, recorded: Recorded | None, polls: int) -> None:
        self.recorded = recorded
        self.polls = polls
        self.calls: list[Call] = []
        self._seed = seed
        self._log = log
        self._asked: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def ask(self, engine: str, question: str, outcome: Outcome | None = None) -> Answer:
        """Charge one call and draw its answer."""
        with self._lock:
            self._asked[engine, question] += 1
            n = self._asked[engine, question]
            self._charge(engine, question, n)
        return draw(engine, question, n, seed=self._seed, outcome=outcome)

    def charge_again(self, answer: Answer) -> None:
        """Charge a second call for an answer that took two."""
        with self._lock:
            self._charge(answer.engine, answer.question, answer.n)

    def _charge(self, engine: str, question: str, n: int) -> None:
        call = Call(engine.partition("/")[0], question, n, datetime.now(UTC).isoformat())
        self.calls.append(call)
        if self._log:
            with self._log.open("a") as file:
                file.write(json.dumps(asdict(call)) + "\n")
