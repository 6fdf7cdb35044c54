"""Every address of the site, and what each kind of visitor gets there. A new one fails here until it is listed."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from brands.models import Customer
from jobs.access import RIGHTS, Right, Role
from jobs.models import Limit
from tests.tenants import Tenant, client_of, make_user

pytestmark = pytest.mark.django_db

# Outside the API: who may is tested where each is.
OTHER_PLACES = {"", "admin/", "flower", "flower/", "healthz", "readyz", "metrics", "api/"}
PUBLIC = {
    ("GET", "schema"),
    ("GET", "docs"),
    ("POST", "token"),
    ("POST", "token/refresh"),
    ("POST", "token/revoke"),
}
SUPERUSERS = "superusers"
READ, RESULTS, WRITE, MANAGE = Right.READ, Right.RESULTS, Right.WRITE, Right.MANAGE


def noun(path: str, read: Right, write: Right | None = None) -> dict[tuple[str, str], Any]:
    """The usual addresses of a noun and the rights that they need."""
    found: dict[tuple[str, str], Any] = {("GET", f"admin/{path}"): read, ("GET", f"admin/{path}/{{}}"): read}
    if write:
        changes = [
            ("POST", f"admin/{path}"),
            *((method, f"admin/{path}/{{}}") for method in ("PUT", "PATCH", "DELETE")),
        ]
        found |= dict.fromkeys(changes, write)
    return found


NEEDED: dict[tuple[str, str], Any] = {
    **noun("scheduled-jobs", READ, WRITE),
    ("POST", "admin/scheduled-jobs/{}/trigger"): WRITE,
    ("GET", "admin/scheduled-jobs/{}/runs"): READ,
    ("GET", "admin/scheduled-jobs/{}/preview"): READ,
    ("POST", "admin/scheduled-jobs/preview"): WRITE,
    **noun("job-runs", READ),
    ("GET", "admin/job-runs/{}/log"): READ,
    ("GET", "admin/job-runs/{}/output"): READ,
    ("POST", "admin/job-runs/{}/retry"): WRITE,
    ("POST", "admin/job-runs/{}/run-again"): WRITE,
    ("POST", "admin/job-runs/{}/cancel"): WRITE,
    ("GET", "admin/pause"): READ,
    ("POST", "admin/pause"): SUPERUSERS,
    ("POST", "admin/resume"): SUPERUSERS,
    ("GET", "admin/workers"): SUPERUSERS,
    **noun("scripts", READ),
    **dict.fromkeys(noun("limits", READ, WRITE), SUPERUSERS),
    **noun("services", READ, WRITE),
    ("POST", "admin/services/{}/try"): WRITE,
    **noun("service-records", READ),
    **noun("alerts", READ),
    ("POST", "admin/alerts/{}/acknowledge"): WRITE,
    **noun("alert-channels", MANAGE, MANAGE),
    ("POST", "v1/sync/all"): WRITE,
    ("POST", "v1/sync/service/{}"): WRITE,
    ("GET", "v1/sync/status"): READ,
    **noun("files", RESULTS),
    ("POST", "admin/files"): WRITE,
    ("DELETE", "admin/files/{}"): WRITE,
    ("POST", "admin/files/{}/analyse"): WRITE,
    ("POST", "admin/files/analyse-new"): WRITE,
    ("GET", "admin/files/{}/insights"): RESULTS,
    ("GET", "admin/files/{}/insights/export"): RESULTS,
    ("GET", "admin/files/{}/download"): READ,
    **noun("customers", READ, MANAGE),
    ("POST", "admin/customers"): SUPERUSERS,
    ("DELETE", "admin/customers/{}"): SUPERUSERS,
    **noun("members", MANAGE, MANAGE),
    **noun("brands", RESULTS, WRITE),
    ("POST", "admin/brands/{}/collect-data-now"): WRITE,
    ("POST", "admin/brands/{}/score-now"): WRITE,
    ("POST", "admin/brands/{}/collect-and-score-now"): WRITE,
    ("POST", "admin/brands/{}/preview"): WRITE,
    ("GET", "admin/collectors"): READ,
    **noun("budgets", READ, MANAGE),
    **noun("competitors", READ, WRITE),
    **noun("topics", READ, WRITE),
    **noun("queries", READ, WRITE),
    ("POST", "admin/queries/bulk"): WRITE,
    ("POST", "admin/queries/import"): WRITE,
    ("GET", "admin/queries/export"): READ,
    ("POST", "admin/queries/suggest"): WRITE,
    **noun("answers", RESULTS),
    **noun("calls", READ),
    ("GET", "admin/calls/export"): READ,
    ("GET", "admin/calls/sums"): READ,
    ("GET", "admin/calls/health"): READ,
    ("POST", "admin/calls/{}/ask-again"): WRITE,
    **noun("citations", RESULTS),
    **noun("scores", RESULTS),
    ("POST", "admin/brands/{}/rescore-now"): WRITE,
    ("GET", "admin/brands/{}/ambiguous-names"): RESULTS,
    **noun("corrections", READ),
    ("POST", "admin/corrections"): WRITE,
    ("DELETE", "admin/corrections/{}"): WRITE,
    **noun("rescores", READ),
    ("POST", "admin/rescores/{}/apply"): WRITE,
    ("POST", "admin/rescores/{}/discard"): WRITE,
    **noun("domain-rules", READ, WRITE),
    ("GET", "admin/metrics"): RESULTS,
}
LISTS = [path for method, path in NEEDED if method == "GET" and "{}" not in path]
NO_ROWS = (
    "admin/metrics",
    "admin/collectors",
    "admin/calls/sums",
    "admin/calls/health",
    "admin/pause",
    "v1/sync/status",
)
TABLES = [path for path in LISTS if path.endswith("/export")]
OF_A_ROW = [(method, path) for method, path in NEEDED if "{}" in path]


def routes(patterns: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Method and address of every view below, ids as {}."""
    for pattern in patterns:
        place = prefix + readable(pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, place)
        elif isinstance(pattern, URLPattern):
            yield from ((method, place) for method in methods(pattern.callback))


def readable(pattern: Any) -> str:
    forms = normalize(str(pattern.pattern.regex.pattern))
    return (forms[0][0].replace("%(", "{").replace(")s", "}") if forms else "").rstrip("/") + (
        "/" if isinstance(pattern, URLResolver) else ""
    )


def methods(view: Any) -> list[str]:
    if hasattr(view, "actions"):
        return [method.upper() for method in view.actions if method not in ("head", "options")]
    cls = getattr(view, "view_class", getattr(view, "cls", None))
    return [m for m in ("GET", "POST", "PUT", "PATCH", "DELETE") if hasattr(cls, m.lower())]


def api_routes() -> set[tuple[str, str]]:
    api = next(p for p in get_resolver().url_patterns if isinstance(p, URLResolver) and str(p.pattern) == "api/")
    return {(method, re.sub(r"\{\w+\}", "{}", place).lstrip("/")) for method, place in routes(api.url_patterns)}


def test_every_address_of_the_api_is_listed_with_the_right_that_it_needs():
    assert api_routes() == set(NEEDED) | PUBLIC


def test_every_other_place_of_the_site_is_known():
    def place(pattern: Any) -> str:
        return str(pattern.pattern).split("<")[0]

    assert {place(pattern) for pattern in get_resolver().url_patterns} == OTHER_PLACES


ROWS = {
    "scheduled-jobs": lambda tenant: tenant.job.uuid,
    "job-runs": lambda tenant: tenant.run.pk,
    "scripts": lambda tenant: tenant.script.pk,
    "limits": lambda tenant: Limit.objects.create(kind="queue", value=tenant.customer.name, at_once=1).pk,
    "services": lambda tenant: tenant.service.pk,
    "alerts": lambda tenant: tenant.alert.pk,
    "alert-channels": lambda tenant: tenant.channel.pk,
    "service-records": lambda tenant: tenant.service_record.pk,
    "sync": lambda tenant: tenant.service.pk,
    "files": lambda tenant: tenant.file.pk,
    "customers": lambda tenant: tenant.customer.pk,
    "members": lambda tenant: tenant.member.pk,
    "brands": lambda tenant: tenant.brand.pk,
    "budgets": lambda tenant: tenant.budget.pk,
    "competitors": lambda tenant: tenant.competitor.pk,
    "topics": lambda tenant: tenant.topic.pk,
    "queries": lambda tenant: tenant.query.pk,
    "answers": lambda tenant: tenant.answer.pk,
    "calls": lambda tenant: tenant.call.pk,
    "citations": lambda tenant: tenant.citation.pk,
    "scores": lambda tenant: tenant.score.pk,
    "corrections": lambda tenant: tenant.correction.pk,
    "rescores": lambda tenant: tenant.rescore.pk,
    "domain-rules": lambda tenant: tenant.domain_rule.pk,
}


def address(path: str, tenant: Tenant) -> str:
    place = f"/api/{path.format(ROWS[path.split('/')[1]](tenant)) if '{}' in path else path}"
    return f"{place}?brand_id={tenant.brand.pk}" if path == "admin/metrics" else place


def ask(user: User | None, method: str, path: str, tenant: Tenant) -> Any:
    return client_of(user).generic(method, address(path, tenant), b"" if method == "GET" else b"{}", "application/json")


def allows(role: Role, needed: Any) -> bool:
    return needed != SUPERUSERS and needed in RIGHTS[role]


@pytest.mark.parametrize(("method", "path"), NEEDED)
def test_a_stranger_is_asked_to_log_in(method, path, ours):
    response = ask(None, method, path, ours)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path"), NEEDED)
def test_a_user_without_a_customer_may_do_nothing(method, path, ours):
    assert ask(make_user("nobody"), method, path, ours).status_code == 403


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("method", "path"), NEEDED)
def test_a_role_reaches_what_it_is_for_and_nothing_else(method, path, role, ours):
    status = ask(User.objects.get(username=f"{role}@Coffee Ltd"), method, path, ours).status_code
    if allows(role, NEEDED[method, path]):
        assert status in (200, 201, 204, 400, 409)
        assert (status in (200, 201, 204)) or method not in ("GET", "DELETE")
    else:
        assert status == 403


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("method", "path"), OF_A_ROW)
def test_another_customers_row_is_not_there(method, path, role, ours, theirs):
    response = ask(User.objects.get(username=f"{role}@Tea Inc"), method, path, ours)
    # A role that may do this nowhere hears so before anybody looks for the row.
    assert response.status_code == (404 if allows(role, NEEDED[method, path]) else 403)
    assert not any(secret in response.content.decode() for secret in ours.secrets)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", LISTS)
def test_lists_hold_only_ones_own_rows(path, role, ours, theirs):
    user = User.objects.get(username=f"{role}@Coffee Ltd")
    response = ask(user, "GET", path, ours)
    body = response.getvalue().decode()
    assert not any(secret in body for secret in theirs.secrets)
    if path in TABLES:
        assert response.status_code == 403 or ours.brand.name in body
    elif response.status_code == 200 and path not in NO_ROWS:
        assert len(response.data["results"]) == (4 if path == "admin/members" else 1)


@pytest.mark.parametrize(
    "path", [path for path in LISTS if path not in ("admin/workers", "admin/limits", *NO_ROWS, *TABLES)]
)
def test_a_filter_for_another_customers_rows_finds_none(path, ours, theirs):
    client = client_of(User.objects.get(username="administrator@Coffee Ltd"))
    for name, row in (("customer_id", theirs.customer), ("brand_id", theirs.brand)):
        response = client.get(f"/api/{path}", {name: str(row.pk)})
        if response.status_code == 200:
            assert response.data["results"] == []
        else:
            assert "There is no such filter" in response.content.decode()


def test_figures_of_another_customers_brand_are_not_there(ours, theirs):
    client = client_of(User.objects.get(username="administrator@Coffee Ltd"))
    assert client.get(f"/api/admin/metrics?brand_id={theirs.brand.pk}").status_code == 404


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("brands", "customer_id"),
        ("competitors", "brand_id"),
        ("topics", "brand_id"),
        ("queries", "brand_id"),
        ("queries/bulk", "brand_id"),
        ("queries/import", "brand_id"),
        ("queries/suggest", "brand_id"),
        ("members", "customer_id"),
        ("budgets", "customer_id"),
        ("budgets", "brand_id"),
        ("services", "customer_id"),
        ("alert-channels", "customer_id"),
        ("files/analyse-new", "customer_id"),
        ("scheduled-jobs", "brand_id"),
        ("scheduled-jobs", "customer_id"),
    ],
)
def test_a_row_cannot_be_made_for_another_customer(path, field, ours, theirs):
    client = client_of(User.objects.get(username="administrator@Coffee Ltd"))
    row = theirs.customer if field == "customer_id" else theirs.brand
    body = {
        field: str(row.pk),
        **({"text": "?"} if path == "queries" else {"queries": [{"text": "?"}]} if path == "queries/bulk" else {}),
        **({"csv": "question\n?"} if path == "queries/import" else {}),
        **({"name": "x"} if path in ("brands", "competitors", "topics") else {}),
        **({"username": "administrator@Coffee Ltd", "role": "analyst"} if path == "members" else {}),
        **({"name": "x", "url": "https://x.example"} if path in ("services", "alert-channels") else {}),
        **({"job_type": "scoring", "cron_expression": "0 9 * * *"} if path == "scheduled-jobs" else {}),
    }
    if (path, field) == ("budgets", "brand_id"):
        body |= {"customer_id": str(ours.customer.pk), "limit_calls": 1}
    response = client.post(f"/api/admin/{path}", body)
    assert (response.status_code, list(response.json())) == (400, [field])
    assert "with this id" in json.dumps(response.json())


def test_a_superuser_reaches_the_rows_of_all_customers(ours, theirs):
    root = User.objects.create_superuser("root")
    assert len(client_of(root).get("/api/admin/brands").data["results"]) == 2
    assert client_of(root).get("/api/admin/workers").status_code == 200
    assert Customer.objects.count() == 2
