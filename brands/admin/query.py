from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from unfold.decorators import action, display

from brands.admin.base import DomainAdmin, EmptyState
from brands.admin.filters import ActiveFilter, BrandedFilter, CountryFilter, RelatedFilter
from brands.admin.links import admin_url
from brands.admin.query_batch import AddManyView
from brands.models import Answer, Query


class QueryForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Query
        fields = ["brand", "topic", "text", "country", "locale", "is_active"]
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
    list_display = ["text", "brand", "topic", "kind", "market", "is_active", "answers"]
    list_filter = [
        ("brand", RelatedFilter),
        ("topic", RelatedFilter),
        ActiveFilter,
        BrandedFilter,
        CountryFilter,
    ]
    list_filter_submit = True
    list_select_related = ["brand__customer", "topic"]
    list_per_page = 50
    search_fields = ["text"]
    autocomplete_fields = ["brand", "topic"]
    actions = ["activate", "deactivate"]
    actions_list = ("add_many",)  # type: ignore[assignment]  # Unfold types it as empty

    def get_queryset(self, request: HttpRequest) -> QuerySet[Query]:
        queryset: QuerySet[Query] = super().get_queryset(request)
        answers = Answer.objects.filter(query=OuterRef("pk")).order_by().values("query").annotate(n=Count("pk"))
        return queryset.annotate(answer_count=Coalesce(Subquery(answers.values("n")), 0))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(AddManyView.as_view(model_admin=self))
        return [path("add-many/", view, name="brands_query_many"), *super().get_urls()]

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

    @admin.action(description="Activate: ask these", permissions=["change"])
    def activate(self, request: HttpRequest, queries: QuerySet[Query]) -> None:
        self._set_active(request, queries, True)

    @admin.action(description="Deactivate: no longer ask these", permissions=["change"])
    def deactivate(self, request: HttpRequest, queries: QuerySet[Query]) -> None:
        self._set_active(request, queries, False)

    def _set_active(self, request: HttpRequest, queries: QuerySet[Query], is_active: bool) -> None:
        keys = list(queries.exclude(is_active=is_active).values_list("pk", flat=True))
        changed = Query.objects.filter(pk__in=keys).update(is_active=is_active)
        state = "will be asked from the next run on" if is_active else "will no longer be asked"
        self.message_user(request, f"{changed} {'query' if changed == 1 else 'queries'} {state}.")

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
