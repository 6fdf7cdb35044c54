"""The form of a service: its preset fills in what is left empty, its secret is written and never shown."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from jobs.admin.labels import field_title
from jobs.admin.options_form import LinesField
from jobs.models import Service
from jobs.models.service import PATHS, TAKEN, check_secret
from jobs.presets import fields_of
from jobs.services import Trial, try_out
from jobs.thresholds import thresholds

TRY = "_try"


class ThresholdsField(forms.CharField):
    """Thresholds as lines of text: "disk_usage_mb above 9000"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, thresholds(value))) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        try:
            return [each.as_json() for each in thresholds(str(value or ""))]
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    secret = forms.CharField(
        required=False,
        strip=True,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="The header's whole value, for example the key, or “Bearer” and a token. It is never shown again.",
    )
    forget_secret = forms.BooleanField(label="Take the secret away", required=False, widget=UnfoldBooleanSwitchWidget)
    thresholds = ThresholdsField(
        required=False, help_text="One a line: disk_usage_mb above 9000. Each raises an alert while it is crossed."
    )
    labels = LinesField(required=False, help_text="One a line. A job can be about the services with a label.")

    trial: Trial | None = None  # what “Try it” has found

    class Meta:
        model = Service
        fields = [
            *("name", "owner", "preset", "url", "auth_header", "is_active", *PATHS, "asks", "asks_param"),
            *("cursor_param", "thresholds", "labels"),
        ]
        error_messages = {NON_FIELD_ERRORS: {"unique_together": TAKEN}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "owner" in self.fields:
            self.fields["owner"].label = field_title(Service, "owner")
        if self.instance.has_secret and "secret" in self.fields:
            self.fields["secret"].help_text = "There is one. Leave this empty to keep it."

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self._take_secret(cleaned)
        if self.instance._state.adding:
            for name, value in fields_of(cleaned.get("preset") or "generic").items():
                if not cleaned.get(name) or (name == "asks" and cleaned[name] == "all"):
                    cleaned[name] = value
        return cleaned

    def _take_secret(self, cleaned: dict[str, Any]) -> None:
        secret = cleaned.get("secret", "")
        if problem := check_secret(secret):
            self.add_error("secret", problem)
        elif secret or cleaned.get("forget_secret"):
            self.instance.secret = secret

    def _post_clean(self) -> None:
        """“Try it” asks the service as the form says, and saves nothing."""
        super()._post_clean()  # type: ignore[misc]
        if TRY in self.data and not self.errors:
            self.trial = try_out(self.instance)
            self.add_error(None, "Nothing was saved yet.")
