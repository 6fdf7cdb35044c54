"""Deleting what work is done for meanwhile."""

from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, models, transaction

from jobs.holding import open_runs
from jobs.patience import patiently

Deleted = tuple[int, dict[str, int]]
M = TypeVar("M", bound=models.Model)


class HeldQuerySet(models.QuerySet[M]):
    def delete(self) -> Deleted:
        """With all that belongs to them. Whoever writes something of theirs meanwhile waits, and finds them gone.

        Django looks for what belongs to a row before it deletes it: without the lock, an answer that comes in between
        refers to a row that is not there any more, and the deletion fails.
        """
        return _held(self, super().delete)

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class HeldWhileDeleted(models.Model):
    objects = HeldQuerySet.as_manager()

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> Deleted:
        return _held(
            type(self)._base_manager.filter(pk=self.pk), lambda: super(HeldWhileDeleted, self).delete(*args, **kwargs)
        )


def _held(rows: models.QuerySet[Any], delete: Any) -> Deleted:
    def whole() -> Deleted:
        with transaction.atomic():
            for part in (*_parts(rows), rows):
                list(part.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
            result: Deleted = delete()
            return result

    # A deadlock with a worker is broken by the database, and tried again.
    return whole() if connection.in_atomic_block else patiently(whole)


def _parts(rows: models.QuerySet[Any]) -> list[models.QuerySet[Any]]:
    """What else is held, first: the brands of customers, and their open runs, which get events."""
    relations = rows.model._meta.related_objects
    models_held = [r for r in relations if issubclass(r.related_model, HeldWhileDeleted)]
    parts = [r.related_model._base_manager.filter(**{f"{r.field.name}__in": rows}) for r in models_held]
    if rows.model._meta.label == settings.JOBS_OWNER_MODEL:
        parts.append(open_runs(rows))
    return parts
