"""Two customers with a row of every noun each, and people with every role, for tests of who sees what."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from brands.models import (
    Answer,
    Brand,
    Budget,
    Call,
    CallStatus,
    Citation,
    Competitor,
    Correction,
    Customer,
    DomainRule,
    Membership,
    Query,
    Rescore,
    Score,
    Topic,
)
from jobs.access import Role
from jobs.alerting import raise_alert
from jobs.models import Alert, Channel, JobRun, ScheduledJob, Script, Service, ServiceRecord, UploadedFile
from jobs.status import RunStatus
from tests.analysis.files import make_file
from tests.brands.factories import make_answer, make_brand, make_call, make_job, make_query, make_run


@dataclass(frozen=True)
class Tenant:
    customer: Customer
    member: Membership  # its administrator's
    brand: Brand
    competitor: Competitor
    budget: Budget
    topic: Topic
    query: Query
    answer: Answer
    call: Call
    citation: Citation
    score: Score
    correction: Correction
    rescore: Rescore
    domain_rule: DomainRule
    job: ScheduledJob
    run: JobRun
    script: Script  # released to this customer
    service: Service
    service_record: ServiceRecord
    alert: Alert
    channel: Channel
    file: UploadedFile

    @property
    def secrets(self) -> list[str]:
        """What nobody else may ever read."""
        rows = [self.customer, self.brand, self.competitor, self.topic, self.query, self.answer, self.run, self.member]
        rows += [self.budget, self.service, self.alert, self.channel, self.file]
        names = [self.customer.name, self.brand.name, self.script.name, self.file.name]
        return [*(str(row.pk) for row in rows), str(self.job.uuid), *names]


def make_tenant(name: str, brand_name: str) -> Tenant:
    customer = Customer.objects.create(name=name)
    people = {role: make_user(f"{role}@{name}", customer, role) for role in Role}
    brand = make_brand(brand_name, rivals=(), customer=customer)
    competitor = Competitor.objects.create(brand=brand, name=f"{brand_name}'s rival")
    topic = Topic.objects.create(brand=brand, name=f"{brand_name}'s topic")
    budget = Budget.objects.create(customer=customer, brand=brand, limit_calls=100)
    query = make_query(brand, f"Is {brand_name} good?", topic=topic)
    run = make_run(brand, status=RunStatus.PENDING)
    answer = make_answer(query, f"{brand_name} is good.", run=run)
    call = make_call(query, CallStatus.AMBIGUOUS, run_id=run.pk)
    citation = Citation.objects.create(
        answer=answer, position=1, url="https://x.example", canonical_url="https://x.example", domain="x.example"
    )
    score = Score.objects.create(
        answer=answer, brand=brand, scorer="mentions", version="1", measures={"mention_count": 1}, evidence=[]
    )
    correction = Correction.objects.create(
        answer=answer, brand=brand, kind="sentiment", label="neutral", author_name="somebody"
    )
    rescore = Rescore.objects.create(brand=brand, tracked="", versions={}, answers=0, counts={}, started_by="somebody")
    rule = DomainRule.objects.create(customer=customer, domain="x.example", category="UGC")
    job = make_job(brand, "scoring")
    member = people[Role.ADMINISTRATOR].memberships.get()
    scored = (answer, call, citation, score, correction, rescore, rule)
    script = Script.objects.create(name=f"{brand_name}.sh", sha256="0" * 64)
    script.released_to.add(customer)
    service = Service.objects.create(owner=customer, name=f"{brand_name}'s server", url="http://127.0.0.1:9/")
    record = ServiceRecord.objects.create(service=service, record_id="1", at=timezone.now(), data={"cpu_usage": 12})
    alert = raise_alert(owner_id=customer.pk, kind="job", key=brand_name, sentence=f"{brand_name} has a problem.")
    channel = Channel(owner=customer, name=f"{brand_name}'s channel")
    channel.url = "https://127.0.0.1:9/"
    channel.save()
    watched = (script, service, record, alert, channel, make_file(customer, f"{brand_name}.csv"))
    return Tenant(customer, member, brand, competitor, budget, topic, query, *scored, job, run, *watched)


def make_user(name: str, customer: Customer | None = None, role: str = Role.OPERATOR, **fields: Any) -> User:
    user = User.objects.create_user(name, **fields)
    if customer is not None:
        Membership.objects.create(user=user, customer=customer, role=role)
    return user


def client_of(user: User | None) -> APIClient:
    """A program that is logged in as this user; None is a stranger."""
    client = APIClient()
    client.default_format = "json"
    if user is not None:
        client.force_authenticate(user)
    return client
