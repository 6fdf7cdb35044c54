"""The API against its own OpenAPI document: what schemathesis makes up from it, sent by three kinds of visitors."""

import functools
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework_simplejwt.tokens import RefreshToken
from schemathesis import checks

from config.env import BASE_DIR
from config.wsgi import application
from tests.tenants import Tenant, make_tenant

pytestmark = pytest.mark.django_db
DOCUMENT = json.loads((BASE_DIR / "docs" / "openapi.json").read_text())
OPERATIONS = [f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods]
VISITORS = ["nobody", "Coffee Ltd", "Tea Inc"]
PUBLIC = {"/api/schema", "/api/docs", "/api/token", "/api/token/refresh", "/api/token/revoke"}
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@functools.cache
def document() -> Any:
    loaded = schemathesis.openapi.from_dict(DOCUMENT)
    loaded.app = application
    return loaded


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests leave the test's connection open, as those of Django's own test client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def ours() -> Tenant:
    make_tenant("Tea Inc", "Oolong")
    return make_tenant("Coffee Ltd", "Aurora")


def headers(visitor: str) -> dict[str, str]:
    if visitor == "nobody":
        return {}
    user = User.objects.get(username=f"administrator@{visitor}")
    return {"Authorization": f"Bearer {RefreshToken.for_user(user).access_token}"}


def rows(tenant: Tenant) -> dict[str, UUID]:
    """Ids that are there, by what the API calls them."""
    return {
        "scheduled-jobs": tenant.job.uuid,
        "job-runs": tenant.run.pk,
        "services": tenant.service.pk,
        "service-records": tenant.service_record.pk,
        "alerts": tenant.alert.pk,
        "alert-channels": tenant.channel.pk,
        "sync": tenant.service.pk,
        "customers": tenant.customer.pk,
        "members": tenant.member.pk,
        "brands": tenant.brand.pk,
        "competitors": tenant.competitor.pk,
        "topics": tenant.topic.pk,
        "queries": tenant.query.pk,
        "answers": tenant.answer.pk,
        "citations": tenant.citation.pk,
        "scores": tenant.score.pk,
        "customer_id": tenant.customer.pk,
        "brand_id": tenant.brand.pk,
        "topic_id": tenant.topic.pk,
    }


def lead_to_rows(case: Any, known: dict[str, UUID]) -> None:
    """Ids that were made up lead nowhere; these are of rows that are there, though perhaps somebody else's."""
    noun = case.path.split("/")[3:4]
    if case.path_parameters and noun and noun[0] in known:
        case.path_parameters = dict.fromkeys(case.path_parameters, str(known[noun[0]]))
    if isinstance(case.body, dict):
        case.body = {key: str(known[key]) if key in known else value for key, value in case.body.items()}
    if "brand_id" in (case.query or {}):
        case.query["brand_id"] = str(known["brand_id"])


def ask(operation: str, visitor: str, tenant: Tenant, examples: int) -> None:
    method, path = operation.split(" ")
    known, sent = rows(tenant), headers(visitor)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=document()[path][method].as_strategy(), is_known=st.booleans())
    def send(case: Any, is_known: bool) -> None:
        if is_known:
            lead_to_rows(case, known)
        response = case.call(headers=sent)
        case.validate_response(response, checks=CHECKS)
        assert path in PUBLIC or visitor != "nobody" or response.status_code == 401

    send()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_is_sent_gets_an_answer_that_the_document_knows(operation, ours):
    for visitor in VISITORS:
        ask(operation, visitor, ours, examples=3)


@pytest.mark.faults
@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_hundred_requests_to_each_operation_get_such_answers(operation, visitor, ours):
    ask(operation, visitor, ours, examples=100)
