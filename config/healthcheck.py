"""`python -m config.healthcheck web | worker | beat | flower`: does the one on this machine do its work?

Exit code 0 if it does, else 1, with a sentence either way: for containers and supervisors.
"""

import argparse
import os
import socket
import sys
import warnings
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from config import services

EVERYWHERE = {"", "0.0.0.0"}  # noqa: S104  compared with, not listened on
# Not through the model: loading every app costs two seconds of CPU, and each container asks this once a minute.
ONLINE = "SELECT name FROM jobs_worker WHERE role = %s AND host = %s AND seen_at > %s"


def web() -> bool:
    return services.web_answers(f"127.0.0.1:{settings.WEB_PORT}")


def worker() -> bool:
    return any(map(services.worker_answers, _online("worker")))


def beat() -> bool:
    return bool(_online("beat"))


def flower() -> bool:
    address = settings.FLOWER_ADDRESS if settings.FLOWER_ADDRESS not in EVERYWHERE else "127.0.0.1"
    return services.flower_answers(f"{address}:{settings.FLOWER_PORT}")


def _online(role: str) -> list[str]:
    """Names under which processes of that role on this machine have said lately that they are alive."""
    since = timezone.now() - timedelta(seconds=settings.WORKER_OFFLINE_THRESHOLD)
    try:
        with connection.cursor() as cursor:
            moment = connection.ops.adapt_datetimefield_value(since)
            cursor.execute(ONLINE, [role, socket.gethostname(), moment])
            return [name for (name,) in cursor.fetchall()]
    except DatabaseError:
        return []


ROLES: dict[str, Callable[[], bool]] = {"web": web, "worker": worker, "beat": beat, "flower": flower}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.healthcheck", description=__doc__.splitlines()[0])
    parser.add_argument("role", choices=ROLES)
    role = parser.parse_args().role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    warnings.filterwarnings("ignore", message="Accessing the database during app initialization")  # meant, see ONLINE
    is_healthy = ROLES[role]()
    sys.stdout.write(f"{role} {'works' if is_healthy else 'does not answer'} on {socket.gethostname()}.\n")
    return 0 if is_healthy else 1


if __name__ == "__main__":
    sys.exit(main())
