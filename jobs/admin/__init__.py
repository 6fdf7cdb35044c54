"""The engine's pages of the admin, a file for each noun."""

from jobs.admin import (
    account,
    alert,
    channel,
    file,
    limit,
    periodic_task,
    run,
    scheduled_job,
    script,
    service,
    service_record,
    task_result,
    worker,
)

__all__ = [
    "account",
    "alert",
    "channel",
    "file",
    "limit",
    "periodic_task",
    "run",
    "scheduled_job",
    "script",
    "service",
    "service_record",
    "task_result",
    "worker",
]
