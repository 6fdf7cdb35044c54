"""One provider of four in a storm: it refuses (and says in three ways for how long), breaks, and says nothing."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from brands.limits import KNOWN
from brands.models import Brand, Call, CallStatus
from jobs.execution import execute
from jobs.models import JobRun
from jobs.status import RunStatus
from tests.brands.factories import make_brand, make_query, make_run

COLLECTORS = ["chatgpt", "perplexity", "grok", "local"]
STRICKEN, OTHERS = "perplexity", {"openai", "xai", "openai_compatible"}
RATE = 4.0
CROSSED = 1.5  # seconds in which the refusal and further calls may cross on their way, on a busy machine
TIMEOUT = 5.0


class Storm:
    """Remembers when it was asked, until when it asked to be left in peace, and how often it charged."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        self.asked: list[float] = []
        self.refused: list[tuple[float, float]] = []
        self.charged = 0
        self.modes = itertools.cycle(["seconds", "503", "date", "hang", "seconds", "500", "absurd"])
        self.lock = threading.Lock()

    def __call__(self, _: Request) -> Response:
        with self.lock:
            self.asked.append(time.monotonic())
            mode = next(self.modes)
            self.charged += mode == "hang"
        if mode == "hang":  # it has done the work, and its answer comes too late
            time.sleep(TIMEOUT + 1)
            return Response("{}", 200, content_type="application/json")
        if mode.isdigit():
            return Response("{}", int(mode), content_type="application/json")
        return self._refusal(mode)

    def _refusal(self, mode: str) -> Response:
        moment = datetime.now(UTC) + timedelta(seconds=self.retry_after)
        told = {
            "seconds": str(self.retry_after),
            "date": format_datetime(moment, usegmt=True),
            "absurd": "soon, perhaps",
        }
        with self.lock:
            now = time.monotonic()
            until = {"seconds": now + self.retry_after, "date": now + self.retry_after - 1}.get(mode, now)
            self.refused.append((now, until))
        body = f'{{"error": {{"message": "told in {mode}"}}}}'
        return Response(body, 429, {"Retry-After": told[mode]}, content_type="application/json")

    @property
    def too_early(self) -> list[float]:
        """Calls that came while the provider wanted none; those that crossed its answer on their way are not."""
        return [a for a in self.asked for said, until in self.refused if said + CROSSED < a < until]

    def opened_too_early(self, run: JobRun) -> list[Call]:
        """Calls that were opened although a refusal had been heard, by the ledger."""
        calls = list(Call.objects.filter(run_id=run.pk, provider=STRICKEN))
        heard = [call.closed_at for call in calls if "told in seconds" in call.error]
        span = timedelta(seconds=self.retry_after - 0.2)
        return [call for call in calls for moment in heard if moment and moment < call.opened_at < moment + span]


@contextmanager
def storm_at(settings: Any, retry_after: int) -> Iterator[Storm]:
    """Let one provider be in a storm for as long as the block lasts."""
    storm, before = Storm(retry_after), settings.PROVIDERS
    with HTTPServer(threaded=True) as server:
        server.expect_request("/v1/responses").respond_with_handler(storm)
        entry = before[STRICKEN] | {"base_url": server.url_for("").rstrip("/")}
        settings.PROVIDERS = before | {STRICKEN: entry}
        yield storm
        settings.PROVIDERS = before


def at_their_pace(settings: Any) -> None:
    """Each provider may be asked at the same rate."""
    limits = {"calls_per_second": RATE, "concurrency": 50, "timeout": TIMEOUT}
    settings.PROVIDER_LIMITS = dict.fromkeys(settings.PROVIDERS, limits)


def brand_with(queries: int) -> Brand:
    brand = make_brand()
    for number in range(queries):
        make_query(brand, f"Which coffee machine is number {number}?")
    return brand


def collected(brand: Brand, *, attempts: int = 1, **fields: Any) -> tuple[JobRun, dict[str, float]]:
    """A run of so many attempts at most, and the calls a second to each provider in its first one."""
    KNOWN.clear()
    run = make_run(brand, options={"collectors": COLLECTORS, "parallel": True}, **fields)
    for _ in range(attempts):
        time.sleep(max((run.available_at.timestamp() - time.time()), 0))
        execute(run.pk, worker="w1")
        run.refresh_from_db()
        if run.status != RunStatus.PENDING:
            break
    opened: dict[str, list[float]] = {}
    for call in Call.objects.filter(run_id=run.pk, attempt=1).order_by("opened_at"):
        opened.setdefault(call.provider, []).append(call.opened_at.timestamp())
    return run, {name: (len(at) - 1) / (at[-1] - at[0]) for name, at in opened.items() if len(at) > 3}


def slowest(calm: dict[str, float], stormy: dict[str, float]) -> float:
    """The share of its pace that the other provider has kept which lost most."""
    return min(stormy[name] / calm[name] for name in OTHERS)


def answers_of_others(run: JobRun) -> int:
    done = run.answers.exclude(collector="perplexity").filter(status__in=["answered", "empty", "refused"])
    return int(done.count())


def ambiguous(run: JobRun) -> int:
    calls = Call.objects.filter(run_id=run.pk, status=CallStatus.AMBIGUOUS)
    assert {call.provider for call in calls} <= {STRICKEN}
    return calls.count()
