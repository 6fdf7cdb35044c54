"""Narrowing lists down. A filter that does not exist is refused: ignoring it would show more than was asked for."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django_filters import IsoDateTimeFilter, TypedChoiceFilter, UUIDFilter
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from jobs.access import OWNER, SUBJECT

NOT_FILTERS = {"limit", "cursor", "format"}
LISTS = {"list", "export_table", "sums", "health"}  # actions of view sets


class Filters(DjangoFilterBackend):
    def filter_queryset(self, request: Request, queryset: QuerySet[Model], view: Any) -> QuerySet[Model]:
        if view.action not in LISTS:
            return queryset
        known = set(getattr(view, "filterset_class", FilterSet).base_filters)
        for name in request.query_params:
            if name not in known | NOT_FILTERS:
                there_are = ", ".join(sorted(known | {"limit", "cursor"}))
                raise ValidationError({name[:100]: [f"There is no such filter. There are: {there_are}."]})
        found: QuerySet[Model] = super().filter_queryset(request, queryset, view)
        return found


def yes_or_no(field: str) -> TypedChoiceFilter:
    choices = [("true", "true"), ("false", "false")]
    return TypedChoiceFilter(field_name=field, choices=choices, coerce=lambda value: value == "true")


class MomentField(IsoDateTimeField):
    def to_python(self, value: Any) -> datetime | None:
        """In UTC: PostgreSQL refuses some offsets that ISO 8601 allows, such as +18:07."""
        moment: datetime | None = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except (OverflowError, ValueError):
            raise forms.ValidationError("There is no such moment.") from None


class MomentFilter(IsoDateTimeFilter):
    field_class = MomentField


class SinceUntil(FilterSet):
    """`created_after` and `created_before`, both inclusive: a day or a moment, UTC where it says nothing else."""

    created_after = MomentFilter("created_at", lookup_expr="gte")
    created_before = MomentFilter("created_at", lookup_expr="lte")


class OfOwner(FilterSet):
    """Rows of the engine, by whom they belong to and what they are about, under the project's names for the two."""

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        filters: dict[str, Any] = super().get_filters()
        filters[f"{OWNER}_id"] = UUIDFilter("owner_id")
        filters[f"{SUBJECT}_id"] = UUIDFilter("subject_id")
        return filters
