from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.html import format_html
from unfold.decorators import action, display

from brands.admin.base import DomainAdmin, EmptyState
from brands.admin.fields import LinesField
from brands.admin.filters import ActiveFilter, BrandedFilter, CountryFilter, RelatedFilter, SuggestedFilter
from brands.admin.links import admin_url
from brands.admin.query_batch import AddManyView
from brands.admin.query_csv import ImportView
from brands.admin.query_suggestions import SuggestView
from brands.admin.tables import listed, table_response
from brands.models import Answer, Query
from brands.query_csv import export


class QueryForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    expected = LinesField(
        label="known answer",
        help_text="Optional. Makes it a canary: words, one a line, of which a right answer has at least one.",
    )

    class Meta:
        model = Query
        fields = ["brand", "topic", "text", "country", "locale", "is_active", "expected"]
        labels = {"text": "question"}
        help_texts = {
            "topic": "Optional; one of the brand's topics.",
            "text": "Asked exactly as it is written here.",
            "country": "Optional, two capital letters: CH. Empty takes the country of the scheduled job.",
            "locale": "Optional: de or de-CH. Empty takes the locale of the scheduled job.",
            "is_active": "Only active queries are asked.",
        }
        error_messages = {
            NON_FIELD_ERRORS: {"unique_together": "This brand already asks this question in this country and locale."}
        }

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        topic, brand = data.get("topic"), data.get("brand")
        if topic is not None and brand is not None and topic.brand_id != brand.pk:
            raise ValidationError({"topic": f"“{topic}” is a topic of {topic.brand}, not of {brand}."})
        return data


@admin.register(Query)
class QueryAdmin(DomainAdmin):
    form = QueryForm
    list_display = ["text", "brand", "topic", "kind", "market", "state", "answers"]
    list_filter = [
        ("brand", RelatedFilter),
        ("topic", RelatedFilter),
        ActiveFilter,
        SuggestedFilter,
        BrandedFilter,
        CountryFilter,
    ]
    list_filter_submit = True
    list_select_related = ["brand__customer", "topic"]
    list_per_page = 50
    search_fields = ["text"]
    autocomplete_fields = ["brand", "topic"]
    actions = ["activate", "deactivate", "export_chosen"]
    actions_list = ("add_many", "suggest", "import_table", "export_table")  # type: ignore[assignment]  # Unfold types it as empty

    def get_queryset(self, request: HttpRequest) -> QuerySet[Query]:
        queryset: QuerySet[Query] = super().get_queryset(request)
        answers = Answer.objects.filter(query=OuterRef("pk")).order_by().values("query").annotate(n=Count("pk"))
        return queryset.annotate(answer_count=Coalesce(Subquery(answers.values("n")), 0))

    def get_urls(self) -> list[URLPattern]:
        views: list[tuple[str, type[Any], str]] = [
            ("add-many/", AddManyView, "brands_query_many"),
            ("import/", ImportView, "brands_query_import"),
            ("suggest/", SuggestView, "brands_query_suggest"),
        ]
        own = [
            path(route, self.admin_site.admin_view(view.as_view(model_admin=self)), name=name)
            for route, view, name in views
        ]
        return [*own, *super().get_urls()]

    @display(description="kind", ordering="is_branded", label={"branded": "info"})
    def kind(self, query: Query) -> str:
        return "branded" if query.is_branded else "unbranded"

    @display(description="country, locale", ordering="country")
    def market(self, query: Query) -> str:
        return " ".join(filter(None, [query.country, query.locale])) or "as the job says"

    @display(description="answers", ordering="answer_count")
    def answers(self, query: Any) -> str:
        link = admin_url("brands_answer_changelist", query__id__exact=query.pk)
        return format_html('<a class="bb-link" href="{}">{}</a>', link, query.answer_count)

    @display(description="state", ordering="is_active", label={"active": "success", "suggested": "warning"})
    def state(self, query: Query) -> str:
        if query.is_active:
            return "active"
        return "suggested" if query.is_suggested else "not active"

    @admin.action(description="Activate: ask these", permissions=["change"])
    def activate(self, request: HttpRequest, queries: QuerySet[Query]) -> None:
        self._set_active(request, queries, True)

    @admin.action(description="Deactivate: do not ask these; dismiss suggestions", permissions=["change"])
    def deactivate(self, request: HttpRequest, queries: QuerySet[Query]) -> None:
        self._set_active(request, queries, False)

    def _set_active(self, request: HttpRequest, queries: QuerySet[Query], is_active: bool) -> None:
        keys = list(queries.exclude(is_active=is_active, is_suggested=False).values_list("pk", flat=True))
        changed = Query.objects.filter(pk__in=keys).update(is_active=is_active, is_suggested=False)
        state = "will be asked from the next run on" if is_active else "will no longer be asked"
        self.message_user(request, f"{changed} {'query' if changed == 1 else 'queries'} {state}.")

    @admin.action(description="Export these as CSV", permissions=["view"])
    def export_chosen(self, request: HttpRequest, queries: QuerySet[Query]) -> HttpResponseBase:
        return table_response(export(queries.select_related("brand", "topic").iterator(1000)), "queries")

    @action(description="Export", icon="download", permissions=["view"])  # type: ignore[operator]
    def export_table(self, request: HttpRequest) -> HttpResponseBase:
        return self.export_chosen(request, listed(self, request))

    @action(description="Import", icon="upload", permissions=["add"])  # type: ignore[operator]
    def import_table(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(admin_url("brands_query_import"))

    @action(description="Suggest", icon="lightbulb", permissions=["add"])  # type: ignore[operator]
    def suggest(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(admin_url("brands_query_suggest"))

    @action(description="Add many", icon="playlist_add", permissions=["add"])  # type: ignore[operator]
    def add_many(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(admin_url("brands_query_many"))

    def consequences(self, rows: list[Query]) -> dict[str, int]:
        return {"answers with their scores": Answer.objects.filter(query__in=rows).count()}

    def empty_state(self, request: HttpRequest) -> EmptyState:
        return EmptyState(
            "No queries yet",
            "A query is a question that the answer engines are asked about a brand: “What is the best …?” "
            "Paste a list of them, one a line.",
            "Add many",
            admin_url("brands_query_many"),
        )
