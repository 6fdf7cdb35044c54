"""The part of a form that says when a job runs: by cron, every so often, or once."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.admin import HORIZONTAL
from django.utils import timezone
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from jobs import cron
from jobs.errors import InvalidSchedule
from jobs.models import ScheduledJob

KINDS = [("cron", "By cron expression"), ("interval", "Every so often"), ("once", "Once")]
YEARS = range(2000, 2101)
EVERY_MORNING = "0 9 * * *"
PERIODS = [("minutes", "minutes"), ("hours", "hours"), ("days", "days")]
SCHEDULE_FIELDS = ("schedule_kind", "cron_expression", "timezone", "every", "period", "once_at", "starts_at", "ends_at")
CRON_HELP = (
    "Minute, hour, day of month, month, day of week. “0 9 * * 1-5” is 09:00 from Monday to Friday, "
    "“*/30 * * * *” every half hour."
)


class ZoneWidget(UnfoldAdminTextInputWidget):
    """A text field that offers all time zones as one types."""

    template_name = "jobs/widgets/zone.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, {**(attrs or {}), "list": "job-zones"})
        context["zones"] = sorted(available_timezones())
        return context


class MomentWidget(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"class": " ".join([*INPUT_CLASSES, "job-narrow"])}, format="%Y-%m-%dT%H:%M")


class WallClockField(forms.Field):
    """A date and a time as a clock on the wall shows them; the zone is said elsewhere."""

    widget = MomentWidget

    def to_python(self, value: Any) -> datetime | None:
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(str(value)).replace(tzinfo=None)
        except ValueError:
            raise forms.ValidationError("Write a day and a time, for example 2030-01-31 09:00.") from None
        if moment.year not in YEARS:
            raise forms.ValidationError(f"Choose a year from {YEARS[0]} to {YEARS[-1]}.")
        return moment


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]
    schedule_kind = forms.ChoiceField(
        label="Runs", choices=KINDS, widget=UnfoldAdminRadioSelectWidget(radio_style=HORIZONTAL), initial="cron"
    )
    cron_expression = forms.CharField(
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"class": "job-mono"}),
        help_text=CRON_HELP,
    )
    timezone = forms.CharField(
        label="Time zone",
        required=False,
        max_length=63,
        widget=ZoneWidget(),
        help_text="Type to search, for example Zurich.",
    )
    every = forms.IntegerField(required=False, min_value=1, max_value=10_000, widget=UnfoldAdminIntegerFieldWidget())
    period = forms.ChoiceField(label="Unit", choices=PERIODS, required=False, widget=UnfoldAdminSelectWidget())
    once_at = WallClockField(label="At", required=False, help_text="In the time zone above.")
    starts_at = WallClockField(label="Starts", required=False, help_text="Nothing runs before. Empty: at once.")
    ends_at = WallClockField(label="Ends", required=False, help_text="Nothing runs from then on. Empty: never.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {**schedule_of(self.instance), **self.initial}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        kind = self.cleaned_data.get("schedule_kind")
        if kind and not any(name in self.errors for name in SCHEDULE_FIELDS):
            self._set_span()
            getattr(self, f"_set_{kind}")()
        return cleaned

    def _set_span(self) -> None:
        for name, attribute in (("starts_at", "start_time"), ("ends_at", "expires")):
            moment = self.cleaned_data.get(name)
            try:
                setattr(self.instance, attribute, self._exactly(moment) if moment else None)
            except InvalidSchedule as error:
                self.add_error(name, str(error))

    def _set_cron(self) -> None:
        expression = self.cleaned_data["cron_expression"].strip()
        if not expression:
            self.add_error("cron_expression", "Write when it runs, for example 0 9 * * * for 09:00 every day.")
        elif self._zone_is_known():
            try:
                self.instance.set_cron(expression, self.cleaned_data["timezone"].strip())
            except InvalidSchedule as error:
                self.add_error("cron_expression", str(error))

    def _set_interval(self) -> None:
        every = self.cleaned_data.get("every")
        if every:
            self.instance.set_interval(every, self.cleaned_data["period"] or PERIODS[0][0])
        else:
            self.add_error("every", "Write a whole number, 1 or more.")

    def _set_once(self) -> None:
        moment = self.cleaned_data.get("once_at")
        if moment is None:
            self.add_error("once_at", "Choose a day and a time.")
        elif self._zone_is_known():
            try:
                self.instance.set_once(self._exactly(moment))
            except InvalidSchedule as error:
                self.add_error("once_at", str(error))

    def _exactly(self, wall_clock: datetime) -> datetime:
        """That moment in UTC; raise InvalidSchedule for one that the zone's clocks skip."""
        name = self.cleaned_data["timezone"].strip()
        local = wall_clock.replace(tzinfo=cron.zone(name))
        moment = local.astimezone(UTC)
        if moment.astimezone(local.tzinfo).replace(tzinfo=None) != wall_clock:
            raise InvalidSchedule(f"Clocks in {name} skip that moment: summer time begins.")
        return moment

    def _zone_is_known(self) -> bool:
        try:
            cron.zone(self.cleaned_data["timezone"].strip())
        except InvalidSchedule as error:
            self.add_error("timezone", str(error))
            return False
        return True


def schedule_of(job: ScheduledJob) -> dict[str, Any]:
    """What the schedule fields show for a job."""
    shown = _kind_of(job)
    local = cron.zone(shown["timezone"])
    span = (("starts_at", job.start_time), ("ends_at", job.expires))
    return shown | {name: timezone.localtime(moment, local).replace(tzinfo=None) for name, moment in span if moment}


def _kind_of(job: ScheduledJob) -> dict[str, Any]:
    zone = timezone.get_default_timezone_name()
    if job.interval:
        return {
            "schedule_kind": "interval",
            "every": job.interval.every,
            "period": job.interval.period,
            "timezone": zone,
        }
    if job.clocked:
        local = timezone.localtime(job.clocked.clocked_time, cron.zone(zone))
        return {"schedule_kind": "once", "once_at": local.replace(tzinfo=None), "timezone": zone}
    if job.crontab:
        return {"schedule_kind": "cron", "cron_expression": job.cron_expression, "timezone": job.time_zone}
    return {"schedule_kind": "cron", "cron_expression": EVERY_MORNING, "timezone": zone}
