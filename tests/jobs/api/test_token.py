import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from jobs.access import Role
from tests.brands.factories import make_brand
from tests.tenants import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough one"
BRANDS = "/api/admin/brands"


@pytest.fixture
def olga() -> User:
    return make_user("olga", make_brand().customer, Role.OPERATOR, password=PASSWORD)


def login(password: str = PASSWORD, username: str = "olga", **extra):
    return APIClient().post("/api/token", {"username": username, "password": password}, format="json", **extra)


def with_token(access: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def post(path: str, **body: str):
    return APIClient().post(f"/api/token/{path}", body, format="json")


def test_a_password_gets_a_token_that_opens_the_api(olga):
    tokens = login().json()
    assert set(tokens) == {"access", "refresh"}
    assert with_token(tokens["access"]).get(BRANDS).status_code == 200
    assert with_token(tokens["refresh"]).get(BRANDS).status_code == 401
    assert with_token("nonsense").get(BRANDS).status_code == 401


def test_a_refresh_token_works_once_and_gives_a_new_pair(olga):
    tokens = login().json()
    fresh = post("refresh", refresh=tokens["refresh"]).json()
    assert with_token(fresh["access"]).get(BRANDS).status_code == 200
    assert post("refresh", refresh=tokens["refresh"]).status_code == 401


def test_a_revoked_refresh_token_gives_no_new_access(olga):
    tokens = login().json()
    assert post("revoke", refresh=tokens["refresh"]).status_code == 200
    assert post("refresh", refresh=tokens["refresh"]).status_code == 401


def test_no_token_is_kept_in_the_database(olga):
    tokens = login().json()
    post("refresh", refresh=tokens["refresh"])
    assert [row.token for row in OutstandingToken.objects.all()] == ["", ""]
    assert post("refresh", refresh=tokens["refresh"]).status_code == 401


def test_a_new_password_ends_all_tokens(olga):
    tokens = login().json()
    olga.set_password("another long one")
    olga.save()
    assert with_token(tokens["access"]).get(BRANDS).status_code == 401
    assert post("refresh", refresh=tokens["refresh"]).status_code == 401


def test_a_user_who_was_switched_off_is_out_at_once(olga):
    tokens = login().json()
    User.objects.update(is_active=False)
    assert with_token(tokens["access"]).get(BRANDS).status_code == 401
    assert post("refresh", refresh=tokens["refresh"]).status_code == 401
    assert login().status_code == 401


def test_a_token_of_a_deleted_user_is_refused(olga):
    tokens = login().json()
    olga.delete()
    assert with_token(tokens["access"]).get(BRANDS).status_code == 401
    assert post("refresh", refresh=tokens["refresh"]).status_code == 401


def test_a_wrong_password_is_refused_in_a_sentence(olga):
    response = login("wrong")
    assert (response.status_code, response.json()["detail"]) == (401, "The user name or the password is wrong.")


def test_repeated_failures_lock_the_user_out_for_a_while(olga):
    statuses = [login("wrong").status_code for _ in range(5)]
    assert statuses == [401] * 4 + [429]
    locked = login()
    assert locked.status_code == 429
    assert locked.json() == {"detail": "Too many wrong logins. Try again in 15 minutes."}
    assert locked.headers["Retry-After"] == "900"
    make_user("anna", password=PASSWORD)
    assert login(username="anna").status_code == 200


def test_a_lock_out_at_the_token_endpoint_holds_in_the_admin_too(olga):
    for _ in range(5):
        login("wrong")
    page = Client().post("/admin/login/", {"username": "olga", "password": PASSWORD})
    assert (page.status_code, page.content.decode()) == (429, "Too many wrong logins. Try again in 15 minutes.")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "olga"},
        {"username": "o" * 151, "password": "x"},
        {"username": ["olga"], "password": "x"},
        {"username": "olga", "password": "x" * 1001},
        [],
    ],
)
def test_a_login_that_makes_no_sense_is_refused(olga, body):
    assert APIClient().post("/api/token", body, format="json").status_code == 400


def test_a_session_works_too_and_changes_nothing_without_its_csrf_token(olga):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(olga, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(BRANDS).status_code == 200
    refused = browser.post(BRANDS, {"name": "x"}, content_type="application/json")
    assert (refused.status_code, refused.json()["detail"][:12]) == (403, "CSRF Failed:")
    browser.cookies["csrftoken"] = token = "a" * 32
    taken = browser.post(BRANDS, {}, content_type="application/json", headers={"X-CSRFToken": token})
    assert taken.status_code == 400
