"""Customers, brands and jobs of the database as a file writes them. No keys and no passwords are among them."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from brands.models import Brand, Competitor, Customer, Query
from config.schedule_file import KEYS, NAMED
from jobs.models import ScheduledJob

POLICIES = KEYS["jobs"][KEYS["jobs"].index("timeout_seconds") :]


def everything() -> dict[str, Any]:
    customers = Customer.objects.prefetch_related(
        "brands__competitors", "brands__topics", "brands__queries__topic"
    ).order_by("name")
    return {
        "customers": [customer_entry(customer) for customer in customers],
        "jobs": [job_entry(job) for job in jobs() if not is_spent(job)],
    }


def jobs() -> Any:
    return ScheduledJob.objects.select_related("owner", "subject", "crontab", "interval", "clocked").order_by("name")


def is_spent(job: ScheduledJob) -> bool:
    """Whether the job's one moment has passed. No file can ask for that, so files leave such jobs alone."""
    return job.clocked is not None and job.clocked.clocked_time <= timezone.now()


def customer_entry(customer: Customer) -> dict[str, Any]:
    brands = [brand_entry(brand) for brand in customer.brands.all()]
    return {"name": customer.name, "is_sample": customer.is_sample, "brands": brands}


def brand_entry(brand: Brand) -> dict[str, Any]:
    return {
        **named_entry(brand),
        "description": brand.description,
        "competitors": [named_entry(competitor) for competitor in brand.competitors.all()],
        "topics": [topic.name for topic in brand.topics.all()],
        "queries": [query_entry(query) for query in brand.queries.all()],
    }


def named_entry(row: Brand | Competitor) -> dict[str, Any]:
    return {name: getattr(row, name) for name in NAMED}


def query_entry(query: Query) -> dict[str, Any]:
    return {
        "text": query.text,
        "topic": query.topic.name if query.topic else None,
        "country": query.country,
        "locale": query.locale,
        "is_active": query.is_active,
    }


def job_entry(job: ScheduledJob) -> dict[str, Any]:
    owner: Any = job.owner
    subject: Any = job.subject
    return {
        "name": job.name,
        "description": job.description,
        "customer": owner.name if owner else None,
        "brand": subject.name if subject else None,
        "job_type": job.job_type,
        "is_active": job.enabled,
        **_schedule(job),
        "start_time": _moment(job.start_time),
        "expires": _moment(job.expires),
        "metadata": job.options,
        **{name: _policy(job, name) for name in POLICIES},
    }


def _schedule(job: ScheduledJob) -> dict[str, Any]:
    if job.clocked:
        return {"at": _moment(job.clocked.clocked_time)}
    if job.interval:
        return {"every": job.interval.every, "period": job.interval.period}
    return {"cron_expression": job.cron_expression, "timezone": job.time_zone}


def _policy(job: ScheduledJob, name: str) -> Any:
    if name == "blackout":
        return [str(window) for window in job.blackout_windows]
    value = getattr(job, name)
    return str(value) if isinstance(value, str) else value


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
