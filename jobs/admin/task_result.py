"""What Celery itself kept of its tasks: for superusers, and for reading only."""

from django.contrib import admin
from django_celery_results import admin as stock
from django_celery_results.models import GroupResult, TaskResult
from unfold.admin import ModelAdmin

from jobs.access import ReadOnly
from jobs.admin.base import SuperusersOnly


class TaskResultAdmin(ReadOnly, SuperusersOnly, stock.TaskResultAdmin, ModelAdmin):  # type: ignore[misc]
    date_hierarchy = None  # type: ignore[assignment]
    list_display = ("task_id", "task_name", "date_done", "status", "worker")  # type: ignore[assignment]


class GroupResultAdmin(ReadOnly, SuperusersOnly, stock.GroupResultAdmin, ModelAdmin):  # type: ignore[misc]
    pass


for model, page in ((TaskResult, TaskResultAdmin), (GroupResult, GroupResultAdmin)):
    admin.site.unregister(model)
    admin.site.register(model, page)
