from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget

from jobs.access import Right
from jobs.admin.base import JobsAdmin
from jobs.admin.filters import OwnerFilter
from jobs.admin.labels import NOTHING, field_title, site_moment
from jobs.channels import LONGEST_URL
from jobs.models import Channel


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    url = forms.CharField(
        label="Address",
        required=False,
        max_length=LONGEST_URL,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="https://… for a webhook, or in Apprise's notation: slack://…, tgram://…. It is never shown again.",
    )

    class Meta:
        model = Channel
        fields = ("name", "owner", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "owner" in self.fields:
            self.fields["owner"].label = field_title(Channel, "owner")
        if self.instance.sealed_url and "url" in self.fields:
            self.fields["url"].help_text = "There is one. Leave this empty to keep it."

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url:
            self.instance.url = url
        return url


@admin.register(Channel)
class ChannelAdmin(JobsAdmin):
    """Where the alerts of a customer are sent. Addresses hold tokens: only administrators are here."""

    form = ChannelForm
    reading = Right.MANAGE
    writing = Right.MANAGE
    list_display = ("name", "owner_cell", "is_active", "sent_cell", "error_cell")
    list_filter = (("owner", OwnerFilter),)
    search_fields = ("name",)
    autocomplete_fields = ("owner",)
    readonly_fields = ("owner_cell", "sent_cell", "error_cell")
    actions = None

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        whose, how = ("owner_cell", ["sent_cell", "error_cell"]) if obj else ("owner", [])
        return ["name", whose, "url", "is_active", *how]

    @display(description=field_title(Channel, "owner"), ordering="owner__name")
    def owner_cell(self, channel: Channel) -> str:
        return str(channel.owner)

    @display(description="Last sent", ordering="last_sent_at")
    def sent_cell(self, channel: Channel) -> SafeString | str:
        return site_moment(channel.last_sent_at)

    @display(description="Last error")
    def error_cell(self, channel: Channel) -> str:
        return channel.last_error or NOTHING
