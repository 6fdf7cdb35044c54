from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from jobs.admin.base import JobsAdmin, ReadOnly
from jobs.admin.labels import relative, site_moment, state_label
from jobs.models import Worker


@admin.register(Worker)
class WorkerAdmin(ReadOnly, JobsAdmin):  # type: ignore[misc]  # unfold: mixin against base
    """Processes say themselves that they are alive; here they are only looked at."""

    list_display = ("name", "state_cell", "role", "host", "pid", "concurrency", "seen_cell", "started_cell")
    list_display_links = None
    actions = None

    @display(description="State", ordering="-seen_at")
    def state_cell(self, worker: Worker) -> SafeString:
        return state_label(worker.state)

    @display(description="Last sign of life", ordering="seen_at")
    def seen_cell(self, worker: Worker) -> str:
        return relative(worker.seen_at)

    @display(description="Started", ordering="started_at")
    def started_cell(self, worker: Worker) -> SafeString | str:
        return site_moment(worker.started_at)
