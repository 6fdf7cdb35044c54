from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import truncatechars
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from brands.admin.answer_columns import with_columns
from brands.admin.answer_corrections import AnswerCorrections, corrections_panel
from brands.admin.answer_page import answer_page
from brands.admin.base import EmptyState
from brands.admin.filters import (
    AnswerBrandedFilter,
    CitesFilter,
    CollectorFilter,
    DayFilter,
    MentionsFilter,
    RelatedFilter,
    RunFilter,
)
from brands.admin.links import admin_url_or_none
from brands.admin.words import NONE, STATUS_LABELS, signed
from brands.models import Answer
from jobs.access import Right, may


@admin.register(Answer)
class AnswerAdmin(AnswerCorrections):
    """Answers are what engines said: nobody adds, changes or deletes one here."""

    list_display = [
        "asked_question",
        "engine",
        "state",
        "mentioned",
        "position",
        "sentiment",
        "citations",
        "cost",
        "asked",
    ]
    list_filter = [
        ("brand", RelatedFilter),
        CollectorFilter,
        ("status", ChoicesDropdownFilter),
        MentionsFilter,
        ("query__topic", RelatedFilter),
        AnswerBrandedFilter,
        RunFilter,
        CitesFilter,
        ("asked_at", DayFilter),
    ]
    list_filter_submit = True
    list_select_related = ["brand__customer"]
    list_per_page = 50
    search_fields = ["question", "text"]
    search_help_text = "Searches the questions and the answers' texts."
    ordering = ["-asked_at"]
    change_form_template = "brands/admin/answer.html"
    reading = Right.RESULTS
    fields = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Answer | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Answer | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "query__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Answer]:
        queryset: QuerySet[Answer] = super().get_queryset(request)
        return with_columns(queryset).defer("body", "text")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer = self.get_object(request, unquote(object_id))
        page, corrections = None, {}
        if answer is not None and self.has_view_permission(request, answer):
            page = answer_page(answer, reads_the_rest=may(request.user, Right.READ, answer.brand.customer_id))
            corrections = corrections_panel(request, answer)
        extra_context = {**(extra_context or {}), "page": page, "corrections": corrections}
        return super().change_view(request, object_id, form_url, extra_context)

    @display(description="question", ordering="question")
    def asked_question(self, answer: Answer) -> str:
        sample = " · sample data" if answer.brand.customer.is_sample else ""
        return format_html(
            '<span class="bb-cell"><span>{}</span><small>{}{}</small></span>',
            truncatechars(answer.question, 90),
            answer.brand,
            sample,
        )

    @display(description="collector", ordering="collector")
    def engine(self, answer: Answer) -> str:
        return format_html(
            '<span class="bb-cell bb-nowrap"><span>{}</span><small>{}</small></span>', answer.collector, answer.provider
        )

    @display(description="status", ordering="status", label=STATUS_LABELS)
    def state(self, answer: Answer) -> str:
        return answer.status

    @display(description="brand mentioned", ordering="mention_count", empty_value=NONE)
    def mentioned(self, answer: Any) -> str | None:
        if answer.mention_count is None:
            return None if answer.status != Answer.Status.ANSWERED else "not scored yet"
        return f"yes, {answer.mention_count} ×" if answer.mention_count else "no"

    @display(description="first position", ordering="first_position", empty_value=NONE)
    def position(self, answer: Any) -> str | None:
        return f"word {answer.first_position}" if answer.first_position is not None else None

    @display(description="sentiment", ordering="sentiment_score", empty_value=NONE)
    def sentiment(self, answer: Any) -> str | None:
        if answer.sentiment_label is None:
            return None
        score = "" if answer.sentiment_score is None else signed(answer.sentiment_score)
        return format_html('<span class="bb-nowrap">{} {}</span>', answer.sentiment_label, score)

    @display(description="citations", ordering="cited_count")
    def citations(self, answer: Any) -> int:
        return int(answer.cited_count)

    @display(description="cost", ordering="cost_usd", empty_value=NONE)
    def cost(self, answer: Answer) -> str | None:
        return None if answer.cost_usd is None else f"${answer.cost_usd:.4f}"

    @display(description="asked", ordering="asked_at")
    def asked(self, answer: Answer) -> str:
        moment = timezone.localtime(answer.asked_at)
        return format_html(
            '<span class="bb-cell bb-nowrap"><span>{}</span><small>{}</small></span>',
            date_format(moment, "Y-m-d"),
            date_format(moment, "H:i"),
        )

    def empty_state(self, request: HttpRequest) -> EmptyState:
        return EmptyState(
            "No answers yet",
            "Answers come in when a collection has run: schedule one for a brand, or start it now.",
            "Schedule a collection",
            admin_url_or_none("jobs_scheduledjob_add"),
        )
