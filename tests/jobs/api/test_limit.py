import pytest
from django.contrib.auth.models import User

from jobs.models import Limit
from tests.tenants import client_of

pytestmark = pytest.mark.django_db
LIMITS = "/api/admin/limits"


@pytest.fixture
def root():
    return client_of(User.objects.create_superuser("root"))


def test_a_limit_is_made_changed_and_lifted(root, brand):
    made = root.post(LIMITS, {"kind": "brand", "value": brand.name, "at_once": 2})
    assert made.status_code == 201, made.json()
    assert (made.json()["value"], made.json()["name"]) == (str(brand.pk), brand.name)
    address = f"{LIMITS}/{made.json()['id']}"
    assert root.patch(address, {"starts": 10, "per_seconds": 3600}).json()["starts"] == 10
    assert len(root.get(LIMITS).json()["results"]) == 1
    assert root.delete(address).status_code == 204
    assert not Limit.objects.exists()


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"kind": "colour", "at_once": 1}, "kind", "There is no kind “colour”."),
        ({"kind": "queue", "value": "slow"}, "at_once", "Say how many"),
        ({"kind": "queue", "value": "slow", "at_once": 0}, "at_once", "greater than or equal to 1"),
        ({"kind": "brand", "value": "Nobody", "at_once": 1}, "value", "There is no brand “Nobody”."),
        ({"kind": "queue", "value": "fast", "at_once": 1}, "value", "There is such a limit already."),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_at_its_field(root, body, field, words):
    Limit.objects.create(kind="queue", value="fast", at_once=1)
    refused = root.post(LIMITS, body)
    assert (refused.status_code, list(refused.json())) == (400, [field])
    assert words in str(refused.json())
