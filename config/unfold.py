"""How the admin looks: title, colours, and the sidebar."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse, reverse_lazy


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    icon: str
    page: str  # a model, "app.model", or the name of a URL
    seen_with: str = ""  # the model whose rows one has to be able to see, where the page is none of a model's own


GROUPS: list[tuple[str, list[Link], bool]] = [  # title, links, folded at first
    ("", [Link("Overview", "dashboard", "admin:index")], False),
    (
        "Brands",
        [
            Link("Customers", "business_center", "brands.customer"),
            Link("Brands", "sell", "brands.brand"),
            Link("Topics", "category", "brands.topic"),
            Link("Queries", "help", "brands.query"),
            Link("Answers", "forum", "brands.answer"),
        ],
        False,
    ),
    (
        "Money",
        [
            Link("Budgets", "account_balance_wallet", "brands.budget"),
            Link("Ledger of calls", "receipt_long", "brands.call"),
            Link("Provider health", "monitor_heart", "admin:brands_call_health", seen_with="brands.call"),
        ],
        False,
    ),
    (
        "Jobs",
        [
            Link("Scheduled jobs", "event_repeat", "jobs.scheduledjob"),
            Link("Job runs", "history", "jobs.jobrun"),
            Link("Scripts", "terminal", "jobs.script"),
            Link("Files", "table_view", "jobs.uploadedfile"),
            Link("Alerts", "notifications", "jobs.alert"),
            Link("Alert channels", "send", "jobs.channel"),
        ],
        False,
    ),
    (
        "Services",
        [
            Link("Services", "dns", "jobs.service"),
            Link("Service records", "monitoring", "jobs.servicerecord"),
        ],
        False,
    ),
    (
        "Workers",
        [
            Link("Workers", "memory", "jobs.worker"),
            Link("Limits", "speed", "jobs.limit"),
            Link("Flower", "local_florist", "flower"),
            Link("API", "api", "docs"),
        ],
        False,
    ),
    (
        "Accounts",
        [
            Link("Memberships", "badge", "brands.membership"),
            Link("Users", "person", "auth.user"),
            Link("Groups", "group", "auth.group"),
            Link("Failed logins", "lock", "axes.accessattempt"),
        ],
        True,
    ),
    (
        "Celery's own",
        [
            Link("Periodic tasks", "schedule", "django_celery_beat.periodictask"),
            Link("Cron schedules", "calendar_month", "django_celery_beat.crontabschedule"),
            Link("Intervals", "timer", "django_celery_beat.intervalschedule"),
            Link("Task results", "task", "django_celery_results.taskresult"),
        ],
        True,
    ),
]
OWN_PAGES = {link.page for _, links, _ in GROUPS for link in links if link.seen_with}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups with the pages that there are and that this user may see."""
    found = []
    for title, links, is_folded in GROUPS:
        items = [item for link in links if (item := _item(link, request)) is not None]
        if items:
            found.append({"title": title, "items": items, "collapsible": is_folded, "separator": bool(title)})
    return found


def _item(link: Link, request: HttpRequest) -> dict[str, Any] | None:
    model = link.seen_with or (link.page if "." in link.page else "")
    if model and not _may_see(model, request):
        return None
    try:
        address = _address(link.page)
    except NoReverseMatch:  # an address that this installation does not have
        return None
    item: dict[str, Any] = {"title": link.title, "icon": link.icon, "link": address}
    if request.resolver_match and request.resolver_match.view_name in OWN_PAGES - {link.page}:
        item["active"] = False  # it lies below a model's list, which is not what is shown
    return item


def _may_see(page: str, request: HttpRequest) -> bool:
    from django.contrib import admin  # the settings read this file before there are apps

    model = apps.get_model(page)
    return admin.site.is_registered(model) and admin.site._registry[model].has_view_permission(request)


def _address(page: str) -> str:
    return reverse(f"admin:{page.replace('.', '_')}_changelist") if "." in page else reverse(page)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Brandbeat",
    "SITE_HEADER": "Brandbeat",
    "SITE_SUBHEADER": "How AI answers speak of brands",
    "SITE_URL": reverse_lazy("admin:index"),
    "SITE_ICON": lambda request: static("jobs/symbol.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("jobs/symbol.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "config.dashboard.start_page",
    "STYLES": [lambda request: static("jobs/admin.css")],
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97.1% .014 195)",
            "100": "oklch(94.2% .032 195)",
            "200": "oklch(88.8% .06 195)",
            "300": "oklch(81.5% .09 196)",
            "400": "oklch(71.5% .105 197)",
            "500": "oklch(60.5% .1 199)",
            "600": "oklch(50.5% .088 201)",
            "700": "oklch(43.2% .075 203)",
            "800": "oklch(37% .062 205)",
            "900": "oklch(32% .052 207)",
            "950": "oklch(24% .04 209)",
        },
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "config.unfold.sidebar"},
}
