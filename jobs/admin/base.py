"""What the engine's pages have in common."""

from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from jobs.access import ReadOnly

__all__ = ["JobsAdmin", "ReadOnly"]


class JobsAdmin(ModelAdmin):
    def gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What Django itself answers where a row is not there: a warning, on the start page."""
        response: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        return response
