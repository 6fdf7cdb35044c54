"""The doorbell: a message that carries a run's id and nothing else. The database holds the truth, so a message may be
lost (the run is published again) or come twice (the second claim walks away)."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from celery import current_app
from celery.utils import uuid
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

from jobs import clock
from jobs.models import JobRun

AT_ONCE = 1_000  # messages on one way to the broker
BACKSTOP = 30  # seconds after which Celery kills a run that the worker's supervisor should have ended
EXECUTE_TASK = "jobs.execute_run"
logger = logging.getLogger(__name__)


def publish(runs: Sequence[JobRun]) -> int:
    """Send a message for each run and return how many the broker took; those it did not are swept up later."""
    if not runs:
        return 0
    sent: dict[int, list[UUID]] = defaultdict(list)
    try:
        producers: Any = current_app.producer_pool  # its types do not know `batch` yet
        with producers.acquire(block=True, timeout=5) as producer, producer.batch(AT_ONCE):
            for run in runs:
                _send(run, producer)
                sent[run.fence].append(run.pk)
    except (KombuError, RedisError, OSError) as error:
        sent.clear()  # which of a batch have arrived is not known; a second message is harmless
        logger.warning(
            "The broker takes no messages (%s). The runs wait.",
            type(error).__name__,
            extra={"action": "publish_failed"},
        )
    for fence, ids in sent.items():
        # The fence keeps a message of an older attempt from being taken for one of the next.
        JobRun.objects.filter(pk__in=ids, fence=fence).update(published_at=clock.now())
    return sum(map(len, sent.values()))


def _send(run: JobRun, producer: Any) -> None:
    """As Celery's `send_task`, which takes three times as long to look up for each message what is alike for all."""
    headers, properties, body, _ = current_app.amqp.create_task_message(
        uuid(),
        EXECUTE_TASK,
        args=[str(run.pk)],
        argsrepr=f"['{run.pk}']",
        kwargsrepr="{}",
        ignore_result=True,  # the message's word goes before the task's
        time_limit=run.timeout_seconds + run.kill_after_seconds + BACKSTOP,
    )
    producer.publish(
        body,
        exchange="",
        routing_key=run.queue or default_queue(),
        priority=run.priority,
        headers=headers,
        serializer="json",
        **properties,
    )


def default_queue() -> str:
    return str(current_app.conf.task_default_queue)


def messages(queue: str) -> int | None:
    """How many messages wait in the queue; "" is the default one. None where the broker does not say."""
    try:
        with current_app.connection_for_write() as connection:
            channel: Any = connection.default_channel
            return int(channel.queue_declare(queue or default_queue()).message_count)
    except (OperationalError, OSError, RedisError):
        return None


def publish_next(run: JobRun) -> None:
    """Send the message of the run that has waited longest for this one, which has ended."""
    now = clock.now()
    following = JobRun.objects.unpublished(now).filter(scheduled_job_id=run.scheduled_job_id).order_by("created_at")
    publish(list(following[:1]))
