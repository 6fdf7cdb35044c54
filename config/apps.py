"""The project as one of its own apps, so that its checks are found, and the admin as it is installed here."""

from typing import Any

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin import apps
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core.checks import CheckMessage, Tags, register


class ProjectConfig(AppConfig):
    name = "config"
    default = True

    def ready(self) -> None:
        from config import checks  # noqa: F401  (registers them)


class AdminConfig(apps.SimpleAdminConfig):
    """Its pages are found where the site's addresses are (urls.py), since beat and workers show none.

    They are a fifth of what there is to load.
    """

    def ready(self) -> None:
        register(check_dependencies, Tags.admin)
        register(check_pages, Tags.admin)


def check_pages(**options: Any) -> list[CheckMessage]:
    admin.autodiscover()
    found: list[CheckMessage] = check_admin_app(**options)
    return found
