from jobs.alerting import raise_alert
from jobs.models import Channel
from tests.jobs.services import KEY
from tests.tenants import client_of, make_user


def test_an_alert_is_listed_and_acknowledged(api, brand):
    alert = raise_alert(owner_id=brand.customer_id, kind="job", key="x", sentence="It failed.")
    (shown,) = api.get("/api/admin/alerts", {"state": "open"}).data["results"]
    assert (shown["sentence"], shown["state"], str(shown["customer_id"])) == (
        "It failed.",
        "open",
        str(brand.customer_id),
    )
    done = api.post(f"/api/admin/alerts/{alert.pk}/acknowledge")
    assert (done.data["state"], done.data["acknowledged_by"]) == ("acknowledged", "olga")
    assert api.get("/api/admin/alerts", {"state": "open"}).data["results"] == []


def test_a_channel_is_made_by_an_administrator_and_its_address_is_never_shown(brand):
    api = client_of(make_user("ann", brand.customer, "administrator"))
    body = {"customer_id": str(brand.customer_id), "name": "Team"}
    assert "webhook" in api.post("/api/admin/alert-channels", {**body, "url": "ftp://x"}).data["url"][0]
    made = api.post("/api/admin/alert-channels", {**body, "url": f"https://hooks.example/{KEY}"})
    assert (made.status_code, KEY in made.content.decode()) == (201, False)
    assert Channel.objects.get().url.endswith(KEY)
