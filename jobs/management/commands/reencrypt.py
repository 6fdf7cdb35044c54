"""`manage.py reencrypt`: encrypt all secrets with the first of ENCRYPTION_KEYS; then older keys can be taken away."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs.errors import NotConfigured
from jobs.models import Channel, Service
from jobs.sealing import reseal

SEALED: dict[Any, str] = {Service: "sealed_secret", Channel: "sealed_url"}


class Command(BaseCommand):
    help = "Encrypt the secrets in the database with the first of ENCRYPTION_KEYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> str:
        done, lost = 0, []
        for model, field in SEALED.items():
            for row in model._default_manager.exclude(**{field: ""}).iterator():
                before = getattr(row, field)
                try:
                    after = reseal(before)
                except NotConfigured:
                    lost.append(str(row))
                    continue
                # Only what was read is replaced: somebody may enter a new secret meanwhile.
                done += model._default_manager.filter(pk=row.pk, **{field: before}).update(**{field: after})
        if options["json"]:
            return json.dumps({"encrypted": done, "unreadable": lost})
        words = f" No key opens the secrets of: {', '.join(lost)}. Enter them again." if lost else ""
        return f"Encrypted {done} secrets with the first key.{words}"
