"""What the pages of the domain have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import CASCADE, ManyToOneRel, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from jobs.access import Right, ScopedAdmin, may_anywhere


@dataclass(frozen=True, slots=True)
class EmptyState:
    """What an empty list says, and the page that helps."""

    title: str
    sentence: str
    link_text: str = ""
    link: str | None = None


class DomainAdmin(ScopedAdmin, ModelAdmin):  # type: ignore[misc]  # unfold: mixin against base
    """Empty lists say what to do next, and pages that show rows of a sample customer say so."""

    list_before_template: str | None = "brands/admin/sample_notice.html"  # type: ignore[assignment]
    change_form_outer_before_template: str | None = "brands/admin/sample_notice.html"  # type: ignore[assignment]
    list_fullwidth = True
    warn_unsaved_form = True
    customer_path = "brand.customer"  # from a row to its customer

    class Media:
        css = {"all": ["brands/admin.css"]}

    def empty_state(self, request: HttpRequest) -> EmptyState:
        return EmptyState(f"No {self.opts.verbose_name_plural} yet", "")

    def is_sample(self, row: Model) -> bool:
        customer: Any = row
        for step in filter(None, self.customer_path.split(".")):
            customer = getattr(customer, step)
        return bool(customer.is_sample)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)  # a redirect has none
        if context and "cl" in context:
            changelist = context["cl"]
            context["has_sample_rows"] = any(self.is_sample(row) for row in changelist.result_list)
            state = self.empty_state(request)
            changelist.empty_state = state if may_anywhere(request.user, Right.WRITE) else replace(state, link=None)
            changelist.is_narrowed = bool(changelist.query or changelist.has_active_filters)
        return response

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context["has_sample_rows"] = obj is not None and self.is_sample(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_deleted_objects(
        self, objs: QuerySet[Any] | Sequence[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What goes with these rows, in numbers: a brand can have a hundred thousand answers, which nobody reads.

        Rows that go with their owner need no permission of their own; nobody can delete an answer alone.
        """
        objs = list(objs)
        counts = self.consequences(objs)
        names = [str(row) for row in objs[:100]]
        if len(objs) > len(names):
            names.append(f"and {len(objs) - len(names)} more")
        return names, {str(self.opts.verbose_name_plural): len(objs), **counts}, self._not_permitted(request, objs), []

    def _not_permitted(self, request: HttpRequest, rows: list[Any]) -> set[str]:
        permitted = all(self.has_delete_permission(request, row) for row in rows)
        return set() if permitted else {str(self.opts.verbose_name)}

    def consequences(self, rows: list[Any]) -> dict[str, int]:
        """How many rows of other tables go with them, by what they are called; the answers last."""
        return direct_consequences(rows)


def direct_consequences(rows: Sequence[Model]) -> dict[str, int]:
    """Rows that refer to these and are deleted with them, by what they are called."""
    found: dict[str, int] = {}
    for relation in rows[0]._meta.get_fields(include_hidden=True) if rows else ():
        if isinstance(relation, ManyToOneRel) and relation.on_delete is CASCADE:
            model: Any = relation.related_model
            if getattr(model, "is_derived", False):
                continue
            number = model._base_manager.filter(**{f"{relation.field.name}__in": rows}).count()
            if number:
                found[str(model._meta.verbose_name_plural)] = number
    return found
