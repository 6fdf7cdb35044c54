"""Filters of the lists. A link from a figure to its answers is made of these."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter, RelatedDropdownFilter, TextFilter
from unfold.utils import parse_date_str

from brands.admin.answer_columns import current_measure
from brands.models import Answer, Call, Citation, Competitor, Query
from jobs.access import Right, ScopedChoices, scope

Choices = Sequence[tuple[str, str]]
RECENT_RUNS = 20


def key_of(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise IncorrectLookupParameters(error) from error


class RelatedFilter(ScopedChoices, RelatedDropdownFilter):  # type: ignore[misc]  # unfold: mixin against base
    """Shown with a single choice too. Django leaves such a filter out, and with it what the address asked for."""

    def has_output(self) -> bool:
        return True


class YesNoFilter(DropdownFilter):
    """A dropdown over a true-or-false column."""

    words = ("yes", "no")

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("1", self.words[0]), ("0", self.words[1])]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(**{str(self.parameter_name): value == "1"}) if value in ("0", "1") else queryset


class ActiveFilter(YesNoFilter):
    title = "active"
    parameter_name = "is_active"


class SuggestedFilter(YesNoFilter):
    title = "review"
    parameter_name = "is_suggested"
    words = ("suggested, not reviewed yet", "others")


class BrandedFilter(YesNoFilter):
    title = "kind of query"
    parameter_name = "is_branded"
    words = ("branded: names the brand", "unbranded")


class AnswerBrandedFilter(BrandedFilter):
    parameter_name = "query__is_branded"


class _ValuesFilter(DropdownFilter):
    """A dropdown over the values that a short text column has in the rows that the user may see."""

    model: type[Model]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        column = str(self.parameter_name)
        rows = scope(self.model._base_manager.all(), request.user, Right.RESULTS)
        values = rows.exclude(**{column: ""}).order_by(column).values_list(column, flat=True)
        return [(value, value) for value in values.distinct()]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


def _values(model: type[Model], column: str, title: str) -> type[_ValuesFilter]:
    return type(
        f"{model.__name__}{column}", (_ValuesFilter,), {"model": model, "parameter_name": column, "title": title}
    )


CountryFilter = _values(Query, "country", "country")
CollectorFilter = _values(Answer, "collector", "collector")
CallCollectorFilter = _values(Call, "collector", "collector")
CallProviderFilter = _values(Call, "provider", "provider")
CostSourceFilter = _values(Call, "cost_source", "cost")


class RunFilter(DropdownFilter):
    """The latest runs that have answers, and the one that the address names."""

    title = "run"
    parameter_name = "run__id__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        job_run: Any = Answer._meta.get_field("run").related_model
        runs = scope(job_run._base_manager.all(), request.user, Right.RESULTS)
        recent = runs.filter(Exists(Answer.objects.filter(run=OuterRef("pk")))).order_by("-created_at")
        chosen = request.GET.get("run__id__exact", "")
        found = {run.pk: str(run) for run in recent[:RECENT_RUNS]}
        if chosen and key_of(chosen) not in found:
            found |= {run.pk: str(run) for run in runs.filter(pk=key_of(chosen))}
        return [(str(key), name) for key, name in found.items()]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Answer]) -> QuerySet[Answer]:
        return queryset.filter(run=key_of(str(self.value()))) if self.value() else queryset


class MentionsFilter(DropdownFilter):
    """Answers that mention the brand, or do not, or mention one competitor. Answers that are not scored are in none."""

    title = "mention"
    parameter_name = "mentions"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        choices = [("brand", "the brand is mentioned"), ("not-brand", "the brand is not mentioned")]
        chosen = request.GET.get("mentions", "")
        if chosen and chosen not in ("brand", "not-brand"):
            competitors = scope(Competitor.objects.filter(pk=key_of(chosen)), request.user, Right.RESULTS)
            choices += [(str(competitor.pk), f"{competitor.name} is mentioned") for competitor in competitors]
        return choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """`queryset` has the columns of `with_columns`."""
        value = self.value()
        if not value:
            return queryset
        if value == "brand":
            return queryset.filter(mention_count__gt=0)
        if value == "not-brand":
            return queryset.filter(mention_count=0)
        count = current_measure("mentions", "mention_count", competitor_id=key_of(value))
        counted: QuerySet[Any] = queryset.annotate(competitor_mentions=count)
        return counted.filter(competitor_mentions__gt=0)


class CitesFilter(TextFilter):
    """Answers that cite a domain; with `www.` or without."""

    title = "cited domain"
    parameter_name = "cites"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Answer]) -> QuerySet[Answer]:
        domain = (self.value() or "").strip().lower().removeprefix("www.")
        if not domain:
            return queryset
        return queryset.filter(Exists(Citation.objects.filter(answer=OuterRef("pk"), is_cited=True, domain=domain)))


class DayFilter(RangeDateFilter):
    """Whole days in the admin's time zone, the last one included."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for end, lookup in (("from", "gte"), ("to", "lte")):
            day = parse_date_str(str(self.used_parameters.get(f"{self.parameter_name}_{end}", "")))
            if day is not None:
                queryset = queryset.filter(**{f"{self.parameter_name}__date__{lookup}": day})
        return queryset
