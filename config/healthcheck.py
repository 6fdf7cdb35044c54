"""`python -m config.healthcheck web | worker | beat | flower`: does the one on this machine do its work?

Exit code 0 if it does, else 1, with a sentence either way: for containers and supervisors.
"""

import argparse
import socket
import sys
from collections.abc import Callable

import django
from django.conf import settings

from config import services


def web() -> bool:
    return services.web_answers(f"127.0.0.1:{settings.WEB_PORT}")


def worker() -> bool:
    return any(map(services.worker_answers, services.names("worker", host=socket.gethostname())))


def beat() -> bool:
    return bool(services.names("beat", host=socket.gethostname()))


def flower() -> bool:
    address = settings.FLOWER_ADDRESS if settings.FLOWER_ADDRESS not in EVERYWHERE else "127.0.0.1"
    return services.flower_answers(f"{address}:{settings.FLOWER_PORT}")


EVERYWHERE = {"", "0.0.0.0"}  # noqa: S104  compared with, not listened on
ROLES: dict[str, Callable[[], bool]] = {"web": web, "worker": worker, "beat": beat, "flower": flower}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.healthcheck", description=__doc__.splitlines()[0])
    parser.add_argument("role", choices=ROLES)
    role = parser.parse_args().role
    django.setup()
    is_healthy = ROLES[role]()
    sys.stdout.write(f"{role} {'works' if is_healthy else 'does not answer'} on {socket.gethostname()}.\n")
    return 0 if is_healthy else 1


if __name__ == "__main__":
    sys.exit(main())
