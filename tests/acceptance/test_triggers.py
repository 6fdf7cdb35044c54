"""Twenty people trigger one job at the same moment, against real server processes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx

from jobs.models import JobRun
from tests.acceptance.harness import Platform
from tests.brands.factories import make_brand, make_job

PEOPLE = 20


def test_twenty_triggers_at_once_make_one_run_and_twenty_helpful_answers(platform: Platform) -> None:
    job = make_job(make_brand(), "scoring")
    token = platform.shell(
        "from django.contrib.auth.models import User; from rest_framework_simplejwt.tokens import RefreshToken\n"
        "user = User.objects.create_superuser('root')\n"
        "result = str(RefreshToken.for_user(user).access_token)"
    )
    address = f"http://{platform.web().address}/api/admin/scheduled-jobs/{job.uuid}/trigger"
    start = Barrier(PEOPLE)

    def trigger(_: int) -> httpx.Response:
        with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False) as client:
            start.wait()
            return client.post(address, json={})

    with ThreadPoolExecutor(PEOPLE) as people:
        answers = list(people.map(trigger, range(PEOPLE)))
    run = JobRun.objects.get()
    assert sorted(answer.status_code for answer in answers) == [200] * (PEOPLE - 1) + [201]
    assert {answer.json()["id"] for answer in answers} == {str(run.pk)}
    words = [answer.json()["message"] for answer in answers if answer.status_code == 200]
    assert set(words) == {"No second run was made: this one is pending."}
