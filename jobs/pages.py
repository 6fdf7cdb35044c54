"""Addresses of the admin's pages for code that is no page itself.

`reverse` would load every page of the site first: half a second and 30 MB in a beat that has an alert to raise.
"""

from typing import Any

from django.db.models import Model

ADMIN = "/admin/"


def list_page(model: type[Model]) -> str:
    return f"{ADMIN}{model._meta.app_label}/{model._meta.model_name}/"


def row_page(model: type[Model], key: Any, page: str = "change") -> str:
    """The page of the row with that primary key, a number or a UUID."""
    return f"{list_page(model)}{key}/{page}/"
