from typing import Any

from django.core.exceptions import ValidationError as ModelError
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

NO_CURSOR = "This is no cursor of this list. Leave it out to start from the beginning."


class Pagination(CursorPagination):
    """A page and the addresses of its neighbours. Rows that come in meanwhile shift nothing; nobody counts all rows."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    page_size_query_description = "Rows on a page, 1 to 200."
    cursor_query_description = "From `next` or `previous` of another page."

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ModelError, ValueError, OverflowError, NotFound):
            raise ValidationError({"cursor": [NO_CURSOR]}) from None

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(view.list_ordering)

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get("limit", str(self.page_size))
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= self.max_page_size):
            raise ValidationError({"limit": [f"Write a number from 1 to {self.max_page_size}."]})
        return int(asked)
