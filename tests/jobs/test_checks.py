import pytest
from django.core.checks import run_checks

WRONG = {
    "jobs.E001": {"STUCK_RUN_THRESHOLD": 2},
    "jobs.E002": {"WORKER_OFFLINE_THRESHOLD": 10, "WORKER_HEARTBEAT_INTERVAL": 30},
    "jobs.E003": {"CELERY_BROKER_URL": "amqp://localhost"},
    "jobs.E004": {"SCRIPTS_ENVIRONMENT": ["REGION", "API_TOKEN"]},
    "jobs.W002": {"SCRIPTS_DIR": "/nowhere"},
    "jobs.W001": {"JOB_TIMEOUT": 30, "STUCK_RUN_THRESHOLD": 60},
}


@pytest.mark.parametrize("identifier", WRONG)
def test_a_misconfiguration_is_told_with_a_hint(identifier, settings):
    for name, value in WRONG[identifier].items():
        setattr(settings, name, value)
    found = {message.id: message for message in run_checks()}
    assert found[identifier].hint


def test_the_defaults_are_fine():
    assert [message for message in run_checks() if message.id.startswith("jobs.")] == []
