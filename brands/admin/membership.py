from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from brands.admin.base import DomainAdmin, EmptyState
from brands.admin.filters import RelatedFilter
from brands.admin.links import admin_url
from brands.models import Membership
from jobs.access import Right, Role

TAKEN = "This user is a member of the customer already."
ROLES = {
    Role.ADMINISTRATOR: "Administrator: changes everything of the customer, and who its members are",
    Role.OPERATOR: "Operator: changes brands, queries and jobs; triggers, retries and cancels runs",
    Role.ANALYST: "Analyst: reads everything",
    Role.CUSTOMER_USER: "Customer user: reads brands, answers and their figures",
}


class UserByName(forms.CharField):
    """A user by the name that one has to know: a list would tell every customer of all others' people."""

    def __init__(self) -> None:
        super().__init__(
            label="User name",
            max_length=150,
            widget=UnfoldAdminTextInputWidget(),
            help_text="A superuser makes users, and lets them into the admin with “Staff status”.",
        )

    def clean(self, value: Any) -> Any:
        user = get_user_model().objects.filter(username=super().clean(value), is_active=True).first()
        if user is None:
            raise forms.ValidationError("There is no user of this name.")
        return user


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    user = UserByName()
    role = forms.ChoiceField(choices=list(ROLES.items()), widget=UnfoldAdminSelectWidget())

    class Meta:
        model = Membership
        fields = ["customer", "user", "role"]
        error_messages = {NON_FIELD_ERRORS: {"unique_together": TAKEN}}


@admin.register(Membership)
class MembershipAdmin(DomainAdmin):
    """Who belongs to which customer, and with which role."""

    form = MembershipForm
    fields = ["customer", "user", "role"]
    list_display = ["username", "role_words", "customer", "created_at"]
    list_filter = [("customer", RelatedFilter), ("role", ChoicesDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["customer", "user"]
    search_fields = ["user__username", "customer__name"]
    autocomplete_fields = ["customer"]
    customer_path = "customer"
    reading = writing = Right.MANAGE

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        """A member gets another role; another person or customer is another membership."""
        return ["customer", "user"] if obj else []

    @display(description="user", ordering="user__username")
    def username(self, membership: Membership) -> str:
        return str(membership.user.get_username())

    @display(description="role", ordering="role")
    def role_words(self, membership: Membership) -> str:
        return membership.get_role_display()

    def empty_state(self, request: HttpRequest) -> EmptyState:
        return EmptyState(
            "No memberships yet",
            "A membership gives a user a role with a customer: that customer's rows, and no others.",
            "Add membership",
            admin_url("brands_membership_add"),
        )
