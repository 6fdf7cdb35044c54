from rest_framework.routers import SimpleRouter

from jobs.api.file import FileViewSet
from jobs.api.limit import LimitViewSet
from jobs.api.pause import PauseViewSet, ResumeViewSet
from jobs.api.run import RunViewSet
from jobs.api.scheduled_job import ScheduledJobViewSet
from jobs.api.worker import WorkerViewSet


def register(router: SimpleRouter) -> None:
    router.register("scheduled-jobs", ScheduledJobViewSet, basename="scheduled-job")
    router.register("job-runs", RunViewSet, basename="job-run")
    router.register("pause", PauseViewSet, basename="pause")
    router.register("resume", ResumeViewSet, basename="resume")
    router.register("limits", LimitViewSet, basename="limit")
    router.register("files", FileViewSet, basename="file")
    router.register("workers", WorkerViewSet, basename="worker")
