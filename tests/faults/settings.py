"""Django's settings for the processes of a fault test: the project's own, and the job types that misbehave."""

import os

from config.settings import *  # noqa: F403
from config.settings import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, INSTALLED_APPS

INSTALLED_APPS += ["tests.faults.app"]
if seconds := os.environ.get("VISIBILITY_TIMEOUT"):
    CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] = float(seconds)
if "FAULTY" in os.environ:
    DATABASES["default"]["ENGINE"] = DATABASES["default"]["ENGINE"].replace("django.db", "tests.faults")
    CELERY_DB_REUSE_MAX = 0  # each task connects anew, so that connecting can fail
