"""Rows for tests of the domain."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from brands.models import Answer, Brand, Call, CallStatus, Competitor, Customer, Query
from brands.totals import refresh
from jobs.models import JobRun, ScheduledJob
from jobs.status import RunStatus, Trigger


def make_brand(name: str = "Aurora", *, rivals: tuple[str, ...] = ("Borealis",), **fields: Any) -> Brand:
    customer = fields.pop("customer", None) or Customer.objects.get_or_create(name="Coffee Ltd")[0]
    brand = Brand.objects.create(customer=customer, name=name, **fields)
    for rival in rivals:
        Competitor.objects.create(brand=brand, name=rival)
    return brand


def make_query(brand: Brand, text: str = "Which coffee machine is best?", **fields: Any) -> Query:
    return Query.objects.create(brand=brand, text=text, **fields)


def make_job(brand: Brand, job_type: str = "data_collection", **options: Any) -> ScheduledJob:
    job = ScheduledJob(name=f"{brand}: {job_type}", job_type=job_type, subject=brand, options=options)
    job.set_cron("0 9 * * *", "UTC")
    job.clean()
    job.save()
    return job


def make_run(brand: Brand, job_type: str = "data_collection", **fields: Any) -> JobRun:
    return JobRun.objects.create(
        job_name="Morning", job_type=job_type, trigger=Trigger.MANUAL, subject=brand, owner=brand.customer, **fields
    )


def make_answer(query: Query, text: str = "Aurora is great.", **fields: Any) -> Answer:
    run = fields.pop("run", None) or make_run(query.brand, status=RunStatus.COMPLETED, finished_at=timezone.now())
    answer = Answer.objects.create(
        **{
            "run": run,
            "brand": query.brand,
            "query": query,
            "question": query.text,
            "collector": "chatgpt",
            "provider": "openai",
            "status": Answer.Status.ANSWERED,
            "text": text,
            "received_at": timezone.now(),
            **fields,
        }
    )
    refresh([answer])
    return answer


def make_call(query: Query, status: CallStatus = CallStatus.ANSWERED, **fields: Any) -> Call:
    now = timezone.now()
    implied: dict[str, Any] = {"closed_at": None if status == CallStatus.OPEN else now}
    if status in (CallStatus.FAILED, CallStatus.AMBIGUOUS):
        implied["error"] = "openai did not answer (ReadTimeout)."
    if status == CallStatus.RELEASED:
        implied["released_by"] = "ada"
    if status == CallStatus.ANSWERED:
        implied |= {"cost_usd": Decimal("0.01"), "cost_source": "billed"}
    return Call.objects.create(
        **{
            "customer": query.brand.customer,
            "brand": query.brand,
            "query": query,
            "question": query.text,
            "run_id": uuid4(),
            "collector": "chatgpt",
            "provider": "openai",
            "idempotency_key": uuid4().hex,
            "status": status,
            **implied,
            **fields,
        }
    )
