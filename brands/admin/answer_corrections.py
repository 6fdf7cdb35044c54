"""Correcting what scorers found in one answer, on the answer's page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path

from brands.admin.base import DomainAdmin
from brands.admin.links import admin_url
from brands.correcting import NothingToCorrect, correct, withdraw, words_in
from brands.models import Answer, Brand, Competitor, Correction, Score
from jobs.access import Right, may

CONTEXT = 40  # characters beside a mention


def may_correct(request: HttpRequest, answer: Answer) -> bool:
    return may(request.user, Right.WRITE, answer.brand.customer_id)


def corrections_panel(request: HttpRequest, answer: Answer) -> dict[str, Any]:
    """Context for `answer_corrections.html`."""
    rows: list[Brand | Competitor] = [answer.brand, *answer.brand.competitors.all()]
    names = {row.pk: row.name for row in rows}
    mentions = answer.scores.filter(is_current=True, scorer="mentions")
    return {
        "may": may_correct(request, answer) and bool(mentions),
        "address": admin_url("brands_answer_correct", answer.pk),
        "entities": [(str(row.pk), row.name) for row in rows],
        "mentions": [each for score in mentions for each in _mentions(answer, score, names)],
        "labels": Correction.Label.choices,
        "in_force": answer.corrections.filter(withdrawn_at=None).select_related("brand", "competitor"),
    }


def _mentions(answer: Answer, score: Score, names: dict[UUID, str]) -> list[tuple[str, str]]:
    """Value and words of each place, for a choice."""
    key = score.brand_id or score.competitor_id
    return [
        (f"{key}:{found['start']}:{found['end']}", f"{names.get(key, '')}: {_beside(answer.text, found)}")
        for found in score.evidence
        if key is not None and isinstance(found.get("start"), int) and isinstance(found.get("end"), int)
    ]


def _beside(text: str, found: dict[str, Any]) -> str:
    start, end = max(0, found["start"] - CONTEXT), found["end"] + CONTEXT
    return " ".join(f"…{text[start:end]}…".split())


class AnswerCorrections(DomainAdmin):
    """What the answer's ModelAdmin has beside its list and its page."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.correct_view)
        return [path("<uuid:pk>/correct/", view, name="brands_answer_correct"), *super().get_urls()]

    def correct_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        answer = self.get_object(request, str(pk))
        if answer is None or request.method != "POST":
            raise Http404
        if not may_correct(request, answer):
            raise PermissionDenied
        try:
            messages.success(request, _done(answer, request.POST, request.user))
        except (NothingToCorrect, ValueError) as error:
            messages.error(request, str(error) if isinstance(error, NothingToCorrect) else "Choose what to correct.")
        return HttpResponseRedirect(admin_url("brands_answer_change", answer.pk))


def _done(answer: Answer, asked: QueryDict, user: Any) -> str:
    note = asked.get("note", "")[:500]
    if "withdraw" in asked:
        found = answer.corrections.filter(pk=UUID(str(asked["withdraw"]))).first()
        if found is None:
            raise NothingToCorrect("That correction is not there.")
        withdraw(found)
        return "The correction was withdrawn: the scorers' word counts again."
    if asked.get("do") == "not_a_mention":
        key, start, end = asked.get("mention", "").split(":")
        where = {"start": int(start), "end": int(end)}
        correct(answer, _entity(answer, key), Correction.Kind.NOT_A_MENTION, user, note=note, **where)
        return "This place no longer counts as a mention."
    entity = _entity(answer, asked.get("entity", ""))
    if asked.get("do") == "mention":
        first, last = words_in(answer, asked.get("words", ""))
        correct(answer, entity, Correction.Kind.MENTION, user, note=note, start=first, end=last)
        return f"These words count as a mention of {entity} from now on."
    label = Correction.Label(asked.get("label", ""))
    correct(answer, entity, Correction.Kind.SENTIMENT, user, note=note, label=label)
    return f"The sentiment towards {entity} counts as {label} from now on."


def _entity(answer: Answer, key: str) -> Brand | Competitor:
    rows: list[Brand | Competitor] = [answer.brand, *answer.brand.competitors.all()]
    found = next((row for row in rows if str(row.pk) == key), None)
    if found is None:
        raise NothingToCorrect("Choose the brand or a competitor.")
    return found
