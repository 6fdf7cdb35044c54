"""Misconfiguration, told at start-up: `manage.py check` lists each with an id and a hint."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from jobs.errors import ScriptRefused
from jobs.scripts.folder import the_folder
from jobs.scripts.workplace import is_ours


@register()
def lease_outlasts_heartbeat(**_: Any) -> list[CheckMessage]:
    if settings.STUCK_RUN_THRESHOLD >= 4:
        return []
    return [
        Error(
            f"STUCK_RUN_THRESHOLD is {settings.STUCK_RUN_THRESHOLD:g}: runs would be taken back too early.",
            hint="Set it to 4 or more; 60 is the default.",
            id="jobs.E001",
        )
    ]


@register()
def workers_are_not_offline_between_signs(**_: Any) -> list[CheckMessage]:
    if settings.WORKER_OFFLINE_THRESHOLD > settings.WORKER_HEARTBEAT_INTERVAL:
        return []
    return [
        Error(
            "WORKER_OFFLINE_THRESHOLD is not larger than WORKER_HEARTBEAT_INTERVAL: every worker would look offline.",
            hint="Leave a worker several signs of life before it counts as offline: 180 and 30 are the defaults.",
            id="jobs.E002",
        )
    ]


@register()
def broker_is_redis(**_: Any) -> list[CheckMessage]:
    if settings.CELERY_BROKER_URL.split("://")[0] in ("redis", "rediss", "redis+socket"):
        return []
    return [Error("REDIS_URL is not a redis:// address.", hint="For example redis://127.0.0.1:6379/0.", id="jobs.E003")]


@register()
def scripts_lie_in_a_safe_folder(**_: Any) -> list[CheckMessage]:
    if not settings.SCRIPTS_DIR:
        return []
    try:
        the_folder()
    except ScriptRefused as error:
        hint = "It is a folder of root's or of the user that runs workers, which nobody else may write to."
        return [Warning(str(error), hint=hint, id="jobs.W002")]
    return []


@register()
def no_secret_is_handed_to_scripts(**_: Any) -> list[CheckMessage]:
    secret = [name for name in settings.SCRIPTS_ENVIRONMENT if is_ours(name)]
    if not secret:
        return []
    return [
        Error(
            f"SCRIPTS_ENVIRONMENT names what may hold a secret: {', '.join(secret)}.",
            hint="Scripts never get such variables. Take the names away, or give what scripts need other names.",
            id="jobs.E004",
        )
    ]


@register()
def lease_is_shorter_than_timeout(**_: Any) -> list[CheckMessage]:
    if settings.JOB_TIMEOUT > settings.STUCK_RUN_THRESHOLD:
        return []
    return [
        Warning(
            "JOB_TIMEOUT is not longer than STUCK_RUN_THRESHOLD: a dead worker is noticed only after the run's limit.",
            hint="A lease of a tenth of the timeout is a good start.",
            id="jobs.W001",
        )
    ]
