"""What Celery itself kept of its tasks: for reading only."""

from django.contrib import admin
from django_celery_results import admin as stock
from django_celery_results.models import GroupResult, TaskResult
from unfold.admin import ModelAdmin

from jobs.admin.base import ReadOnly


class TaskResultAdmin(ReadOnly, stock.TaskResultAdmin, ModelAdmin):  # type: ignore[misc]
    date_hierarchy = None  # type: ignore[assignment]
    list_display = ("task_id", "task_name", "date_done", "status", "worker")  # type: ignore[assignment]


class GroupResultAdmin(ReadOnly, stock.GroupResultAdmin, ModelAdmin):  # type: ignore[misc]
    pass


for model, page in ((TaskResult, TaskResultAdmin), (GroupResult, GroupResultAdmin)):
    admin.site.unregister(model)
    admin.site.register(model, page)
