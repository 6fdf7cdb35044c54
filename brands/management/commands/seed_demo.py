"""`manage.py seed_demo`: the sample customer with its brand, queries and a scheduled job that is due at once."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from brands.models import Brand, Customer, Query, Topic
from brands.sample_engines.market import BRAND, COMPETITORS, CUSTOMER, QUERIES, SampleBrand
from jobs.schedules import Schedule, put_job

JOB = f"{BRAND.name}: sample answers, daily"
OPTIONS = {"collectors": ["chatgpt", "google_aio", "perplexity", "local"], "parallel": True, "samples": 2}


class Command(BaseCommand):
    help = "Create the sample customer, brand, competitors, queries and a scheduled job whose next tick is due at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--start-in", type=float, default=1, metavar="SECONDS", help="when the job is due first")
        parser.add_argument("--json", action="store_true", help="print the ids as JSON")

    @transaction.atomic
    def handle(self, **options: Any) -> str:
        brand = seed()
        start = timezone.now() + timedelta(seconds=options["start_in"])
        job = put_job(
            JOB,
            job_type="data_collection_and_scoring",
            subject=brand,
            options=OPTIONS,
            schedule=Schedule(every=1, period="days", start_time=start),
        )
        ids = {"customer_id": str(brand.customer_id), "brand_id": str(brand.pk), "scheduled_job_id": str(job.uuid)}
        if options["json"]:
            return json.dumps(ids)
        return f"{brand} is ready, with {brand.queries.count()} queries. “{job}” is due at {start:%H:%M:%S}."


def seed() -> Brand:
    """The sample brand with all that belongs to it, made or brought up to date; nothing is made twice."""
    customer, _ = Customer.objects.update_or_create(name=CUSTOMER, defaults={"is_sample": True})
    brand, _ = Brand.objects.update_or_create(customer=customer, name=BRAND.name, defaults=_names(BRAND))
    for competitor in COMPETITORS:
        brand.competitors.update_or_create(name=competitor.name, defaults=_names(competitor))
    for query in QUERIES:
        topic, _ = Topic.objects.get_or_create(brand=brand, name=query.topic)
        Query.objects.update_or_create(
            brand=brand, text=query.text, country=query.country, locale=query.locale, defaults={"topic": topic}
        )
    return brand


def _names(brand: SampleBrand) -> dict[str, list[str]]:
    return {"aliases": list(brand.aliases), "products": list(brand.products), "domains": list(brand.domains)}
