"""The project: settings, URLs, Celery's application. It knows both apps; neither knows it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
