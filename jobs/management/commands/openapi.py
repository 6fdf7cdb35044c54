"""`manage.py openapi`: the API's OpenAPI document, as a file or on the screen."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from drf_spectacular.generators import SchemaGenerator


def document() -> str:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


class Command(BaseCommand):
    help = "Write the OpenAPI document of the API. docs/openapi.json is made with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="where to write it; - is the screen")
        parser.add_argument("--json", action="store_true", help="as always: the document is JSON")

    def handle(self, **options: Any) -> None:
        if options["file"] == "-":
            self.stdout.write(document(), ending="")
        else:
            Path(options["file"]).write_text(document())
