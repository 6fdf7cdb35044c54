from collections import Counter

from django import forms
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from jobs.admin.base import SuperusersOnly
from jobs.admin.labels import NOTHING
from jobs.limits import runs_at_work
from jobs.models import JobRun, Limit
from jobs.models.limit import EACH, kinds
from jobs.status import RunStatus


def _choices() -> list[tuple[str, str]]:
    return [(kind, kind.replace("_", " ")) for kind in kinds()]


class LimitForm(forms.ModelForm):  # type: ignore[type-arg]
    kind = forms.ChoiceField(choices=_choices, widget=UnfoldAdminSelectWidget())

    class Meta:
        model = Limit
        fields = ("kind", "value", "at_once", "starts", "per_seconds")


@admin.register(Limit)
class LimitAdmin(SuperusersOnly, ModelAdmin):  # type: ignore[misc]  # unfold: mixin against base
    """Limits hold for all owners."""

    form = LimitForm
    list_display = ("name_cell", "at_once_cell", "starts_cell", "now_cell", "line_cell")
    actions = None

    @display(description="Limit", ordering="kind")
    def name_cell(self, limit: Limit) -> SafeString:
        kind = limit.kind.replace("_", " ")
        return format_html('<span class="job-pair">{}<small>{}</small></span>', limit.name, kind)

    @display(description="At once", ordering="at_once")
    def at_once_cell(self, limit: Limit) -> str:
        return str(limit.at_once or NOTHING)

    @display(description="Starts", ordering="starts")
    def starts_cell(self, limit: Limit) -> str:
        return f"{limit.starts} in {limit.per_seconds} s" if limit.starts else NOTHING

    @display(description="At work now")
    def now_cell(self, limit: Limit) -> str:
        return str(_most(limit, runs_at_work()))

    @display(description="In line")
    def line_cell(self, limit: Limit) -> str:
        waiting = JobRun.objects.filter(status=RunStatus.PENDING, waits_for__startswith=f"{limit.kind}:")
        return str(_most(limit, Counter(waiting.values_list("waits_for", flat=True))))


def _most(limit: Limit, counts: Counter[str]) -> int:
    """For a limit of each one: the number of the one that has most."""
    if limit.value != EACH:
        return counts[str(limit)]
    return max((count for key, count in counts.items() if key.startswith(f"{limit.kind}:")), default=0)
