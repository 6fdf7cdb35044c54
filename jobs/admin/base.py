"""What the engine's pages have in common."""

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin


class ReadOnly:
    """Rows that are looked at and never edited by hand, not even by superusers."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class JobsAdmin(ModelAdmin):
    def gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What Django itself answers where a row is not there: a warning, on the start page."""
        response: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        return response
