"""What the engine's pages have in common."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from jobs.access import NothingThere, ScopedAdmin


class SuperusersOnly(NothingThere):
    """Rows that belong to no owner. Django's own permissions do not count here either."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)


class JobsAdmin(ScopedAdmin, ModelAdmin):  # type: ignore[misc]  # unfold: mixin against base
    def gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
