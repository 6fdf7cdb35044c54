"""What the view sets of all nouns have in common: who sees which rows, and who may do what with them."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from jobs.access import Right, may, may_anywhere, owner_id_of, scope
from jobs.api.idempotency import idempotent

SAFE = ("GET", "HEAD", "OPTIONS")


class HasRight(BasePermission):
    """A row of somebody else is not found; one's own that one's role does not reach is forbidden."""

    message = "Your role does not allow this."

    def has_permission(self, request: Request, view: Any) -> bool:
        return may_anywhere(request.user, view.needed_right())

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        return may(request.user, view.needed_right(), owner_id_of(obj))


class SuperuserOnly(BasePermission):
    message = "Only superusers may do this."

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user.is_superuser)


class Rows(GenericViewSet):
    """The rows of a model that the user may read. `needed_right` also decides about an action."""

    permission_classes = [IsAuthenticated, HasRight]
    list_ordering: ClassVar[tuple[str, ...]] = ("-created_at", "pk")
    reading: ClassVar[Right] = Right.READ
    writing: ClassVar[Right] = Right.WRITE

    def needed_right(self) -> Right:
        return self.reading if self.request.method in SAFE else self.writing

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return scope(rows, self.request.user, self.reading)

    def fresh(self, pk: Any) -> Any:
        """The data of one row, read anew with whatever the list has beside the row itself."""
        return self.get_serializer(self.get_queryset().get(pk=pk)).data


class ReadRows(mixins.ListModelMixin, mixins.RetrieveModelMixin, Rows):
    pass


class WriteRows(mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, ReadRows):
    """PUT and PATCH both change the fields that are sent."""

    @idempotent
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().create(request, *args, **kwargs)
        return response

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().update(request, *args, **{**kwargs, "partial": True})
        return response

    def perform_create(self, serializer: Any) -> None:
        self.check_owner(serializer)
        serializer.save()

    def perform_update(self, serializer: Any) -> None:
        self.check_owner(serializer)
        serializer.save()

    def check_owner(self, serializer: Any) -> None:
        """Forbid to make a row for an owner with whom the user may not write, or to move one there."""
        row = serializer.Meta.model()
        data = serializer.validated_data
        first = row.owner_path.split("__")[0]
        if serializer.instance is not None and first not in data:
            return
        setattr(row, first, data.get(first))
        if not may(self.request.user, self.writing, owner_id_of(row)):
            self.permission_denied(self.request, message=HasRight.message)
