"""The page that suggests queries by topic. What it makes is reviewed in the list of queries."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from unfold.widgets import UnfoldAdminSelectWidget

from brands.admin.fields import LinesField
from brands.admin.links import admin_url
from brands.admin.query_forms import BrandFormView, MarketForm
from brands.question_templates import TEMPLATES
from brands.suggestions import MOST_TOPICS, Source, Wanted, model_obstacle, suggest
from jobs.errors import GiveUp

SOURCES = [(Source.TEMPLATES, "Templates, at once and offline"), (Source.MODEL, "A model: costs a call for each topic")]


class SuggestForm(MarketForm):
    field_order = ("brand", "topics", "source", "country", "locale")
    topics = LinesField(rows=5, help_text="One a line. Left empty: the topics that the brand has.")
    source = forms.ChoiceField(choices=SOURCES, initial=Source.TEMPLATES, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["locale"].help_text += f" The questions are in its language; templates know {', '.join(TEMPLATES)}."
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


class SuggestView(BrandFormView):
    title = "Suggest queries"
    template_name = "brands/admin/query_suggestions.html"
    form_class = SuggestForm

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
