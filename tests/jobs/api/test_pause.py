import pytest
from django.contrib.auth.models import User

from jobs.models import Pause
from jobs.schedules import pause_all
from tests.tenants import client_of

pytestmark = pytest.mark.django_db
PAUSE, RESUME = "/api/admin/pause", "/api/admin/resume"


@pytest.fixture
def root():
    return client_of(User.objects.create_superuser("root"))


def test_all_schedules_are_paused_and_resumed(root):
    assert root.get(PAUSE).json()["is_paused"] is False
    paused = root.post(PAUSE, {"reason": "Migration"}).json()
    assert (paused["is_paused"], paused["by"], paused["reason"]) == (True, "root", "Migration")
    assert "All schedules are paused by root" in paused["message"]
    assert root.get(PAUSE).json() == paused
    assert root.post(RESUME).json()["is_paused"] is False
    assert Pause.current() is None


def test_a_role_with_a_customer_reads_the_pause_and_does_not_change_it(api):
    pause_all(by="root")
    assert api.get(PAUSE).json()["is_paused"] is True
    assert (api.post(PAUSE).status_code, api.post(RESUME).status_code) == (403, 403)
    assert Pause.current() is not None


def test_a_wrong_body_is_refused_in_words(root):
    refused = root.post(PAUSE, {"why": "x"})
    assert (refused.status_code, refused.json()) == (400, {"why": ["There is no such field. There are: reason."]})
    assert root.post(PAUSE, {"reason": "x" * 501}).status_code == 400
    assert Pause.current() is None
