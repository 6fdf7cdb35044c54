"""What the pages share that make queries of a brand: they are for one of the brands that the user may write for."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.views.generic import FormView
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from brands.models import Brand, Query
from brands.models.query import is_country, is_locale
from jobs.access import Right, may_anywhere, scope


class BrandForm(forms.Form):
    brand = forms.ModelChoiceField(Brand.objects.none(), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, brands: QuerySet[Brand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["brand"].queryset = brands  # type: ignore[attr-defined]


class MarketForm(BrandForm):
    country = forms.CharField(
        required=False,
        max_length=2,
        validators=[is_country],
        widget=UnfoldAdminTextInputWidget,
        help_text="Optional, two capital letters: CH.",
    )
    locale = forms.CharField(
        required=False,
        max_length=16,
        validators=[is_locale],
        widget=UnfoldAdminTextInputWidget,
        help_text="Optional: de or de-CH.",
    )


class BrandFormView(UnfoldModelAdminViewMixin, FormView):  # type: ignore[type-arg]  # not subscriptable at run time
    """`prefilled` names the fields that a link to the page may fill in. The form class is a `BrandForm`."""

    prefilled: tuple[str, ...] = ("brand",)

    def has_permission(self) -> bool:
        return may_anywhere(self.request.user, Right.WRITE)

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET.get(name) for name in self.prefilled}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "brands": self._brands()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, opts=Query._meta, has_brands=self._brands().exists())

    def _brands(self) -> QuerySet[Brand]:
        brands: QuerySet[Brand] = scope(Brand.objects.all(), self.request.user, Right.WRITE)
        return brands.order_by("name")
