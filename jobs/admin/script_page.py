"""The page of a script: what it says of itself, its arguments as a form, and what superusers decide about it."""

from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from jobs.access import Right, may_anywhere, scope
from jobs.admin.labels import field_title, page_of, site_moment, status_label
from jobs.admin.options_form import by_field, collected, model_fields
from jobs.dispatch import run_for_owner
from jobs.errors import InvalidOptions, ScriptRefused
from jobs.models import JobRun, Script
from jobs.scripts import decisions
from jobs.scripts.declaration import Declaration

TONES = {
    Script.State.NEW: "skipped",
    Script.State.APPROVED: "completed",
    Script.State.CHANGED: "partial",
    Script.State.REFUSED: "failed",
}
SHOWN = 10  # runs on the page


def state_label(script: Script) -> SafeString:
    return format_html('<span class="job-label job-label--{}">{}</span>', TONES[script.state], script.state.value)


class StartForm(forms.Form):
    """For whom a script runs, and its arguments, which are made from its declaration."""

    declaration: Declaration  # these two are set by `start_form`
    arguments: dict[str, Any]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        model = self.declaration.model
        given = collected(model, self.cleaned_data)
        self.arguments = {argument.name: given.get(argument.attribute) for argument in self.declaration.arguments}
        self.arguments = {name: value for name, value in self.arguments.items() if value is not None}
        for field, sentence in by_field(model, self.declaration.problems(self.arguments)).items():
            if field not in self.errors:
                self.add_error(field or None, sentence)
        return cleaned


class ReleaseForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Script
        fields = ("is_released", "released_to")
        widgets = {
            "is_released": UnfoldBooleanSwitchWidget(),
            "released_to": UnfoldAdminCheckboxSelectMultipleWidget(),
        }


def owners_for(script: Script, user: Any) -> Any:
    """Those for whom this user may run the script."""
    owners = scope(apps.get_model(settings.JOBS_OWNER_MODEL)._default_manager.all(), user, Right.WRITE)
    return owners if script.is_released else owners.filter(pk__in=script.released_to.all())


def start_form(script: Script, declaration: Declaration, user: Any, data: Any = None) -> StartForm:
    nobody = "None: a run that only superusers see" if user.is_superuser else None
    owner = forms.ModelChoiceField(
        owners_for(script, user),
        required=not user.is_superuser,
        empty_label=nobody,
        label=field_title(JobRun, "owner"),
        widget=UnfoldAdminSelectWidget(),
    )
    members = {"owner": owner, **model_fields(declaration.model, {}), "declaration": declaration}
    form: StartForm = type("StartForm", (StartForm,), members)(data)
    return form


def show(model_admin: Any, request: HttpRequest, object_id: str, form: StartForm | None = None) -> HttpResponse:
    script = _script(model_admin, request, object_id)
    file = decisions.look_at(script.name)
    script.refresh_from_db()
    user: Any = request.user
    runs = scope(JobRun.objects.filter(job_type="script", options__script=script.name), user).order_by("-created_at")
    if form is None and file is not None and may_anywhere(user, Right.WRITE):
        form = start_form(script, file.declaration, user)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": script.name,
        "opts": model_admin.opts,
        "original": script,
        "script": script,
        "label": state_label(script),
        "file": file,
        "seen": site_moment(script.seen_at),
        "approved": site_moment(script.approved_at),
        "must_be_approved": file is not None and bool(decisions.why_not_approved(file)),
        "form": form if file is not None else None,
        "release_form": ReleaseForm(instance=script) if user.is_superuser else None,
        "owner_title": field_title(JobRun, "owner").lower(),
        "runs": [(status_label(run.status, page_of(run)), site_moment(run.created_at), run) for run in runs[:SHOWN]],
    }
    return TemplateResponse(request, "admin/jobs/script/page.html", context)


def start(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """One attempt: whoever presses the button looks at what came of it before the script runs again."""
    script = _script(model_admin, request, object_id)
    if not may_anywhere(request.user, Right.WRITE):
        raise PermissionDenied
    file = decisions.look_at(script.name)
    if file is None:
        return _back(model_admin, request, script)
    form = start_form(script, file.declaration, request.user, request.POST)
    if not form.is_valid():
        return show(model_admin, request, object_id, form)
    options = {"script": script.name, "arguments": form.arguments}
    owner, name = form.cleaned_data["owner"], f"Script: {script.name}"
    try:
        run = run_for_owner("script", owner, options, request.user, name=name, max_attempts=1).run
    except InvalidOptions as error:
        return _back(model_admin, request, script, str(error))
    model_admin.log_change(request, script, f"Run: {run.pk}.")
    model_admin.message_user(request, "The run was made. A worker begins as soon as one is free.", messages.SUCCESS)
    return HttpResponseRedirect(page_of(run))


def approve(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    script = _script(model_admin, request, object_id, for_superusers=True)
    try:
        decisions.approve(script.name, request.POST.get("sha256", ""), request.user)
    except ScriptRefused as error:
        return _back(model_admin, request, script, str(error))
    model_admin.log_change(request, script, f"Approved as {request.POST['sha256']}.")
    return _back(model_admin, request, script, "The script is approved as it is now.", messages.SUCCESS)


def release(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    script = _script(model_admin, request, object_id, for_superusers=True)
    form = ReleaseForm(request.POST, instance=script)
    if not form.is_valid():
        return _back(model_admin, request, script, "That is no choice of this page. Nothing was changed.")
    form.save()
    to = "all" if script.is_released else ", ".join(map(str, form.cleaned_data["released_to"])) or "superusers alone"
    model_admin.log_change(request, script, f"Released to {to}.")
    return _back(model_admin, request, script, f"The script is released to {to}.", messages.SUCCESS)


def _script(model_admin: Any, request: HttpRequest, object_id: str, *, for_superusers: bool = False) -> Script:
    """The row; a 404 where there is none that the user sees, and no permission beyond that for most."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    script: Script | None = model_admin.get_object(request, object_id)
    if script is None:
        raise Http404("There is no script at this address.")
    if for_superusers and not request.user.is_superuser:
        raise PermissionDenied
    return script


def _back(
    model_admin: Any, request: HttpRequest, script: Script, words: str = "", level: int = messages.ERROR
) -> HttpResponse:
    script.refresh_from_db()
    model_admin.message_user(request, words or script.problem, level)
    return HttpResponseRedirect(reverse("admin:jobs_script_change", args=[script.pk]))
