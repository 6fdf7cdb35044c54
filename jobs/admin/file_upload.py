"""The page that takes files: by drag and drop, or as a plain form where there is no script."""

from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from jobs.access import Right, scope
from jobs.admin.labels import field_title, page_of
from jobs.analysis.source import Unreadable
from jobs.files import analyse, expected
from jobs.models import UploadedFile
from jobs.upload_handler import is_too_large
from jobs.uploads import Refused, allowance, store, too_large

MOST_FILES = 20


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files; empty ones are let through, so that each can be told what is wrong with it."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [file for file in (data or []) if file is not None]
        if not files:
            raise forms.ValidationError("Choose a file.")
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"{len(files)} files at once; {MOST_FILES} are the most.")
        return files


class UploadForm(forms.Form):
    owner = forms.ModelChoiceField(UploadedFile.objects.none(), widget=UnfoldAdminSelectWidget)
    description = forms.CharField(
        label="Your business, in a sentence",
        required=False,
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="For example: “We sell coffee machines online; a row is an order.” It is shown beside the insights.",
    )
    series = forms.CharField(
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text="A name that files of a kind share, for example “monthly orders”: each is compared with the last.",
    )
    analyse = forms.BooleanField(label="Analyse at once", required=False, initial=True, widget=UnfoldBooleanWidget)
    uploads = FilesField()

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = scope(apps.get_model(settings.JOBS_OWNER_MODEL)._default_manager.all(), user, Right.WRITE)
        field: Any = self.fields["owner"]
        field.queryset, field.label = owners, field_title(UploadedFile, "owner")
        if owners.count() == 1:
            field.initial = owners.get().pk


def upload_view(model_admin: "ModelAdmin", request: HttpRequest) -> HttpResponse:
    is_post = request.method == "POST"
    form = UploadForm(request.POST if is_post else None, request.FILES if is_post else None, user=request.user)
    if is_post and is_too_large(request.META.get("CONTENT_LENGTH") or ""):
        form = UploadForm(user=request.user)
        messages.error(request, too_large())
    elif is_post and form.is_valid():
        kept = [file for upload in form.cleaned_data["uploads"] if (file := _kept(request, upload, form.cleaned_data))]
        if kept:
            return HttpResponseRedirect(
                page_of(kept[0]) if len(kept) == 1 else reverse("admin:jobs_uploadedfile_changelist")
            )
    owners: Any = form.fields["owner"]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Upload files",
        "opts": model_admin.opts,
        "form": form,
        "plain": [form[name] for name in ("owner", "description", "series", "analyse")],
        "room": [(owner, allowance(owner.pk).in_words) for owner in owners.queryset[:20]],
        "limit": settings.FILE_LIMIT,
        "cost": expected(),
    }
    return TemplateResponse(request, "admin/jobs/uploadedfile/upload.html", context)


def _kept(request: HttpRequest, upload: Any, data: dict[str, Any]) -> UploadedFile | None:
    try:
        stored = store(data["owner"], upload, description=data["description"], series=data["series"], user=request.user)
    except (Refused, Unreadable) as error:
        messages.error(request, f"{upload.name}: {error}")
        return None
    if not stored.created:
        messages.warning(request, f"{upload.name}: the same content is there already, as “{stored.file}”.")
        return stored.file
    if data["analyse"]:
        analyse(stored.file, request.user)
    words = "The analysis begins as soon as a worker is free." if data["analyse"] else "It is not analysed yet."
    messages.success(request, f"{upload.name} is kept. {words}")
    return stored.file
