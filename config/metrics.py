"""Figures for Prometheus, read from the database at the moment they are asked for."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hmac import compare_digest

import redis
from django.conf import settings
from django.db.models import Count, F, Max, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from brands.budgets import uses
from brands.models import Answer, Budget
from jobs.models import JobRun, ScheduledJob, Worker
from jobs.status import OPEN, RunStatus

RECENT = timedelta(hours=1)
QUEUE = "celery"


@csrf_exempt
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For members of staff in a session, or with METRICS_TOKEN as a bearer token where one is set."""
    if not _may(request):
        known = request.user.is_authenticated
        headers = {} if known else {"WWW-Authenticate": "Bearer"}
        words = "Log in as a member of staff, or send METRICS_TOKEN as a bearer token.\n"
        return HttpResponse(words, status=403 if known else 401, headers=headers, content_type="text/plain")
    registry = CollectorRegistry()
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN.encode()
    if wanted and scheme.lower() == "bearer" and compare_digest(token.strip().encode(), wanted):
        return True
    return bool(request.user.is_active and getattr(request.user, "is_staff", False))


class Figures(Collector):
    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield from runs()
        yield from lateness(now)
        yield from open_runs(now)
        yield from queue()
        yield from processes()
        yield from providers()
        yield from budgets()


def _gauge(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"brandbeat_{name}", words, labels=labels)


def runs() -> Iterator[Metric]:
    gauge = _gauge("runs", "Job runs in the database, by type and status.", "job_type", "status")
    for job_type, status, number in JobRun.objects.order_by().values_list("job_type", "status").annotate(Count("pk")):
        gauge.add_metric([job_type, status], number)
    yield gauge


def lateness(now: datetime) -> Iterator[Metric]:
    due = ScheduledJob.objects.due(now).order_by().aggregate(earliest=Min("next_run_at"), number=Count("pk"))
    gauge = _gauge("due_jobs", "Scheduled jobs that are due and not dispatched yet.")
    gauge.add_metric([], due["number"])
    yield gauge
    gauge = _gauge("dispatch_lateness_seconds", "How long the earliest of them has been due.")
    gauge.add_metric([], (now - due["earliest"]).total_seconds() if due["earliest"] else 0)
    yield gauge
    late = JobRun.objects.filter(started_at__gte=now - RECENT, scheduled_for__isnull=False)
    most = late.order_by().aggregate(most=Max(F("started_at") - F("scheduled_for")))["most"]
    gauge = _gauge("start_lateness_seconds", "The longest wait from tick to start among runs of the last hour.")
    gauge.add_metric([], most.total_seconds() if most else 0)
    yield gauge


def open_runs(now: datetime) -> Iterator[Metric]:
    oldest = dict(
        JobRun.objects.open()
        .order_by()
        .values_list("status")
        .annotate(Min("created_at"))
        .values_list("status", "created_at__min")
    )
    gauge = _gauge("oldest_open_run_seconds", "Age of the oldest open run, by status; 0 where there is none.", "status")
    for status in sorted(OPEN):
        gauge.add_metric([status], (now - oldest[status]).total_seconds() if status in oldest else 0)
    yield gauge
    stuck = _gauge("abandoned_runs", "Runs in progress whose worker stopped renewing its lease.")
    stuck.add_metric([], JobRun.objects.abandoned(now).count())
    yield stuck


def queue() -> Iterator[Metric]:
    waiting = _gauge("pending_runs", "Runs that wait for a worker.")
    waiting.add_metric([], JobRun.objects.filter(status=RunStatus.PENDING).count())
    yield waiting
    up = _gauge("broker_up", "1 where the message broker answers.")
    depth = _gauge("queue_messages", "Messages in the broker that no worker has taken yet.")
    try:
        with redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_connect_timeout=2, socket_timeout=2) as client:
            depth.add_metric([], int(client.llen(QUEUE)))
        up.add_metric([], 1)
    except (redis.RedisError, OSError):
        up.add_metric([], 0)
    yield up
    yield depth


def processes() -> Iterator[Metric]:
    gauge = _gauge("processes_online", "Workers and beats that gave a sign of life lately.", "role")
    online = [worker.role for worker in Worker.objects.all() if worker.state == Worker.State.ONLINE]
    for role in Worker.Role.values:
        gauge.add_metric([role], online.count(role))
    yield gauge


def providers() -> Iterator[Metric]:
    calls = _gauge("provider_calls", "Answers in the database, by provider and status.", "provider", "status")
    cost = _gauge("provider_cost_usd", "What they cost, billed or estimated.", "provider")
    costs: dict[str, float] = {}
    rows = Answer.objects.order_by().values_list("provider", "status").annotate(Count("pk"), Sum("cost_usd"))
    for provider, status, number, dollars in rows:
        name = provider or "none"
        calls.add_metric([name, status], number)
        costs[name] = costs.get(name, 0) + float(dollars or 0)
    for name, dollars in costs.items():
        cost.add_metric([name], dollars)
    yield calls
    yield cost


def budgets() -> Iterator[Metric]:
    labels = ("customer", "brand", "collector", "period", "unit")
    gauge = _gauge("budget_used_ratio", "What is spent or reserved of each active budget, 0 to 1.", *labels)
    for used in uses(Budget.objects.filter(is_active=True).select_related("customer", "brand")):
        budget = used.budget
        for unit, share in used.shares.items():
            brand = budget.brand.name if budget.brand else ""
            gauge.add_metric([budget.customer.name, brand, budget.collector, budget.period, unit], share)
    yield gauge
