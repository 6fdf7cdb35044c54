"""The form of a scheduled job. Its option fields are those of the job type that is chosen."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict
from unfold.widgets import UnfoldAdminSelectWidget

from jobs.access import Right, may, scope
from jobs.admin.labels import field_title
from jobs.admin.options_form import PREFIX, collected, option_fields, problems
from jobs.admin.policy_form import LIMITS, POLICIES, PolicyForm
from jobs.admin.schedule_form import SCHEDULE_FIELDS, ScheduleForm
from jobs.job_type import JobType, job_types
from jobs.models import ScheduledJob
from jobs.schedules import own_name

NOBODY = UUID(int=0)  # where an owner is missing still: nothing is for it, so that nothing is told
TYPE_CHANGED = "The options below are those of “{}” now. Look at them and save again."


def type_choices() -> list[tuple[str, str]]:
    return sorted(((name, job_type.label) for name, job_type in job_types.items()), key=lambda choice: choice[1])


class ScheduledJobForm(ScheduleForm, PolicyForm):
    job_type = forms.ChoiceField(label="Type", choices=type_choices, widget=UnfoldAdminSelectWidget())
    options_for = forms.CharField(required=False, widget=forms.HiddenInput())  # whose options the page showed

    chosen_type: type[JobType] | None = None  # set by form_for
    user: Any = None  # set by form_for

    class Meta:
        model = ScheduledJob
        error_messages = {"name": {"unique": "Another scheduled job or periodic task has this name."}}
        fields = [
            "name",
            "job_type",
            "owner",
            "subject",
            "enabled",
            *LIMITS,
            *POLICIES,
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.chosen_type.name if self.chosen_type else ""
        self.initial = {**self.initial, "options_for": name, "job_type": name}
        self._name_fields()
        self.type_changed = self.is_bound and bool(name) and self.data.get(self.add_prefix("options_for")) != name
        if self.type_changed:
            self._fill_in_options(name)

    def _name_fields(self) -> None:
        if "name" in self.fields:
            self.fields["name"].help_text = ""
        for name in ("owner", "subject"):
            if name in self.fields:
                self.fields[name].label = field_title(ScheduledJob, name)
        if "enabled" in self.fields:
            self.fields["enabled"].label = "Active"
            self.fields["enabled"].help_text = "Off: it keeps its schedule and does not run. It can still be triggered."
        if "owner" in self.fields:
            subject = field_title(ScheduledJob, "subject").lower()
            self.fields["owner"].help_text = f"Left empty, it is that of the {subject}."

    def _fill_in_options(self, name: str) -> None:
        """The page had another type's options: show the defaults of the new one, to be seen before they are saved."""
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("options_for")] = name
        for field_name, field in self.fields.items():
            if field_name.startswith(PREFIX):
                value = field.prepare_value(field.initial)
                data.setlist(self.add_prefix(field_name), value if isinstance(value, list) else _posted(value))
        self.data = data

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self._check_owner()
        name = self.cleaned_data.get("job_type", "")
        if self.type_changed and name in job_types:
            self.add_error("job_type", TYPE_CHANGED.format(job_types.get(name).label))
        elif self.chosen_type and name in job_types:
            self.instance.options = collected(self.chosen_type.Options, self.cleaned_data)
            self._say_problems(name)
        return cleaned

    def _check_owner(self) -> None:
        """A job without an owner would be out of reach for whoever is no superuser, and so is a stranger's name."""
        owner = self.cleaned_data.get("owner") or getattr(self.cleaned_data.get("subject"), "owner", None)
        if owner is None and not {"owner", "subject"} & self.errors.keys() and not may(self.user, Right.WRITE, None):
            self.add_error("owner", f"Choose a {field_title(ScheduledJob, 'owner').lower()}.")
        others = ScheduledJob.objects.filter(name=self.cleaned_data.get("name")).exclude(pk=self.instance.pk)
        if owner and others.exists() and not scope(others, self.user).exists():
            self.cleaned_data["name"] = own_name(self.cleaned_data["name"], owner)

    def _say_problems(self, name: str) -> None:
        owner = self.cleaned_data.get("owner") or getattr(self.cleaned_data.get("subject"), "owner", None)
        nobody = None if may(self.user, Right.WRITE, None) else NOBODY
        found = problems(name, self.instance.options, owner.pk if owner else nobody)
        for field, sentence in found.items():
            if field not in self.errors:
                self.add_error(field or None, sentence)
        if found:
            self.instance.options = {}  # nothing is saved now, and the model goes on to check the rest

    def _update_errors(self, errors: ValidationError) -> None:
        """The model's own words about the options are left out: `clean` has put each beside its field."""
        if any(name in self.errors for name in SCHEDULE_FIELDS) and not hasattr(errors, "error_dict"):
            return  # the model would say once more, and less clearly, that it has no schedule
        if hasattr(errors, "error_dict"):
            kept = {name: found for name, found in errors.error_dict.items() if name != "options"}
            if not kept:
                return
            names = {name: name for name in self.fields} | {"start_time": "starts_at", "expires": "ends_at"}
            errors = ValidationError({names.get(name, NON_FIELD_ERRORS): found for name, found in kept.items()})
        super()._update_errors(errors)  # type: ignore[misc]


def _posted(value: Any) -> list[str]:
    """As a browser would send it; a checkbox that is off is not sent."""
    return [] if value is None or value is False else ["on" if value is True else str(value)]


def form_for(job_type: type[JobType] | None, options: dict[str, Any], user: Any) -> type[ScheduledJobForm]:
    """The form with the option fields of that job type, for that user."""
    fields = option_fields(job_type, options) if job_type else {}
    attributes = {**fields, "chosen_type": job_type, "user": user, "Meta": ScheduledJobForm.Meta}
    return type("ScheduledJobForm", (ScheduledJobForm,), attributes)
