import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brands.management.commands.rescore import find_brand
from brands.models import Brand
from brands.totals import differences, rebuild


class Command(BaseCommand):
    help = "Compare the totals that dashboards read with the answers and scores that they sum up, or compute them anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--brand", help="name or id; without it, all")
        parser.add_argument("--rebuild", action="store_true", help="compute them anew")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> str:
        brands = [find_brand(options["brand"])] if options["brand"] else list(Brand.objects.all())
        if options["rebuild"]:
            for brand in brands:
                rebuild(brand)
        wrong = [f"{brand}: {each}" for brand in brands for each in differences(brand)]
        if wrong and not options["json"]:
            last = f"{len(wrong)} totals are wrong. --rebuild computes them anew."
            raise CommandError("\n".join([*wrong[:20], last]))
        if options["json"]:
            return json.dumps({"brands": len(brands), "wrong": wrong})
        return f"The totals of {len(brands)} brands are what their answers add up to."
