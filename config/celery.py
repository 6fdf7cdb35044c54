"""The Celery application: `celery -A config worker`, `celery -A config beat`, `celery -A config flower`."""

import os
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import worker_init

from config.env import BASE_DIR

# Without its file Flower would start without a password; named by its full path, a missing file is an error.
os.environ.setdefault("FLOWER_CONF", str(BASE_DIR / "flowerconfig.py"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Celery has Django's checks load every page and address of the site at each start, and tells nobody what they found.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

app = Celery("brandbeat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def _load_sdks(**_: Any) -> None:
    """Before its processes fork off, so that they share one copy and none has to load them in the middle of a run."""
    for name in ("brands.collectors._serpapi_client", "cryptography.fernet", "openai", "perplexity"):
        import_module(name)
