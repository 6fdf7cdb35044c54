"""The Celery application: `celery -A config worker`, `celery -A config beat`, `celery -A config flower`."""

import os

from celery import Celery

from config.env import BASE_DIR

# Without its file Flower would start without a password; named by its full path, a missing file is an error.
os.environ.setdefault("FLOWER_CONF", str(BASE_DIR / "flowerconfig.py"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("brandbeat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
