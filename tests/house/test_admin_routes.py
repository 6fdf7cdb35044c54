"""Every address of the admin, and what each kind of user gets there. A new one fails here until it is listed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from brands.models import Brand, Membership, Query, Topic
from jobs.access import RIGHTS, Right, Role
from jobs.models import JobRun, ScheduledJob
from tests.tenants import Tenant

pytestmark = pytest.mark.django_db
READ, RESULTS, WRITE, MANAGE = Right.READ, Right.RESULTS, Right.WRITE, Right.MANAGE
SUPERUSERS, NOBODY = "superusers", "nobody"
# For every member of staff; what they show is tested below.
OF_STAFF = {
    *("index", "search", "logout", "password_change", "password_change_done"),
    *("autocomplete", "jsi18n", "view_on_site", "app_list"),
}
BY_POST = {"active", "retry", "cancel", "pause", "preview", "now", "correct", "start", "approve", "release"} | {
    "acknowledge",
    "sync",
    "syncall",
    "analyse",
    "all",
}


def pages(model: str, read: Any, change: Any, **others: Any) -> dict[str, Any]:
    """The usual pages of a model's admin with the rights that they need, and the others that it has."""
    usual = {"changelist": read, "change": read, "history": read, "add": change, "delete": change}
    return {f"{model}_{page}": needed for page, needed in {**usual, **others}.items()}


NEEDED: dict[str, Any] = {
    **pages("brands_customer", READ, SUPERUSERS),
    **pages("brands_membership", MANAGE, MANAGE),
    **pages("brands_brand", RESULTS, WRITE, ambiguous_names=RESULTS, changes=RESULTS, plan=RESULTS, rescore=RESULTS),
    **pages("brands_topic", READ, WRITE),
    **pages("brands_query", READ, WRITE, many=WRITE, add_many=WRITE, export_table=READ),
    **{f"brands_query_{page}": WRITE for page in ("import", "import_table", "suggest")},
    **pages("brands_answer", RESULTS, NOBODY, correct=WRITE),
    **pages("jobs_scheduledjob", READ, WRITE, active=WRITE, trigger_run=WRITE, run_history=READ),
    **pages("jobs_scheduledjob", READ, WRITE, preview=WRITE, pause=SUPERUSERS),
    **pages("jobs_jobrun", READ, NOBODY, retry=WRITE, cancel=WRITE, again=WRITE, now=WRITE),
    **pages("jobs_jobrun", READ, NOBODY, log=READ, output=READ),
    **pages("jobs_script", READ, NOBODY, start=WRITE, approve=SUPERUSERS, release=SUPERUSERS),
    **pages("jobs_service", READ, WRITE, charts=READ, sync=WRITE, syncall=WRITE),
    **pages("jobs_servicerecord", READ, NOBODY),
    **pages("jobs_alert", READ, NOBODY, acknowledge=WRITE),
    **pages("jobs_channel", MANAGE, MANAGE),
    **pages("jobs_uploadedfile", RESULTS, WRITE, analyse=WRITE, analyse_all=WRITE, download=READ, export=RESULTS),
    **pages("jobs_limit", SUPERUSERS, SUPERUSERS),
    **pages("jobs_worker", SUPERUSERS, NOBODY),
    **pages("brands_call", READ, NOBODY, export_table=READ, health=READ),
    **pages("brands_budget", READ, MANAGE),
    **pages("auth_user", SUPERUSERS, SUPERUSERS, password_change=SUPERUSERS),
    **pages("auth_group", SUPERUSERS, SUPERUSERS),
    **{
        name: needed
        for model in ("accessattempt", "accesslog", "accessfailurelog")
        for name, needed in pages(f"axes_{model}", SUPERUSERS, SUPERUSERS).items()
    },
    **{
        name: needed
        for model in ("periodictask", "crontabschedule", "intervalschedule", "clockedschedule", "solarschedule")
        for name, needed in pages(f"django_celery_beat_{model}", SUPERUSERS, SUPERUSERS).items()
    },
    **pages("django_celery_results_taskresult", SUPERUSERS, NOBODY),
    **pages("django_celery_results_groupresult", SUPERUSERS, NOBODY),
}
ROWS: dict[str, Any] = {
    "brands_customer": lambda tenant: tenant.customer,
    "brands_membership": lambda tenant: tenant.member,
    "brands_brand": lambda tenant: tenant.brand,
    "brands_topic": lambda tenant: tenant.topic,
    "brands_query": lambda tenant: tenant.query,
    "brands_answer": lambda tenant: tenant.answer,
    "jobs_scheduledjob": lambda tenant: tenant.job,
    "brands_call": lambda tenant: tenant.call,
    "brands_budget": lambda tenant: tenant.budget,
    "jobs_jobrun": lambda tenant: tenant.run,
    "jobs_script": lambda tenant: tenant.script,
    "jobs_alert": lambda tenant: tenant.alert,
    "jobs_channel": lambda tenant: tenant.channel,
    "jobs_servicerecord": lambda tenant: tenant.service_record,
    "jobs_service": lambda tenant: tenant.service,
    "jobs_uploadedfile": lambda tenant: tenant.file,
}


def named(patterns: Any) -> Iterator[tuple[str, bool]]:
    """The name of every address below that has one, and whether it is one of a row."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from named(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name, bool({"object_id", "subject_id", "id", "pk"} & pattern.pattern.converters.keys())


def addresses() -> dict[str, bool]:
    root = next(p for p in get_resolver().url_patterns if isinstance(p, URLResolver) and str(p.pattern) == "admin/")
    return dict(named(root.url_patterns))


OF_A_ROW = [name for name, is_of_a_row in addresses().items() if is_of_a_row and name in NEEDED]


def model_of(name: str) -> str:
    return next(model for model in ROWS if name.startswith(f"{model}_"))


def is_scoped(name: str) -> bool:
    return any(name.startswith(f"{model}_") for model in ROWS)


def address(name: str, tenant: Tenant) -> str:
    if name not in OF_A_ROW:
        return reverse(f"admin:{name}")
    if name == "jobs_jobrun_now":
        return reverse(f"admin:{name}", args=["scoring", tenant.brand.pk])
    return reverse(f"admin:{name}", args=[ROWS[model_of(name)](tenant).pk if is_scoped(name) else 1])


def status(client: Client, name: str, tenant: Tenant) -> int:
    send = client.post if name.rpartition("_")[2] in BY_POST else client.get
    return int(send(address(name, tenant)).status_code)


def login(user: User) -> Client:
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def staff(role: str, customer: str = "Coffee Ltd") -> Client:
    return login(User.objects.get(username=f"{role}@{customer}"))


def allows(role: Role, needed: Any) -> bool:
    return needed in RIGHTS[role]


def test_every_address_of_the_admin_is_listed_with_the_right_that_it_needs():
    assert set(addresses()) == set(NEEDED) | OF_STAFF | {"login"}


def test_a_stranger_is_sent_to_the_login(ours):
    for name in NEEDED:
        response = Client().get(address(name, ours))
        assert (response.status_code, "/admin/login/" in response.headers.get("Location", "")) == (302, True), name


def test_somebody_with_a_role_who_is_no_member_of_staff_is_sent_to_the_login(ours):
    client = Client()
    user = User.objects.get(username="administrator@Coffee Ltd")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert {status(client, name, ours) for name in NEEDED} == {302}


def test_a_member_of_staff_without_a_role_reaches_no_page_whatever_djangos_permissions_say(ours):
    user = User.objects.create_user("nobody")
    user.user_permissions.set(Permission.objects.all())
    client = login(user)
    reached = {name: found for name in NEEDED if (found := status(client, name, ours)) not in (403, 404)}
    assert reached == {}
    overview = client.get("/admin/").content.decode()
    assert not any(secret in overview for secret in ours.secrets)


@pytest.mark.parametrize("role", Role)
def test_a_role_reaches_the_pages_that_it_is_for_and_no_others(role, ours):
    client = staff(role)
    wrong = {}
    for name, needed in NEEDED.items():
        found = status(client, name, ours)
        if allows(role, needed) != (found in (200, 302)) or (not allows(role, needed) and found not in (403, 404)):
            wrong[name] = found
    assert wrong == {}


@pytest.mark.parametrize("role", Role)
def test_another_customers_row_has_no_page(role, ours, theirs):
    client = staff(role, "Tea Inc")
    found = {name: status(client, name, ours) for name in OF_A_ROW if is_scoped(name)}
    # A role that may do this nowhere may hear so before anybody looks for the row.
    assert {name: code for name, code in found.items() if code != 404 and allows(role, NEEDED[name])} == {}
    assert set(found.values()) <= {403, 404}


@pytest.mark.parametrize("role", Role)
def test_no_page_names_another_customers_rows(role, ours, theirs):
    client = staff(role)
    for name, needed in NEEDED.items():
        if allows(role, needed) and name.rpartition("_")[2] not in BY_POST:
            body = client.get(address(name, ours)).getvalue().decode()
            assert [secret for secret in theirs.secrets if secret in body] == [], name
    overview = client.get("/admin/").content.decode()
    assert not any(secret in overview for secret in theirs.secrets)


@pytest.mark.parametrize("model", ROWS)
def test_lists_count_search_and_filter_ones_own_rows_only(model, ours, theirs):
    client, place = staff(Role.ADMINISTRATOR), reverse(f"admin:{model}_changelist")
    found = client.get(place).context["cl"]
    number = 4 if model == "brands_membership" else 1
    assert (found.result_count, found.full_result_count, len(found.result_list)) == (number, number, number)
    searched = client.get(place, {"q": "Oolong"}).context["cl"]
    assert searched.result_count == (0 if searched.model_admin.search_fields else number)
    for name, row in (("customer__id__exact", theirs.customer), ("brand__id__exact", theirs.brand)):
        response = client.get(place, {name: str(row.pk)})
        if response.status_code == 200:
            assert [*response.context["cl"].result_list] == []


def searched_fields() -> list[tuple[str, str, str]]:
    """App, model and name of each field that is searched as one types."""
    return [
        (model._meta.app_label, model._meta.model_name, field)
        for model, page in admin.site._registry.items()
        for owner in (page, *(inline(model, admin.site) for inline in page.inlines))
        for field in (owner.autocomplete_fields or (("subject", "owner") if model is ScheduledJob else ()))
        for model in (owner.model,)
    ]


@pytest.mark.parametrize(("app", "model", "field"), searched_fields())
def test_what_is_searched_as_one_types_finds_ones_own_rows_only(app, model, field, ours, theirs):
    question = {"app_label": app, "model_name": model, "field_name": field, "term": ""}
    answer = staff(Role.ADMINISTRATOR).get(reverse("admin:autocomplete"), question)
    assert len(answer.json()["results"]) == 1
    assert not any(secret in json.dumps(answer.json()) for secret in theirs.secrets)


def test_the_search_over_all_pages_finds_pages_of_ones_own_and_no_rows(ours, theirs):
    for term in ("Oolong", "user", "task"):
        body = staff(Role.ADMINISTRATOR).get(reverse("admin:search"), {"s": term}).content.decode()
        assert not any(secret in body for secret in theirs.secrets)
        assert "/admin/auth/" not in body


def test_a_filter_offers_nothing_of_other_customers(ours, theirs):
    Query.objects.filter(pk=theirs.query.pk).update(country="CN")
    client = staff(Role.ADMINISTRATOR)
    assert '"CN"' not in client.get(reverse("admin:brands_query_changelist")).content.decode()
    mentions = client.get(reverse("admin:brands_answer_changelist"), {"mentions": str(theirs.competitor.pk)})
    assert theirs.competitor.name not in mentions.content.decode()
    runs = client.get(reverse("admin:brands_answer_changelist"), {"run__id__exact": str(theirs.run.pk)})
    assert "Oolong" not in runs.content.decode()


def test_nothing_is_made_for_another_customer(ours, theirs):
    client = staff(Role.ADMINISTRATOR)
    before = {model: model.objects.count() for model in (Brand, Topic, Query, Membership, ScheduledJob)}
    many = {"brand": theirs.brand.pk, "questions": "Why?", "save": "1"}
    asked: dict[str, dict[str, Any]] = {
        "brands_brand_add": {"customer": theirs.customer.pk, "name": "x"},
        "brands_topic_add": {"brand": theirs.brand.pk, "name": "x"},
        "brands_query_add": {"brand": theirs.brand.pk, "text": "Why?"},
        "brands_query_many": many,
        "brands_membership_add": {
            "customer": theirs.customer.pk,
            "user": "administrator@Coffee Ltd",
            "role": "analyst",
        },
        "jobs_service_add": {"name": "x", "owner": theirs.customer.pk, "preset": "generic", "url": "https://x.example"},
        "jobs_scheduledjob_add": {"name": "x", "job_type": "scoring", "subject": theirs.brand.pk, "owner": ""},
    }
    for name, data in asked.items():
        response = client.post(reverse(f"admin:{name}"), {key: str(value) for key, value in data.items()})
        assert response.status_code == 200, name
        assert "Select a valid choice" in response.content.decode(), name
    assert {model: model.objects.count() for model in before} == before


def test_a_job_of_no_customer_is_made_by_superusers_alone(ours):
    data = {"name": "x", "job_type": "scoring", "options_for": "scoring", "subject": "", "owner": ""}
    page = staff(Role.OPERATOR).post(reverse("admin:jobs_scheduledjob_add"), data).content.decode()
    assert "Choose a customer." in page


def test_what_is_done_with_many_rows_is_done_with_those_that_one_may_change(ours, theirs):
    olga = User.objects.get(username="operator@Coffee Ltd")
    olga.memberships.create(customer=theirs.customer, role=Role.ANALYST)  # she sees these, and may not change them
    client, place = login(olga), reverse("admin:brands_query_changelist")
    both = [str(ours.query.pk), str(theirs.query.pk)]
    client.post(place, {"action": "deactivate", "_selected_action": both})
    assert [*Query.objects.filter(is_active=True)] == [theirs.query]
    client.post(place, {"action": "delete_selected", "_selected_action": both, "post": "yes"})
    assert [*Query.objects.all()] == [theirs.query]
    change = client.post(reverse("admin:brands_query_change", args=[theirs.query.pk]), {"text": "x"})
    assert change.status_code == 403


def test_an_operator_deletes_a_job_and_triggers_and_cancels(ours):
    client = staff(Role.OPERATOR)
    assert client.post(address("jobs_scheduledjob_trigger_run", ours)).status_code == 302
    assert client.post(address("jobs_jobrun_cancel", ours)).status_code == 302
    assert JobRun.objects.get(pk=ours.run.pk).status == "cancelled"
    assert client.post(address("jobs_scheduledjob_delete", ours), {"post": "yes"}).status_code == 302
    assert not ScheduledJob.objects.exists()


def test_a_strangers_jobs_name_is_neither_refused_nor_told(ours, theirs):
    data = {
        "name": theirs.job.name,
        "job_type": "scoring",
        "options_for": "scoring",
        "subject": str(ours.brand.pk),
        "owner": "",
        "enabled": "on",
        "schedule_kind": "cron",
        "cron_expression": "0 9 * * *",
        "timezone": "UTC",
        "every": "",
        "period": "minutes",
        "once_at": "",
        "timeout_seconds": "60",
        "max_attempts": "1",
        "backoff_seconds": "2",
    }
    client = staff(Role.OPERATOR)
    assert client.post(reverse("admin:jobs_scheduledjob_add"), data).status_code == 302
    assert ScheduledJob.objects.filter(owner=ours.customer).exclude(pk=ours.job.pk).get().name.endswith("(Coffee Ltd)")


def test_a_member_is_added_by_name_and_gets_another_role(ours):
    client, person = staff(Role.ADMINISTRATOR), User.objects.create_user("pat")
    data = {"customer": str(ours.customer.pk), "user": "pat", "role": "analyst"}
    place = reverse("admin:brands_membership_add")
    assert client.post(place, data).status_code == 302
    member = person.memberships.get()
    assert "is a member" in client.post(place, data).content.decode()
    assert "There is no user of this name." in client.post(place, {**data, "user": "pit"}).content.decode()
    client.post(reverse("admin:brands_membership_change", args=[member.pk]), {"role": "operator"})
    member.refresh_from_db()
    assert member.role == Role.OPERATOR


def test_a_superuser_reaches_every_page(ours, theirs):
    client = login(User.objects.create_superuser("root"))
    for name, needed in NEEDED.items():
        if is_scoped(name) and name != "jobs_scheduledjob_pause":
            assert (status(client, name, ours) in (200, 302)) == (needed != NOBODY), name
    assert client.get(reverse("admin:brands_brand_changelist")).context["cl"].result_count == 2
