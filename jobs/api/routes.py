from rest_framework.routers import SimpleRouter

from jobs.api.alert import AlertViewSet
from jobs.api.channel import ChannelViewSet
from jobs.api.file import FileViewSet
from jobs.api.limit import LimitViewSet
from jobs.api.pause import PauseViewSet, ResumeViewSet
from jobs.api.run import RunViewSet
from jobs.api.scheduled_job import ScheduledJobViewSet
from jobs.api.script import ScriptViewSet
from jobs.api.service import RecordViewSet, ServiceViewSet
from jobs.api.sync import SyncViewSet
from jobs.api.worker import WorkerViewSet


def register(router: SimpleRouter) -> None:
    router.register("scheduled-jobs", ScheduledJobViewSet, basename="scheduled-job")
    router.register("job-runs", RunViewSet, basename="job-run")
    router.register("pause", PauseViewSet, basename="pause")
    router.register("resume", ResumeViewSet, basename="resume")
    router.register("limits", LimitViewSet, basename="limit")
    router.register("scripts", ScriptViewSet, basename="script")
    router.register("files", FileViewSet, basename="file")
    router.register("workers", WorkerViewSet, basename="worker")
    router.register("services", ServiceViewSet, basename="service")
    router.register("service-records", RecordViewSet, basename="service-record")
    router.register("alerts", AlertViewSet, basename="alert")
    router.register("alert-channels", ChannelViewSet, basename="alert-channel")


def register_first_version(router: SimpleRouter) -> None:
    """What other programs rely on at `/api/v1/`."""
    router.register("sync", SyncViewSet, basename="sync")
