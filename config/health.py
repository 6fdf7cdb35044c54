"""Two questions for load balancers and supervisors: does the process live, and can it work?"""

from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from config import redis_server
from jobs.alarms import Watch

OK = "ok"


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "does not answer"
    return OK


def broker() -> str:
    return OK if redis_server.answers(settings.CELERY_BROKER_URL) else "does not answer"


def migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "cannot be read"
    return f"{len(missing)} not applied" if missing else OK


def online() -> dict[str, int | None]:
    try:
        watch = Watch()
    except Error:
        return {"beats": None, "workers": None}
    return {"beats": len(watch.beats), "workers": len(watch.workers)}


CHECKS: dict[str, Callable[[], str]] = {"database": database, "broker": broker, "migrations": migrations}


@csrf_exempt
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the web process lives. The number of beats and workers is for information; null: it cannot be read."""
    return JsonResponse({"status": OK, **online()})


@csrf_exempt
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 where everything that a request needs is there, else 503; the body names what is not."""
    checks = {name: check() for name, check in CHECKS.items()}
    ready = all(found == OK for found in checks.values())
    return JsonResponse({"status": OK if ready else "not ready", "checks": checks}, status=200 if ready else 503)
