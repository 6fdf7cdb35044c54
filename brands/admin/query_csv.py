"""Queries as CSV: the page that imports a file after a look at each of its lines."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from unfold.widgets import UnfoldAdminFileFieldWidget

from brands import query_csv
from brands.admin.links import admin_url
from brands.admin.query_forms import BrandForm, BrandFormView
from brands.query_csv import COLUMNS, Line, Outcome, Sheet
from brands.spreadsheet import Unreadable, decoded

SHOWN = 200  # lines of the preview that are not refused; those that are refused are all shown


class ImportForm(BrandForm):
    file = forms.FileField(required=False, widget=UnfoldAdminFileFieldWidget, help_text="CSV in UTF-8, at most 1 MB.")
    table = forms.CharField(required=False, widget=forms.HiddenInput)  # the file's text, between look and save

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["table"].strip = False  # type: ignore[attr-defined]
        self.sheet: Sheet | None = None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        try:
            if data.get("file"):
                data["table"] = decoded(data["file"].read())
            if not data.get("table"):
                self.add_error("file", "Choose a file.")
            elif data.get("brand"):
                self.sheet = query_csv.look(data["brand"], data["table"])
        except Unreadable as error:
            self.add_error("file", str(error))
        return data


class ImportView(BrandFormView):
    """The first POST shows what would be saved, one with `save` saves it."""

    title = "Import queries"
    template_name = "brands/admin/query_import.html"
    form_class = ImportForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, columns=COLUMNS)

    def form_valid(self, form: ImportForm) -> HttpResponse:
        brand, table = form.cleaned_data["brand"], form.cleaned_data["table"]
        if "save" not in self.request.POST:
            return self.render_to_response(self.get_context_data(form=_with_table(form), **_shown(form.sheet)))
        counts = query_csv.save(brand, table).counts
        words = ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number)
        messages.success(self.request, f"Queries of {brand}: {words}.")
        return HttpResponseRedirect(admin_url("brands_query_changelist", brand__id__exact=brand.pk))


def _with_table(form: ImportForm) -> ImportForm:
    """The form that is shown next carries the file's text: a browser does not send the file again."""
    data = form.data.copy()  # type: ignore[attr-defined]
    data["table"] = form.cleaned_data["table"]
    form.data = data
    return form


def _shown(sheet: Sheet | None) -> dict[str, Any]:
    assert sheet is not None  # noqa: S101  (a valid form has one)
    refused = sheet.of(Outcome.REFUSED)
    others = [line for line in sheet.lines if line.outcome != Outcome.REFUSED]
    shown: list[Line] = sorted([*refused, *others[:SHOWN]], key=lambda line: line.number)
    ready = len(sheet.of(Outcome.CREATED, Outcome.CHANGED))
    return {"sheet": sheet, "shown": shown, "left_out": len(others[SHOWN:]), "ready": ready}
