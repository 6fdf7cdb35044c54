"""The part of a form that says what happens where runs meet, where ticks are missed, and when nothing may run."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from jobs.blackout import from_line, windows
from jobs.errors import InvalidSchedule
from jobs.models import ScheduledJob

POLICIES = (
    "overlap",
    "catch_up",
    "misfire_grace_seconds",
    "jitter_seconds",
    "blackout",
    "queue",
    "priority",
)
LIMITS = ("timeout_seconds", "kill_after_seconds", "max_attempts", "backoff_seconds")
HAVE_DEFAULTS = ("overlap", "catch_up", "misfire_grace_seconds", "jitter_seconds", "kill_after_seconds")
HELP = {
    "queue": "Only workers that take from this queue run it. Empty: the default queue.",
    "priority": "0 is first, 9 is last. Empty counts as 0.",
    "timeout_seconds": "Seconds after which the run stops at its next part.",
}
LABELS = {
    "misfire_grace_seconds": "Grace for missed ticks (seconds)",
    "jitter_seconds": "Jitter (seconds)",
}


class WindowsField(forms.CharField):
    """Blackout windows, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        placeholder = "sat,sun 00:00-24:00\n22:00-06:00"
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 3, "placeholder": placeholder})
        super().__init__(widget=widget, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        try:
            return "\n".join(map(str, windows(value)))
        except InvalidSchedule:  # a row that was written past the forms
            return ""

    def to_python(self, value: Any) -> Any:
        try:
            return [from_line(line).as_json() for line in str(value or "").splitlines() if line.strip()]
        except InvalidSchedule as error:
            raise ValidationError(str(error)) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial or []) or "").strip() != str(data or "").strip()


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    blackout = WindowsField(
        label="Blackout windows",
        help_text="Hours in which it does not run, one window a line, in the time zone of its schedule.",
    )
    queue = forms.CharField(
        required=False, max_length=100, widget=UnfoldAdminTextInputWidget(attrs={"class": "job-narrow"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in HAVE_DEFAULTS:
            if name in self.fields:
                self.fields[name].required = False
        for name in HELP.keys() & self.fields.keys():
            self.fields[name].help_text = HELP[name]
        for name in LABELS.keys() & self.fields.keys():
            self.fields[name].label = LABELS[name]

    def clean(self) -> dict[str, Any] | None:
        """A policy that was left empty is the default one."""
        cleaned = super().clean()
        for name in HAVE_DEFAULTS:
            if name in self.fields and self.cleaned_data.get(name) in (None, "") and name not in self.errors:
                self.cleaned_data[name] = getattr(ScheduledJob(), name)
        self.cleaned_data["queue"] = self.cleaned_data.get("queue") or None
        return cleaned
