"""The job type of fault tests: it works for a while, has one effect outside of the system, and misbehaves when told."""

import os
import signal
import time
from pathlib import Path
from typing import Any, Literal

from jobs.errors import RetryLater
from jobs.job_type import JobType, OptionsModel, RunContext
from tests.faults.outside import BEGAN, Outside

STEP = 0.05  # seconds between two looks whether to stop


class Effect(JobType):
    name = "effect"
    label = "Effect"

    class Options(OptionsModel):
        work_ms: int = 0
        after_ms: int = 0  # work after the effect
        manner: Literal["well", "die", "kill_worker", "hang", "deaf", "fail", "retry"] = "well"
        attempts: int = 99  # it misbehaves in so many attempts, and works well after them

    def run(self, context: RunContext) -> dict[str, Any]:
        options = context.options
        manner = options.manner if context.attempt <= options.attempts else "well"
        outside = Outside(Path(os.environ["OUTSIDE"]))
        outside.note(BEGAN, context.run_id, context.attempt)
        _work(context, options.work_ms / 1000, deaf=manner == "deaf")
        _misbehave(manner)
        outside.effect(context.run_id, context.attempt)
        _work(context, options.after_ms / 1000, deaf=manner == "deaf")
        return {}


def _work(context: RunContext, seconds: float, *, deaf: bool) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, STEP))
        if not deaf:
            context.checkpoint()


def _misbehave(manner: str) -> None:
    if manner == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if manner == "kill_worker":
        os.killpg(os.getpgrp(), signal.SIGKILL)
    if manner == "hang":
        while True:
            time.sleep(60)
    if manner == "fail":
        raise ValueError("told to fail")
    if manner == "retry":
        raise RetryLater("told to come back")
