"""The engine's pages of the admin, a file for each noun."""

from jobs.admin import account, file, limit, periodic_task, run, scheduled_job, task_result, worker

__all__ = ["account", "file", "limit", "periodic_task", "run", "scheduled_job", "task_result", "worker"]
