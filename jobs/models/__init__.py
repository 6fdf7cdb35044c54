from jobs.models.idempotency import IdempotencyKey
from jobs.models.limit import Limit, Pace
from jobs.models.pause import Pause
from jobs.models.run import JobRun
from jobs.models.run_event import RunEvent
from jobs.models.run_log import RunLog
from jobs.models.scheduled_job import ScheduledJob
from jobs.models.worker import Worker

__all__ = ["IdempotencyKey", "JobRun", "Limit", "Pace", "Pause", "RunEvent", "RunLog", "ScheduledJob", "Worker"]
