"""Services for tests: rows, and local servers of both common shapes."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from brands.models import Customer
from jobs.execution import execute
from jobs.models import JobRun, Service
from jobs.presets import fields_of
from jobs.status import Trigger

KEY = "canary-key-8d1f0c"
AT_ONCE = {"maxDelay": 0, "backoff": 0.01}


def customer(name: str = "Nordlicht") -> Customer:
    return Customer.objects.get_or_create(name=name)[0]


def make_service(url: str, name: str = "Web 1", preset: str = "hosting", **fields: Any) -> Service:
    secret = fields.pop("secret", KEY)
    owner = fields.pop("owner", None) or customer()
    service = Service(owner=owner, name=name, preset=preset, url=url, **{**fields_of(preset), **fields})
    service.secret = secret
    service.clean()
    service.save()
    return service


def sync_run(owner: Customer | None = None, **options: Any) -> JobRun:
    """A run that waits for a worker."""
    return JobRun.objects.create(
        owner=owner or customer(),
        job_name="Sync",
        job_type="service_sync",
        options={**AT_ONCE, **options},
        trigger=Trigger.MANUAL,
    )


def sync(owner: Customer | None = None, **options: Any) -> JobRun:
    run = sync_run(owner, **options)
    execute(run.pk, worker="w1")
    run.refresh_from_db()
    return run


def hosting_record(number: int, at: datetime) -> dict[str, Any]:
    """A day has one, with an id of its own."""
    return {
        "id": at.toordinal(),
        "base_path": "/srv/nordlicht",
        "file_count": 1000 + number,
        "disk_usage_mb": f"{500 + number}.5",
        "available_inode": 90_000,
        "available_space_mb": 20_000,
        "checked_at": at.isoformat(),
    }


def server_record(at: datetime) -> dict[str, Any]:
    return {"cpu_usage": at.minute + 0.5, "memory_used_mb": 812, "created_at": f"{at:%Y-%m-%d %H:%M:%S}"}


@dataclass
class Site:
    """What local services say: a day's record each, oldest first or newest first."""

    server: HTTPServer
    days: int = 3
    newest: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    asked: Counter[str] = field(default_factory=Counter)
    queries: list[dict[str, str]] = field(default_factory=list)

    def hosting(self, path: str, *, descending: bool = False) -> str:
        def answer(request: Request) -> Response:
            self._note(request)
            if request.headers.get("x-api-key") != KEY:
                return Response(json.dumps({"success": False, "message": "Wrong key"}), 401)
            days = min(int(request.args.get("days", self.days)), self.days)
            records = [hosting_record(age, self.newest - timedelta(days=age)) for age in range(days)]
            data = records if descending else records[::-1]
            return Response(json.dumps({"success": True, "data": data, "meta": {"total": len(data)}}))

        return self._serve(path, answer)

    def machine(self, path: str) -> str:
        def answer(request: Request) -> Response:
            self._note(request)
            days = min(int(request.args.get("days", self.days)), self.days)
            return Response(json.dumps([server_record(self.newest - timedelta(days=age)) for age in range(days)]))

        return self._serve(path, answer)

    def broken(self, path: str, how: str) -> str:
        def answer(request: Request) -> Response:
            self._note(request)
            if how == "slow":
                time.sleep(1)
            return {"html": Response("<html>Please log in</html>"), "down": Response("out of order", 503)}.get(
                how, Response("[]")
            )

        return self._serve(path, answer)

    def _note(self, request: Request) -> None:
        self.asked[request.path] += 1
        self.queries.append(dict(request.args))

    def _serve(self, path: str, answer: Any) -> str:
        self.server.expect_request(path).respond_with_handler(answer)
        return str(self.server.url_for(path))
