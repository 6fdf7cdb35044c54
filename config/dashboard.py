"""The start page of the admin: what to do on a fresh install, then the engine's part, then what other apps add.

An app adds its part by a function in PANELS that takes the request and returns the context of its template.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from brands.admin import dashboard as visibility
from brands.models import Brand, Query
from jobs.admin import dashboard
from jobs.models import ScheduledJob

Panel = tuple[str, Callable[[HttpRequest], dict[str, Any]]]
PANELS: list[Panel] = [
    ("brands/budgets.html", visibility.budget_panel),
    ("jobs/dashboard.html", dashboard.panel),
    ("brands/dashboard.html", visibility.panel),
]


@dataclass(frozen=True, slots=True)
class Step:
    words: str
    url: str
    is_done: bool


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK."""
    steps = first_steps(request)
    return {
        **context,
        "title": "Overview",
        "steps": [] if all(step.is_done for step in steps) else steps,
        "panels": [(template, panel(request)) for template, panel in PANELS],
    }


def first_steps(request: HttpRequest) -> list[Step]:
    """The way from a fresh install to the first answers, for those who may go it."""
    ways: tuple[tuple[str, type[Model]], ...] = (
        ("Add a customer and a brand with its other names, web sites and competitors.", Brand),
        ("Add the queries: the questions that people ask answer engines.", Query),
        ("Add a scheduled job that asks them.", ScheduledJob),
    )
    return [
        Step(
            words,
            reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_add"),
            dashboard.visible(request, model).exists(),
        )
        for words, model in ways
        if admin.site._registry[model].has_add_permission(request)
    ]
