"""The pages of a brand beside its form: rescoring, ambiguous names, changes, plans."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from brands.admin.base import DomainAdmin
from brands.admin.change_page import change_page
from brands.admin.links import admin_url, admin_url_or_none
from brands.admin.plan_page import PlanForm, plans
from brands.ambiguous_names import add_proposed_rules, ambiguous_names
from brands.matching.name_rule import rule_line
from brands.models import Brand, Rescore
from brands.rescoring import Overtaken, apply, discard, outdated
from jobs.api.run import start_now

Page = Callable[[HttpRequest, Brand], HttpResponse]


class BrandPages(DomainAdmin):
    """What the brand's ModelAdmin has beside its list and its form.

    Who may see the brand sees these pages; who may change it may use their buttons.
    """

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "rescore": self.rescore_view,
            "ambiguous-names": self.ambiguous_names_view,
            "changes": self.changes_view,
            "plan": self.plan_view,
        }
        own = [
            path(f"<uuid:pk>/{name}/", self._view(page), name=f"brands_brand_{name.replace('-', '_')}")
            for name, page in pages.items()
        ]
        return [*own, *super().get_urls()]

    def _view(self, page: Page) -> Any:
        def view(request: HttpRequest, pk: Any) -> HttpResponse:
            brand = self.get_object(request, str(pk))
            if brand is None:
                raise Http404
            may = self.has_view_permission if request.method == "GET" else self.has_change_permission
            if not may(request, brand):
                raise PermissionDenied
            return page(request, brand)

        return self.admin_site.admin_view(view)

    def _show(self, request: HttpRequest, brand: Brand, template: str, title: str, **context: Any) -> HttpResponse:
        common = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "brand": brand,
            "has_sample_rows": brand.customer.is_sample,
            "brand_link": admin_url("brands_brand_change", brand.pk),
            "may_change": self.has_change_permission(request, brand),
        }
        return TemplateResponse(request, f"brands/admin/{template}", common | context)

    def rescore_view(self, request: HttpRequest, brand: Brand) -> HttpResponse:
        if request.method == "POST":
            self._rescore(request, brand)
            return HttpResponseRedirect(admin_url("brands_brand_rescore", brand.pk))
        waiting = brand.rescores.filter(state=Rescore.State.READY).first()
        rows = [
            each | {"link": admin_url("brands_answer_change", each["answer"])} for each in _differences(waiting)[:100]
        ]
        return self._show(
            request,
            brand,
            "rescore.html",
            f"Rescore {brand}",
            waiting=waiting,
            rows=rows,
            changed=sum(waiting.counts.values()) if waiting else 0,
            outdated=outdated(brand),
            earlier=brand.rescores.exclude(state=Rescore.State.READY).select_related("decided_by")[:10],
        )

    def _rescore(self, request: HttpRequest, brand: Brand) -> None:
        wanted = request.POST.get("do")
        if wanted == "start":
            triggered = start_now("rescoring", brand, request.user)
            link = admin_url_or_none("jobs_jobrun_change", triggered.run.pk)
            words = "Rescoring has begun" if triggered.created else "Rescoring was under way already"
            messages.success(request, f"{words}: {link}. What it changes is shown here when it is done.")
            return
        waiting = brand.rescores.filter(state=Rescore.State.READY).first()
        if waiting is None or str(waiting.pk) != request.POST.get("rescore") or wanted not in ("apply", "discard"):
            messages.error(request, "That rescore was decided on already.")
            return
        try:
            (apply if wanted == "apply" else discard)(waiting, request.user)
        except Overtaken as error:
            messages.error(request, str(error))
            return
        done = "The new scores count from now on." if wanted == "apply" else "The current scores stay."
        messages.success(request, done)

    def ambiguous_names_view(self, request: HttpRequest, brand: Brand) -> HttpResponse:
        found = ambiguous_names(brand)
        if request.method == "POST":
            chosen = [each for each in found if f"{each.row.pk}:{each.ambiguity.name}" in request.POST.getlist("name")]
            add_proposed_rules(chosen)
            messages.success(request, f"{len(chosen)} rules were added. Rescore to let them count in earlier answers.")
            return HttpResponseRedirect(admin_url("brands_brand_change", brand.pk))
        rows = [
            {
                "key": f"{each.row.pk}:{each.ambiguity.name}",
                "of": each.row,
                "name": each.ambiguity.name,
                "sentence": each.sentence,
                "rule": rule_line(each.ambiguity.proposed),
            }
            for each in found
        ]
        return self._show(request, brand, "ambiguous_names.html", f"Ambiguous names of {brand}", rows=rows)

    def changes_view(self, request: HttpRequest, brand: Brand) -> HttpResponse:
        page = change_page(brand, request.GET)
        return self._show(request, brand, "changes.html", f"What changed for {brand}", page=page)

    def plan_view(self, request: HttpRequest, brand: Brand) -> HttpResponse:
        form = PlanForm(request.GET or None)
        rows = plans(brand, form.cleaned_data if form.is_bound and form.is_valid() else {})
        return self._show(request, brand, "plan.html", f"How many samples for {brand}", form=form, rows=rows)


def _differences(rescore: Rescore | None) -> list[dict[str, Any]]:
    return list(rescore.differences) if rescore else []
