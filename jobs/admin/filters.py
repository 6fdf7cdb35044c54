"""Filters of lists, in the words of the pages."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from unfold.contrib.filters.admin import BooleanRadioFilter, DropdownFilter, RangeDateFilter, RelatedDropdownFilter

from jobs.access import ScopedChoices
from jobs.admin.forms import type_choices
from jobs.admin.labels import field_title
from jobs.status import RunStatus

NEVER = "never"


class OwnerFilter(ScopedChoices, RelatedDropdownFilter):  # type: ignore[misc]  # unfold: mixin against base
    def __init__(self, field: Any, request: Any, params: Any, model: type[Model], *args: Any, **kwargs: Any) -> None:
        super().__init__(field, request, params, model, *args, **kwargs)
        self.title = field_title(model, field.name).lower()


class DayFilter(RangeDateFilter):
    """Days of the site's time zone, both ends included."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self._start_of("from"), self._start_of("to")
        if first:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": first})
        if last:
            queryset = queryset.filter(**{f"{self.parameter_name}__lt": last + timedelta(days=1)})
        return queryset

    def _start_of(self, end: str) -> datetime | None:
        try:
            day = parse_date(str(self.used_parameters.get(f"{self.parameter_name}_{end}", "")))
        except ValueError:
            return None
        return timezone.make_aware(datetime.combine(day, time())) if day else None


class ActiveFilter(BooleanRadioFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "active"


class TypeFilter(DropdownFilter):
    title = "type"
    parameter_name = "job_type"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        return type_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(job_type=self.value()) if self.value() else queryset


class LastStatusFilter(DropdownFilter):
    """By `last_status`, which the list's query adds to each job."""

    title = "last run"
    parameter_name = "last_status"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        return [*((value, label.lower()) for value, label in RunStatus.choices), (NEVER, "never ran")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == NEVER:
            return queryset.filter(last_status=None)
        return queryset.filter(last_status=self.value()) if self.value() else queryset
