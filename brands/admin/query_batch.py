"""The page that adds many queries at once: paste, look at what would become of each line, save."""

from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from brands.admin.links import admin_url
from brands.admin.query_forms import BrandFormView, MarketForm
from brands.models import Query, Topic

MAX_LENGTH = Query._meta.get_field("text").max_length or 1000
MAX_LINES = 1000


@dataclass(slots=True)
class Batch:
    """What would become of each line."""

    new: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)  # the brand has them in this country and locale
    repeated: list[str] = field(default_factory=list)
    too_long: list[str] = field(default_factory=list)

    @property
    def groups(self) -> list[tuple[str, str, list[str]]]:
        return [
            ("new", "New: will be added", self.new),
            ("known", "Already there: nothing changes", self.known),
            ("repeated", "Twice in the list: added once", self.repeated),
            ("long", f"Too long: more than {MAX_LENGTH} characters, will not be added", self.too_long),
        ]


def sort_lines(lines: list[str], known: set[str]) -> Batch:
    batch = Batch()
    seen: set[str] = set()
    for line in (" ".join(line.split()) for line in lines):
        if not line:
            continue
        group = batch.new
        if len(line) > MAX_LENGTH:
            group = batch.too_long
        elif line in known:
            group = batch.known
        elif line in seen:
            group = batch.repeated
        seen.add(line)
        group.append(line)
    return batch


class AddManyForm(MarketForm):
    field_order = ("brand", "questions", "topic", "country", "locale")
    questions = forms.CharField(
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}),
        help_text="One question a line.",
        error_messages={"required": "Write at least one question."},
    )
    topic = forms.CharField(
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Optional. A topic of this name is made if the brand has none.",
    )

    def clean_questions(self) -> list[str]:
        lines: list[str] = self.cleaned_data["questions"].splitlines()
        if len(lines) > MAX_LINES:
            raise forms.ValidationError(f"Add at most {MAX_LINES} lines at once; these are {len(lines)}.")
        return lines

    def batch(self) -> Batch:
        data = self.cleaned_data
        queries = Query.objects.filter(brand=data["brand"], country=data["country"], locale=data["locale"])
        return sort_lines(data["questions"], set(queries.values_list("text", flat=True)))

    def save(self) -> list[Query]:
        data = self.cleaned_data
        shared = {"brand": data["brand"], "country": data["country"], "locale": data["locale"]}
        with transaction.atomic():
            if data["topic"]:
                shared["topic"], _ = Topic.objects.get_or_create(brand=data["brand"], name=data["topic"])
            # One by one, not in bulk: saving a query finds out whether it is branded.
            return [Query.objects.create(text=text, **shared) for text in self.batch().new]


class AddManyView(BrandFormView):
    """The first POST shows what would be saved, one with `save` saves it."""

    title = "Add many queries"
    template_name = "brands/admin/query_batch.html"
    form_class = AddManyForm
    prefilled = ("brand", "topic")

    def form_valid(self, form: AddManyForm) -> HttpResponse:
        if "save" not in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form, batch=form.batch()))
        added = form.save()
        brand = form.cleaned_data["brand"]
        count = "1 query" if len(added) == 1 else f"{len(added)} queries"
        messages.success(self.request, f"{count} added to {brand}. They are asked from the next run on.")
        return HttpResponseRedirect(admin_url("brands_query_changelist", brand__id__exact=brand.pk))
