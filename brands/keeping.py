"""Writing down what a collector said: one row a part, whatever became of it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from brands.asking import Asked
from brands.collector import Reply, Source, StillWaiting
from brands.models import Answer, Citation
from brands.parts import Part
from brands.totals import refresh
from brands.urls import canonical_url, registrable_domain
from jobs.errors import ServiceError

FINAL = (Answer.Status.ANSWERED, Answer.Status.EMPTY, Answer.Status.ABSENT, Answer.Status.REFUSED)
NOT_READY = "The provider has taken the question and has not delivered its answer yet."


def keep_task(part: Part, provider: str, task_id: str, asked: Asked) -> None:
    """Write down that a question was handed in, before anybody asks for its answer, and who had none before."""
    waiting = {"status": Answer.Status.WAITING, "provider": provider, "provider_task_id": task_id, "error": NOT_READY}
    with transaction.atomic():
        answer, _ = Answer.objects.update_or_create(defaults=_asked(part) | _failures(asked) | waiting, **part.key)
        refresh([answer])


def keep(part: Part, asked: Asked) -> Answer | None:
    """Write down a reply with its citations, or why there is none. A reply that is there already stays: None."""
    with transaction.atomic():
        known = Answer.objects.select_for_update().filter(**part.key).first()
        if known is not None and known.status in FINAL:
            return None
        answer = known or Answer(**part.key)
        for name, value in (_asked(part) | _outcome(asked)).items():
            setattr(answer, name, value)
        answer.save()
        answer.citations.all().delete()
        if asked.reply is not None:
            Citation.objects.bulk_create(_citations(answer, asked.reply))
        refresh([answer])
    return answer


def _asked(part: Part) -> dict[str, Any]:
    return {
        "brand_id": part.query.brand_id,
        "question": part.query.text,
        "country": part.country,
        "locale": part.locale,
    }


def _failures(asked: Asked) -> dict[str, Any]:
    return {"failed_providers": [{"provider": f.provider, "error": str(f.error)} for f in asked.failures]}


def _outcome(asked: Asked) -> dict[str, Any]:
    common = _failures(asked) | {"latency_ms": asked.latency_ms}
    if asked.error is not None:
        return common | _error(asked.error)
    return common | {"provider": asked.provider} | (_reply(asked.reply) if asked.reply else {})


def _error(error: ServiceError) -> dict[str, Any]:
    if isinstance(error, StillWaiting):
        # The task that was handed in stays: it is asked for again, never bought again.
        return {"status": Answer.Status.WAITING, "error": str(error)}
    return {
        "status": Answer.Status.FAILED,
        "provider": error.service,
        "error": str(error),
        "is_retryable": error.retryable and not error.is_ambiguous,
        "raw": error.raw,
    }


def _reply(reply: Reply) -> dict[str, Any]:
    return {
        "status": Answer.Status(reply.status.value),
        "text": reply.text,
        "error": "",
        "is_retryable": False,
        "raw": reply.raw,
        "request_id": reply.request_id[:200],
        "model_served": reply.model_served[:200],
        "searched": reply.searched,
        "country_honoured": reply.country_honoured,
        "locale_honoured": reply.locale_honoured,
        "cost_usd": reply.cost_usd,
        "cost_source": reply.cost_source,
        "received_at": timezone.now(),
    }


def _citations(answer: Answer, reply: Reply) -> list[Citation]:
    """The reply's pages, its own citations first; what it cites is not listed once more as consulted."""
    listed = {source.url for source in reply.citations}
    others = [source for source in reply.consulted if source.url not in listed]
    return [_citation(answer, position, source) for position, source in enumerate([*reply.citations, *others], 1)]


def _citation(answer: Answer, position: int, source: Source) -> Citation:
    # Behind a provider's redirect stands a page of which only the host is known.
    address = f"https://{source.domain}/" if source.domain else source.url
    return Citation(
        answer=answer,
        position=position,
        url=source.url,
        canonical_url=canonical_url(address),
        domain=registrable_domain(address),
        title=source.title,
        is_cited=source.cited,
    )
