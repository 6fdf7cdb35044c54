"""The page that suggests queries by topic. What it makes is reviewed in the list of queries."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.views.generic import FormView
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from brands.admin.choices import choosable_brands
from brands.admin.fields import LinesField
from brands.admin.links import admin_url
from brands.models import Brand, Query
from brands.models.query import is_country, is_locale
from brands.suggestions import MOST_TOPICS, Source, Wanted, model_obstacle, suggest
from jobs.access import Right, may_anywhere
from jobs.errors import GiveUp

SOURCES = [(Source.TEMPLATES, "Templates, at once and offline"), (Source.MODEL, "A model: costs a call for each topic")]


class SuggestForm(forms.Form):
    brand = forms.ModelChoiceField(Brand.objects.none(), widget=UnfoldAdminSelectWidget)
    topics = LinesField(rows=5, help_text="One a line. Left empty: the topics that the brand has.")
    source = forms.ChoiceField(choices=SOURCES, initial=Source.TEMPLATES, widget=UnfoldAdminSelectWidget)
    country = forms.CharField(
        required=False,
        max_length=2,
        validators=[is_country],
        widget=UnfoldAdminTextInputWidget,
        help_text="Optional, two capital letters: CH.",
    )
    locale = forms.CharField(
        required=False,
        max_length=16,
        validators=[is_locale],
        widget=UnfoldAdminTextInputWidget,
        help_text="Optional: de or de-CH. The questions are in its language; templates know de, en, es, fr and it.",
    )

    def __init__(self, *args: Any, brands: QuerySet[Brand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["brand"].queryset = brands  # type: ignore[attr-defined]
        if obstacle := model_obstacle():
            self.fields["source"].help_text = f"No model can be asked: {obstacle}"

    def clean_source(self) -> str:
        source = str(self.cleaned_data["source"])
        if source == Source.MODEL and (obstacle := model_obstacle()):
            raise forms.ValidationError(obstacle)
        return source

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        brand = data.get("brand")
        if brand is not None and "topics" in data:
            data["topics"] = data["topics"] or [topic.name for topic in brand.topics.all()]
            if not data["topics"]:
                self.add_error("topics", f"{brand} has no topic yet. Write at least one.")
            elif len(data["topics"]) > MOST_TOPICS or max(map(len, data["topics"])) > 200:
                self.add_error("topics", f"Write at most {MOST_TOPICS} topics, each of at most 200 characters.")
        return data


class SuggestView(UnfoldModelAdminViewMixin, FormView):  # type: ignore[type-arg]  # not subscriptable at run time
    title = "Suggest queries"
    template_name = "brands/admin/query_suggestions.html"
    form_class = SuggestForm

    def has_permission(self) -> bool:
        return may_anywhere(self.request.user, Right.WRITE)

    def get_initial(self) -> dict[str, Any]:
        return {"brand": self.request.GET.get("brand"), "source": Source.TEMPLATES}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "brands": choosable_brands(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, opts=Query._meta)

    def form_valid(self, form: SuggestForm) -> HttpResponse:
        data = form.cleaned_data
        wanted = Wanted(data["brand"], tuple(data["topics"]), data["country"], data["locale"])
        try:
            made = suggest(wanted, Source(data["source"]))
        except GiveUp as error:
            form.add_error("source", str(error))
            return self.form_invalid(form)
        words = f"{len(made)} queries suggested for {wanted.brand}. Activate those that are to be asked."
        messages.success(self.request, words if made else "There was nothing to suggest that the brand does not have.")
        return HttpResponseRedirect(
            admin_url("brands_query_changelist", brand__id__exact=wanted.brand.pk, is_suggested="1" if made else None)
        )
