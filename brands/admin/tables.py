"""Lists as CSV files."""

from collections.abc import Iterable
from copy import copy
from typing import TypeVar
from urllib.parse import urlsplit

from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils import timezone

M = TypeVar("M", bound=Model)


def table_response(pieces: Iterable[str], name: str) -> StreamingHttpResponse:
    """A CSV file to download; `name` without its ending."""
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate()}.csv"'
    return response


def listed(model_admin: "ModelAdmin[M]", request: HttpRequest) -> QuerySet[M]:
    """The rows of the list that the request was called from, with its search and filters.

    Of the address that it came from only these are used. Where they make no sense, it is all rows that the user sees.
    """
    same = copy(request)
    same.GET = QueryDict(urlsplit(request.headers.get("Referer", "")).query)
    try:
        rows: QuerySet[M] = model_admin.get_changelist_instance(same).queryset
        return rows
    except IncorrectLookupParameters:
        return model_admin.get_queryset(request)
