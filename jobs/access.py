"""Who may see and do what: the one place that the API and the admin ask.

A row belongs to an owner; `owner_path` of its model is the way there. A membership gives a user a role with an owner,
and a role has rights. Superusers have every right, and nobody else has any to rows without an owner.
"""

from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse

M = TypeVar("M", bound=models.Model)
OWNER = settings.JOBS_OWNER_MODEL.rpartition(".")[2].lower()  # what the project calls it, and its memberships' field
SUBJECT = settings.JOBS_SUBJECT_MODEL.rpartition(".")[2].lower()


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    ANALYST = "analyst"
    CUSTOMER_USER = "customer_user"


class Right(StrEnum):
    RESULTS = "results"  # read what came out: brands, answers, scores, metrics
    READ = "read"  # read the rest too: jobs, runs, queries
    WRITE = "write"  # change rows; trigger, retry and cancel runs
    MANAGE = "manage"  # change the owner itself, and who its members are


RIGHTS: dict[str, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.OPERATOR: frozenset({Right.RESULTS, Right.READ, Right.WRITE}),
    Role.ANALYST: frozenset({Right.RESULTS, Right.READ}),
    Role.CUSTOMER_USER: frozenset({Right.RESULTS}),
}


def _is_superuser(user: Any) -> bool:
    return bool(user.is_active and user.is_superuser)


def _memberships(user: Any, right: Right) -> models.QuerySet[Any]:
    model: Any = apps.get_model(settings.JOBS_MEMBERSHIP_MODEL)
    if not (user.is_authenticated and user.is_active):
        return model.objects.none()  # type: ignore[no-any-return]
    roles = [role for role, rights in RIGHTS.items() if right in rights]
    return model.objects.filter(user_id=user.pk, role__in=roles)  # type: ignore[no-any-return]


def scope(rows: models.QuerySet[M], user: Any, right: Right = Right.READ) -> models.QuerySet[M]:
    """Those of the rows to which the user has that right; none where the model does not say whose its rows are."""
    if _is_superuser(user):
        return rows
    path = getattr(rows.model, "owner_path", None)
    if path is None:
        return rows.none()
    return rows.filter(**{f"{path}__in": _memberships(user, right).values(f"{OWNER}_id")})


def may(user: Any, right: Right, owner_id: UUID | None) -> bool:
    """Whether the user has that right to rows of this owner; None stands for rows without an owner."""
    if _is_superuser(user):
        return True
    return owner_id is not None and _memberships(user, right).filter(**{f"{OWNER}_id": owner_id}).exists()


def may_anywhere(user: Any, right: Right) -> bool:
    """Whether there is any owner with whom the user has that right."""
    return _is_superuser(user) or _memberships(user, right).exists()


def may_pause(user: Any) -> bool:
    """Whether the user may pause and resume the schedules of all owners at once, and set limits for all."""
    return _is_superuser(user)


def owner_id_of(row: Any) -> UUID | None:
    """The id of the owner whose row this is."""
    *steps, last = row.owner_path.split("__")
    for step in steps:
        row = getattr(row, step)
    found: UUID | None = row.pk if last == "pk" else getattr(row, f"{last}_id")
    return found


class NothingThere:
    """For a ModelAdmin: a row that is not there, or is somebody else's, is a 404. Django leads to the start page."""

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404(f"There is no {opts.verbose_name} at this address.")


class ScopedAdmin(NothingThere):
    """For a ModelAdmin or an inline: who sees and changes which rows, by the roles and by nothing else.

    Django's own permissions do not count: a member of staff with a role with an owner has the pages of that role, with
    that owner's rows. `obj` of the permission methods may be a row, for an inline the row above it, or a row's id.
    """

    reading: ClassVar[Right] = Right.READ
    writing: ClassVar[Right] = Right.WRITE

    def get_queryset(self, request: HttpRequest) -> Any:
        return scope(super().get_queryset(request), request.user, self.reading)  # type: ignore[misc]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_anywhere(request.user, self.reading)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.reading, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.writing, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.writing, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.writing, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and hasattr(field.queryset.model, "owner_path"):
            field.queryset = scope(field.queryset, request.user, self.writing)
        return field

    def response_action(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> Any:
        """What is done with many rows at once is done with those that the user may change."""
        return super().response_action(request, scope(queryset, request.user, self.writing))  # type: ignore[misc]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The forms offer nothing else; this is for what does not come from them."""
        if not self._may(request, self.writing, obj):
            raise PermissionDenied
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def _may(self, request: HttpRequest, right: Right, obj: Any) -> bool:
        if isinstance(obj, str):
            obj = self.get_object(request, obj)  # type: ignore[attr-defined]
        if obj is None:
            return may_anywhere(request.user, right)
        return may(request.user, right, owner_id_of(obj))


class ScopedChoices:
    """For a list's filter by a related row: it offers only rows that the user may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        rows = scope(field.related_model._default_manager.all(), request.user, Right.RESULTS)
        ordering = self.field_admin_ordering(field, request, model_admin)  # type: ignore[attr-defined]
        return [(row.pk, str(row)) for row in rows.order_by(*(ordering or rows.model._meta.ordering))]


class ReadOnly:
    """For a ModelAdmin: rows that are looked at and never edited by hand, not even by superusers."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
