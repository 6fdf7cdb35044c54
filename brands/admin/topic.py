from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.decorators import display

from brands.admin.base import DomainAdmin, EmptyState
from brands.admin.filters import RelatedFilter
from brands.admin.links import admin_url
from brands.models import Topic


class TopicForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Topic
        fields = ["brand", "name"]
        error_messages = {NON_FIELD_ERRORS: {"unique_together": "This brand already has a topic of this name."}}


@admin.register(Topic)
class TopicAdmin(DomainAdmin):
    form = TopicForm
    list_display = ["name", "brand", "queries"]
    list_filter = [("brand", RelatedFilter)]
    list_filter_submit = True
    list_select_related = ["brand__customer"]
    ordering = ["name"]  # said here, since counting drops the model's own
    search_fields = ["name", "brand__name"]
    autocomplete_fields = ["brand"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        queryset: QuerySet[Topic] = super().get_queryset(request)
        return queryset.annotate(query_count=Count("queries"))

    @display(description="queries", ordering="query_count")
    def queries(self, topic: Any) -> str:
        link = admin_url("brands_query_changelist", topic__id__exact=topic.pk)
        return format_html('<a class="bb-link" href="{}">{}</a>', link, topic.query_count)

    def empty_state(self, request: HttpRequest) -> EmptyState:
        return EmptyState(
            "No topics yet",
            "A topic groups a brand's queries, so that answers can be filtered by it. Topics also come into being "
            "when many queries are added at once.",
            "Add topic",
            admin_url("brands_topic_add"),
        )
