from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextareaWidget

from brands.admin.base import EmptyState
from brands.admin.brand_pages import BrandPages
from brands.admin.brand_results import brand_results
from brands.admin.fields import DomainsField, LinesField, RulesField
from brands.admin.filters import RelatedFilter
from brands.admin.links import admin_url
from brands.ambiguous_names import ambiguous_names
from brands.models import Answer, Brand, Competitor, Customer, Topic
from jobs.access import Right, ScopedAdmin, scope

QUICK_ACTIONS = {
    "data_collection": "Collect now",
    "scoring": "Score now",
    "data_collection_and_scoring": "Collect and score now",
}


class NamedForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    aliases = LinesField(help_text="Other names, old names and spellings, one a line.")
    products = LinesField(help_text="Products that count as a mention, one a line.")
    domains = DomainsField(help_text="Its own web sites, one a line.", placeholder="example.com")
    rules = RulesField(
        label="Rules for ambiguous names",
        help_text="What a name must fulfil besides, one a line. “with”: one of these words stands in the answer; "
        "“without”: none of them in the same sentence.",
        placeholder="Visible: case-sensitive, exact, with: carrier | phone plan, without: light",
    )


class BrandForm(NamedForm):
    class Meta:
        model = Brand
        fields = ["customer", "name", "aliases", "products", "domains", "rules", "description"]
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 3})}

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).strip()

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        customer, name = data.get("customer"), data.get("name")
        if customer and name:
            same = Brand.objects.filter(customer=customer, name__iexact=name).exclude(pk=self.instance.pk).first()
            if same is not None:
                raise ValidationError({"name": f"{customer} already has a brand called “{same.name}”."})
        return data


class CompetitorFormSet(PaginationInlineFormSet):
    def clean(self) -> None:
        """Two entities of one name could not be told apart in an answer."""
        super().clean()
        seen = {str(self.instance.name).strip().casefold()}
        for form in self.forms:
            name = str(getattr(form, "cleaned_data", {}).get("name", "")).strip()
            if not name or form.cleaned_data.get("DELETE"):
                continue
            if name.casefold() in seen:
                form.add_error("name", f"“{name}” is there already, as the brand or as another competitor.")
            seen.add(name.casefold())


class CompetitorForm(NamedForm):
    class Meta:
        model = Competitor
        fields = ["name", "aliases", "products", "domains", "rules"]


class CompetitorInline(ScopedAdmin, StackedInline):  # type: ignore[misc]  # unfold: mixin against base
    model = Competitor
    form = CompetitorForm
    formset = CompetitorFormSet
    fields = ["name", ("aliases", "products"), "domains", "rules"]
    extra = 0
    tab = True


class TopicForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Topic
        fields = ["name"]
        error_messages = {NON_FIELD_ERRORS: {"unique_together": "This brand already has a topic of this name."}}


class TopicInline(ScopedAdmin, TabularInline):  # type: ignore[misc]  # unfold: mixin against base
    model = Topic
    form = TopicForm
    extra = 0
    tab = True


@admin.register(Brand)
class BrandAdmin(BrandPages):
    """The brand's page shows its figures first, then what is tracked."""

    form = BrandForm
    inlines = [CompetitorInline, TopicInline]
    fieldsets = [(None, {"fields": ["customer", "name", ("aliases", "products"), "domains", "rules", "description"]})]
    list_display = ["name", "owner", "competitors", "queries", "answers", "last_answer"]
    list_filter = [("customer", RelatedFilter)]
    list_filter_submit = True
    list_select_related = ["customer"]
    ordering = ["name"]  # said here, since counting drops the model's own
    search_fields = ["name", "customer__name"]
    autocomplete_fields = ["customer"]
    change_form_outer_before_template = "brands/admin/brand_results.html"  # type: ignore[assignment]
    customer_path = "customer"
    reading = Right.RESULTS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        queryset: QuerySet[Brand] = super().get_queryset(request)
        answers = Answer.objects.filter(brand=OuterRef("pk"))
        counted = answers.order_by().values("brand").annotate(n=Count("pk")).values("n")
        return queryset.annotate(
            competitor_count=Count("competitors", distinct=True),
            query_count=Count("queries", distinct=True),
            answer_count=Coalesce(Subquery(counted), 0),
            last_asked=Subquery(answers.order_by("-asked_at").values("asked_at")[:1]),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        brand = self.get_object(request, unquote(object_id)) if request.method == "GET" else None
        results = None
        if brand is not None and self.has_view_permission(request, brand):
            results = brand_results(brand, request.GET)
        actions = quick_actions(brand) if brand and self.has_change_permission(request, brand) else []
        extra_context = {**(extra_context or {}), "results": results, "quick_actions": actions}
        return super().change_view(request, object_id, form_url, extra_context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Names that mean something else too are told when they are saved, with what they would cost."""
        super().save_related(request, form, formsets, change)
        brand = Brand.objects.get(pk=form.instance.pk)
        found = ambiguous_names(brand)
        for each in found[:3]:
            messages.warning(request, f"“{each.ambiguity.name}” is ambiguous. {each.sentence}")
        if found:
            link = admin_url("brands_brand_ambiguous_names", brand.pk)
            words = "See the rules that are proposed"
            messages.warning(request, format_html('<a class="bb-link" href="{}">{}</a>', link, words))

    @display(description="customer", ordering="customer__name")
    def owner(self, brand: Brand) -> str:
        return f"{brand.customer} (sample data)" if brand.customer.is_sample else str(brand.customer)

    @display(description="competitors", ordering="competitor_count")
    def competitors(self, brand: Any) -> int:
        return int(brand.competitor_count)

    @display(description="queries", ordering="query_count")
    def queries(self, brand: Any) -> str:
        return _link("brands_query_changelist", brand, brand.query_count)

    @display(description="answers", ordering="answer_count")
    def answers(self, brand: Any) -> str:
        return _link("brands_answer_changelist", brand, brand.answer_count)

    @display(description="last asked", ordering="last_asked", empty_value="never")
    def last_answer(self, brand: Any) -> Any:
        return brand.last_asked

    def consequences(self, rows: list[Brand]) -> dict[str, int]:
        counts = super().consequences(rows)
        answers = counts.pop("answers", 0)
        counts.pop("scores", None)
        return counts | {"answers with their scores": answers}

    def empty_state(self, request: HttpRequest) -> EmptyState:
        if not scope(Customer.objects.all(), request.user).exists():
            return EmptyState(
                "No brands yet",
                "A brand belongs to a customer. Add the customer first.",
                "Add customer",
                admin_url("brands_customer_add"),
            )
        return EmptyState(
            "No brands yet",
            "Add a brand with its other names, its web sites and its competitors. Then add the questions to ask.",
            "Add brand",
            admin_url("brands_brand_add"),
        )


def quick_actions(brand: Brand) -> list[tuple[str, str]]:
    """What can be run at once for a brand: words and the address to post to."""
    return [(words, admin_url("jobs_jobrun_now", job_type, brand.pk)) for job_type, words in QUICK_ACTIONS.items()]


def _link(page: str, brand: Brand, number: int) -> str:
    return format_html('<a class="bb-link" href="{}">{}</a>', admin_url(page, brand__id__exact=brand.pk), number)
