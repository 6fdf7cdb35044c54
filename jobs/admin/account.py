"""Users, groups and locked-out logins, for superusers and in the dress of the other pages."""

from axes import admin as axes_stock
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth import admin as stock
from django.contrib.auth.models import Group, User
from django.db.models import Model
from rest_framework_simplejwt.token_blacklist import admin as tokens_stock  # noqa: F401  (registers its pages)
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from jobs.admin.base import SuperusersOnly


class UserAdmin(SuperusersOnly, stock.UserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


class GroupAdmin(SuperusersOnly, stock.GroupAdmin, ModelAdmin):  # type: ignore[misc]
    pass


class AccessAttemptAdmin(SuperusersOnly, axes_stock.AccessAttemptAdmin, ModelAdmin):  # type: ignore[misc]
    pass


class AccessLogAdmin(SuperusersOnly, axes_stock.AccessLogAdmin, ModelAdmin):  # type: ignore[misc]
    pass


class AccessFailureLogAdmin(SuperusersOnly, axes_stock.AccessFailureLogAdmin, ModelAdmin):  # type: ignore[misc]
    pass


PAGES: dict[type[Model], type[ModelAdmin]] = {
    User: UserAdmin,
    Group: GroupAdmin,
    AccessAttempt: AccessAttemptAdmin,
    AccessLog: AccessLogAdmin,
    AccessFailureLog: AccessFailureLogAdmin,
}
for token in (OutstandingToken, BlacklistedToken):  # its pages would list everybody's tokens
    admin.site.unregister(token)
for model, page in PAGES.items():
    if admin.site.is_registered(model):
        admin.site.unregister(model)
        admin.site.register(model, page)
