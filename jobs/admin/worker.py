from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from jobs.access import ReadOnly
from jobs.admin.base import SuperusersOnly
from jobs.admin.labels import NOTHING, relative, site_moment, state_label
from jobs.models import JobRun, Worker
from jobs.status import RunStatus


@admin.register(Worker)
class WorkerAdmin(ReadOnly, SuperusersOnly, ModelAdmin):  # type: ignore[misc]  # unfold: mixin against base
    """Processes say themselves that they are alive; here they are only looked at. They work for all owners."""

    list_display = (
        "name_cell",
        "state_cell",
        "queues_cell",
        "current_cell",
        "runs_done",
        "memory_cell",
        "version",
        "seen_cell",
        "started_cell",
    )
    list_display_links = None
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Worker]:
        at_work = JobRun.objects.filter(worker=OuterRef("name"), status=RunStatus.PROCESSING).order_by()
        count = at_work.values("worker").annotate(n=Count("pk")).values("n")
        workers: QuerySet[Worker] = super().get_queryset(request)
        return workers.annotate(current=Coalesce(Subquery(count), 0))

    @display(description="Name", ordering="name")
    def name_cell(self, worker: Worker) -> SafeString:
        where = f"{worker.role} · {worker.host} · process {worker.pid}"
        return format_html('<span class="job-pair">{}<small>{}</small></span>', worker.name, where)

    @display(description="Takes from")
    def queues_cell(self, worker: Worker) -> str:
        return ", ".join(map(str, worker.queues)) or NOTHING

    @display(description="At work on")
    def current_cell(self, worker: Worker) -> SafeString | str:
        if worker.role != Worker.Role.WORKER:
            return NOTHING
        query = urlencode({"status__exact": RunStatus.PROCESSING, "worker__exact": worker.name})
        return format_html(
            '<a href="{}?{}">{} of {}</a>',
            reverse("admin:jobs_jobrun_changelist"),
            query,
            worker.current,  # type: ignore[attr-defined]
            worker.concurrency,
        )

    @display(description="Memory", ordering="memory_bytes")
    def memory_cell(self, worker: Worker) -> str:
        return filesizeformat(worker.memory_bytes) if worker.memory_bytes else NOTHING

    @display(description="State", ordering="-seen_at")
    def state_cell(self, worker: Worker) -> SafeString:
        return state_label(worker.state)

    @display(description="Last sign of life", ordering="seen_at")
    def seen_cell(self, worker: Worker) -> str:
        return relative(worker.seen_at)

    @display(description="Started", ordering="started_at")
    def started_cell(self, worker: Worker) -> SafeString | str:
        return site_moment(worker.started_at)
