import io

import pytest
from django.core.management import call_command
from pytest_httpserver import HTTPServer

from brands.models import Membership
from jobs.execution import execute
from jobs.models import JobRun, Service, ServiceRecord
from tests.jobs.factories import make_run
from tests.jobs.services import KEY, Site, customer, make_service

SERVICES = "/api/admin/services"


@pytest.fixture(autouse=True)
def _local_servers_may_be_asked(settings):
    settings.INTERNAL_HOSTS = ["127.0.0.1", "localhost"]


@pytest.fixture
def site(httpserver: HTTPServer) -> Site:
    return Site(httpserver)


@pytest.fixture
def body(brand) -> dict[str, object]:
    return {
        "customer_id": str(brand.customer_id),
        "name": "Web 1",
        "preset": "hosting",
        "url": "https://panel.example/api/status",
        "secret": KEY,
    }


def test_a_service_is_made_from_a_preset_and_its_secret_is_never_shown(api, body):
    made = api.post(SERVICES, body)
    assert made.status_code == 201, made.content
    assert {name: made.data[name] for name in ("auth_header", "records_path", "asks", "health", "has_secret")} == {
        "auth_header": "x-api-key",
        "records_path": "$.data[*]",
        "asks": "days",
        "health": "new",
        "has_secret": True,
    }
    row = Service.objects.get()
    assert row.secret == KEY
    for response in (made, api.get(SERVICES), api.get(f"{SERVICES}/{row.pk}")):
        assert KEY not in response.content.decode()
        assert row.sealed_secret not in response.content.decode()
    api.patch(f"{SERVICES}/{row.pk}", {"name": "Web 2"})
    row.refresh_from_db()
    assert (row.name, row.secret) == ("Web 2", KEY)
    api.patch(f"{SERVICES}/{row.pk}", {"secret": ""})
    assert api.get(f"{SERVICES}/{row.pk}").data["has_secret"] is False


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("url", "ftp://x.example", "http://"),
        ("url", "https://169.254.169.254/latest", "internal address"),
        ("url", "https://u:p@x.example", "password"),
        ("auth_header", "x key", "header's name"),
        ("auth_header", "Host", "header's name"),
        ("secret", "a\nb", "one line"),
        ("records_path", "$.data[?@.a]", "Filters"),
        ("asks_param", "a&b", "letters"),
        ("asks", "cursor", "next cursor"),
        ("thresholds", [{"field": "cpu", "side": "over", "value": 1}], "valid choice"),
        ("labels", "web", "list"),
        ("preset", "x", "valid choice"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(api, body, field, value, words):
    response = api.post(SERVICES, {**body, field: value})
    assert response.status_code == 400
    assert words in response.content.decode()
    assert not Service.objects.exists()


def test_a_second_service_of_a_name_is_refused(api, body):
    api.post(SERVICES, body)
    assert "already" in api.post(SERVICES, body).data["name"][0]


def test_a_secret_is_not_sent_to_another_host_by_whoever_may_not_read_it(api, body):
    place = f"{SERVICES}/{api.post(SERVICES, body).data['id']}"
    refused = api.patch(place, {"url": "https://thief.example/"})
    assert "enter the secret again" in refused.data["url"][0]
    assert api.patch(place, {"url": "https://panel.example/api/other"}).status_code == 200
    assert api.patch(place, {"url": "https://new.example/", "secret": "another"}).status_code == 200


def test_a_trial_shows_what_would_be_stored_and_stores_nothing(api, brand, site):
    service = make_service(site.hosting("/a"), owner=brand.customer)
    shown = api.post(f"{SERVICES}/{service.pk}/try").data
    assert (shown["is_readable"], shown["message"]) == (True, "3 records can be read. Nothing was stored.")
    assert shown["records"][0]["data"]["base_path"] == "/srv/nordlicht"
    assert not ServiceRecord.objects.exists()
    service.url = site.broken("/html", "html")
    service.save()
    shown = api.post(f"{SERVICES}/{service.pk}/try").data
    assert (shown["is_readable"], "no JSON" in shown["message"]) == (False, True)


def test_one_service_and_all_services_are_synced_by_hand(api, brand, site):
    service = make_service(site.hosting("/a"), owner=brand.customer)
    make_service(site.hosting("/b"), "Off", owner=brand.customer, is_active=False)
    make_service(site.hosting("/t"), owner=customer("Tea Inc"))
    first = api.post(f"/api/v1/sync/service/{service.pk}")
    assert (first.status_code, first.data["job_name"]) == (201, "Service sync: Web 1")
    assert api.post(f"/api/v1/sync/service/{service.pk}/").status_code == 200  # the same run, which is open
    everything = api.post("/api/v1/sync/all", {})
    assert (everything.status_code, len(everything.data["runs"])) == (201, 1)
    assert JobRun.objects.count() == 2
    execute(JobRun.objects.get(pk=first.data["id"]).pk, worker="w1")
    records = api.get("/api/admin/service-records", {"service_id": str(service.pk)}).data["results"]
    assert [record["record_id"] for record in records] == [str(site.newest.toordinal() - age) for age in range(3)]


def test_without_an_active_service_nothing_is_begun(api):
    response = api.post("/api/v1/sync/all", {})
    assert (response.status_code, response.data["message"]) == (200, "There is no active service.")


def test_an_analyst_of_one_customer_does_not_sync_anothers(api, brand, site):
    theirs = customer("Tea Inc")
    service = make_service(site.hosting("/t"), owner=theirs)
    body = {"customer_id": str(theirs.pk)}
    assert api.post("/api/v1/sync/all", body).status_code == 400
    assert api.post(f"/api/v1/sync/service/{service.pk}").status_code == 404
    Membership.objects.create(user=api.handler._force_user, customer=theirs, role="analyst")
    assert api.post("/api/v1/sync/all", body).status_code == 403
    assert api.post(f"/api/v1/sync/service/{service.pk}").status_code == 403


def test_the_status_counts_ones_own_syncs(api, brand):
    owner = brand.customer
    for status in ("pending", "processing", "completed", "partial", "failed", "timed_out", "cancelled"):
        make_run(status, job_type="service_sync", owner=owner)
    make_run("pending", job_type="service_sync", owner=customer("Tea Inc"))
    make_run("pending", job_type="scoring", owner=owner)
    shown = api.get("/api/v1/sync/status").data
    counts = {name: shown[name] for name in ("waiting", "delayed", "active", "completed", "partial", "failed")}
    assert counts == {"waiting": 1, "delayed": 0, "active": 1, "completed": 2, "partial": 1, "failed": 2}
    assert len(shown["latest"]) == 7


def test_secrets_are_encrypted_anew_after_the_key_was_replaced(api, body, settings, capsys):
    api.post(SERVICES, body)
    before = Service.objects.get().sealed_secret
    settings.ENCRYPTION_KEYS = ["a-new-key-" + "x" * 30]
    assert Service.objects.get().secret == KEY  # the old key still opens it
    call_command("reencrypt", stdout=io.StringIO())
    settings.SECRET_KEY = "replaced-" + "y" * 50
    row = Service.objects.get()
    assert (row.secret, row.sealed_secret != before) == (KEY, True)
    settings.ENCRYPTION_KEYS = []
    trial = api.post(f"{SERVICES}/{row.pk}/try").data
    assert "ENCRYPTION_KEYS" in trial["message"]
