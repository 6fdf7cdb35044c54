from jobs.models.alert import Alert
from jobs.models.channel import Channel
from jobs.models.file import Insight, UploadedFile
from jobs.models.idempotency import IdempotencyKey
from jobs.models.limit import Limit, Pace
from jobs.models.pause import Pause
from jobs.models.run import JobRun
from jobs.models.run_event import RunEvent
from jobs.models.run_log import RunLog
from jobs.models.scheduled_job import ScheduledJob
from jobs.models.script import RunOutput, Script
from jobs.models.service import Service
from jobs.models.service_record import ServiceRecord
from jobs.models.worker import Worker

__all__ = [
    "Alert",
    "Channel",
    "IdempotencyKey",
    "Insight",
    "JobRun",
    "Limit",
    "Pace",
    "Pause",
    "RunEvent",
    "RunLog",
    "RunOutput",
    "ScheduledJob",
    "Script",
    "Service",
    "ServiceRecord",
    "UploadedFile",
    "Worker",
]
