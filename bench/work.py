"""Work that is nothing, for each of those that are compared: what is left is what it costs to have it done."""

import os
import time
from typing import Any

import redis
from celery import shared_task

from jobs.job_type import JobType, OptionsModel, RunContext, job_type

STARTED = "bench:started"  # a list on the broker: moments at which work began, for those that are asked to tell


def tell() -> None:
    now = time.time()
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.rpush(STARTED, now)


@job_type
class Nothing(JobType):
    name = "nothing"
    label = "Nothing"

    class Options(OptionsModel):
        tells: bool = False

    def run(self, context: RunContext) -> dict[str, Any]:
        if context.options.tells:
            tell()
        return {}


@shared_task(name="bench.nothing", ignore_result=True)
def celery_task(tells: bool = False) -> None:
    if tells:
        tell()


def function(tells: bool = False) -> None:
    """What RQ calls."""
    if tells:
        tell()
