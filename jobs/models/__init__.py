from jobs.models.run import JobRun, RunEvent
from jobs.models.scheduled_job import ScheduledJob
from jobs.models.worker import Worker

__all__ = ["JobRun", "RunEvent", "ScheduledJob", "Worker"]
