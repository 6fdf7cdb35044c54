"""Work that is nothing, for each of those that are compared: what is left is what it costs to have it done."""

from typing import Any

from celery import shared_task

from bench.telling import tell
from jobs.job_type import JobType, OptionsModel, RunContext, job_type


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
