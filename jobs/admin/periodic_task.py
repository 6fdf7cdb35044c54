"""Celery's own periodic tasks and schedules. Whoever edits one can run any registered task: superusers alone."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django_celery_beat import admin as stock
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from jobs.admin.base import SuperusersOnly


class TaskSelect(UnfoldAdminSelectWidget, stock.TaskSelectWidget):
    pass


class PeriodicTaskForm(stock.PeriodicTaskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "task" in self.fields:
            self.fields["task"].widget = UnfoldAdminTextInputWidget()
            self.fields["regtask"].widget = TaskSelect()


class PeriodicTaskAdmin(SuperusersOnly, stock.PeriodicTaskAdmin, ModelAdmin):  # type: ignore[misc]
    form = PeriodicTaskForm
    change_form_template = None  # type: ignore[assignment]  # the stock one has a script inside the page

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeriodicTask]:
        """Scheduled jobs are periodic tasks too; they have pages of their own."""
        tasks: QuerySet[PeriodicTask] = super().get_queryset(request)  # type: ignore[no-untyped-call]
        return tasks.filter(scheduledjob=None)


class PeriodicTaskInline(TabularInline):
    model = PeriodicTask
    fields = readonly_fields = ("name", "task")
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class CrontabScheduleAdmin(SuperusersOnly, stock.CrontabScheduleAdmin, ModelAdmin):  # type: ignore[misc]
    inlines = [PeriodicTaskInline]


class ScheduleAdmin(SuperusersOnly, ModelAdmin):  # type: ignore[misc]
    inlines = [PeriodicTaskInline]


PAGES: dict[type[Model], type[ModelAdmin]] = {
    PeriodicTask: PeriodicTaskAdmin,
    CrontabSchedule: CrontabScheduleAdmin,
    IntervalSchedule: ScheduleAdmin,
    ClockedSchedule: ScheduleAdmin,
    SolarSchedule: ScheduleAdmin,
}
for model, page in PAGES.items():
    admin.site.unregister(model)
    admin.site.register(model, page)
