"""Misconfiguration of an installation, told at start-up: `manage.py check --deploy` lists it with an id and a hint."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from config.redis_server import LOOPBACK


@register(Tags.security)
def every_machine_has_the_same_secret_key(**_: Any) -> list[CheckMessage]:
    if not (settings.SECRET_KEY_IS_GENERATED and "postgresql" in settings.DATABASES["default"]["ENGINE"]):
        return []
    return [
        Warning(
            "SECRET_KEY is not set, so each machine makes one of its own: logins made on one are worth nothing on "
            "another, and Flower refuses the web process.",
            hint="Set SECRET_KEY to the same value on every machine that uses this database.",
            id="config.W001",
        )
    ]


@register(Tags.security)
def debug_pages_stay_on_this_machine(**_: Any) -> list[CheckMessage]:
    elsewhere = [host for host in settings.ALLOWED_HOSTS if host.strip("[]") not in LOOPBACK]
    if not (settings.DEBUG and elsewhere):
        return []
    return [
        Warning(
            f"DEBUG is on and the site answers to {', '.join(elsewhere)}: its error pages show settings and code.",
            hint="Set DEBUG=false, or ALLOWED_HOSTS to localhost.",
            id="config.W002",
        )
    ]


@register()
def several_machines_share_one_database(**_: Any) -> list[CheckMessage]:
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"] or not _is_elsewhere(settings.CELERY_BROKER_URL):
        return []
    return [
        Warning(
            "The database is a SQLite file, but the broker is on another machine: a worker over there would not find "
            "the runs of this one.",
            hint="Set DATABASE_URL to a PostgreSQL database that every machine reaches.",
            id="config.W003",
        )
    ]


@register(Tags.security)
def a_broker_in_the_network_wants_a_password(**_: Any) -> list[CheckMessage]:
    url = settings.CELERY_BROKER_URL
    if not _is_elsewhere(url) or urlsplit(url).password:
        return []
    return [
        Warning(
            "REDIS_URL has no password and leads to another machine: whoever reaches it there can start tasks.",
            hint="Give Redis a password (requirepass) and write it into REDIS_URL: redis://:password@host:6379/0.",
            id="config.W004",
        )
    ]


@register(Tags.security, deploy=True)
def proxies_are_counted(**_: Any) -> list[CheckMessage]:
    if settings.PROXIES or not settings.SECURE_SSL_REDIRECT:
        return []
    return [
        Warning(
            "HTTPS is on, so there is a reverse proxy, but PROXIES is 0: all visitors seem to come from the proxy's "
            "address, and a few wrong logins by one lock a user out for all.",
            hint="Set PROXIES to the number of reverse proxies between visitors and the web process, most often 1.",
            id="config.W005",
        )
    ]


def _is_elsewhere(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("redis", "rediss") and parts.hostname not in LOOPBACK
