"""Run a script that the operator has put into the folder SCRIPTS_DIR."""

import logging
import socket
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from pydantic import Field

from jobs.errors import GiveUp, RetryLater, ScriptRefused
from jobs.job_type import JobType, OptionsModel, RunContext, job_type
from jobs.models import RunOutput
from jobs.patience import patiently
from jobs.scripts.decisions import note, why_not_approved, why_not_released
from jobs.scripts.folder import NAME, ScriptFile, find
from jobs.scripts.output import Output
from jobs.scripts.process import GRACE, Ended, Limits, ScriptProcess
from jobs.scripts.workplace import FIXED, FOLDER, environment, folder, is_ours, lock

MEBI = 1024 * 1024
logger = logging.getLogger(__name__)


class ScriptOptions(OptionsModel):
    script: str = Field(
        max_length=100, pattern=f"^{NAME.pattern}$", description="Its name in the folder of scripts, without a path."
    )
    arguments: dict[str, Any] = Field({}, description="Its arguments by name, as its header declares them.")
    environment: list[str] = Field(
        [],
        max_length=50,
        description="Variables of the worker to hand on, one a line. SCRIPTS_ENVIRONMENT allows them.",
    )
    folder: str = Field(
        "",
        max_length=100,
        pattern=f"^({FOLDER.pattern})?$",
        description="A working folder that is kept from run to run. Empty: a fresh one that is removed afterwards.",
    )
    memory_mb: int | None = Field(
        None, ge=16, le=1_048_576, description="Address space of each of its processes, in MiB. Empty: any."
    )
    cpu_seconds: int | None = Field(
        None, ge=1, le=86_400, description="Processor time of each of its processes. Empty: any."
    )
    file_mb: int | None = Field(None, ge=1, le=1_048_576, description="Size of a file it writes, in MiB. Empty: any.")
    success_codes: list[int] = Field([0], min_length=1, max_length=50, description="Exit codes that mean success.")


@job_type
class Script(JobType):
    name = "script"
    label = "Script"
    seconds_to_land = GRACE
    key_kinds = ("script",)
    Options = ScriptOptions

    def keys(self, options: Any) -> list[str]:
        return [f"script:{options.script}"]

    def refusals(self, owner_id: UUID | None, options: Any) -> dict[str, str]:
        if sentence := why_not_released(options.script, owner_id):
            return {"script": sentence}
        try:
            file = find(options.script)
        except ScriptRefused as error:
            return {"script": str(error)}
        found = file.declaration.problems(options.arguments)
        problems = {f"arguments.{name}": sentence for name, sentence in found.items()}
        if sentence := _wrong_names(options.environment):
            problems["environment"] = sentence
        return problems

    def check(self, subject_id: UUID | None, options: Any) -> list[str]:
        try:
            return list(filter(None, [why_not_approved(find(options.script))]))
        except ScriptRefused as error:
            return [str(error)]

    def run(self, context: RunContext) -> dict[str, Any]:
        options: ScriptOptions = context.options
        file = _allowed(options.script)
        output = Output(context, settings.SCRIPTS_KEEP_OUTPUT)
        with lock(context.run_id) as held, folder(context.owner_id, options.folder, context.run_id) as home:
            context.log(f"{file.name} ({file.sha256[:12]}) on {socket.gethostname()}")
            process = ScriptProcess(
                argv=[str(file.path), *file.declaration.words(options.arguments)],
                folder=home,
                environment=environment(home, options.environment),
                limits=_limits(options),
                lock=held,
            )
            try:
                ended = process.run(context, output.take)
            finally:
                output.finish()
                _keep(context, output)
        return _judged(context, ended, _metrics(file, ended, output))


def _allowed(name: str) -> ScriptFile:
    """The script, seen on this machine just now; raises GiveUp where it may not run."""
    try:
        file = find(name)
    except ScriptRefused as error:
        raise GiveUp(str(error)) from None
    note(file)
    if sentence := why_not_approved(file):
        raise GiveUp(sentence)
    return file


def _judged(context: RunContext, ended: Ended, metrics: dict[str, Any]) -> dict[str, Any]:
    if ended.left:
        context.log(f"{ended.left} of its processes could not be ended.", "error")
    is_well = ended.exit_code in context.options.success_codes and not ended.error and not ended.told
    context.log(ended.in_words, "info" if is_well else "error")
    if is_well:
        return metrics
    context.counted = metrics
    context.checkpoint()  # where it was told to end, that is what became of the run, whatever the script made of it
    if ended.error or context.is_last_attempt:
        raise GiveUp(ended.in_words, metrics=metrics)
    raise RetryLater(ended.in_words)


def _metrics(file: ScriptFile, ended: Ended, output: Output) -> dict[str, Any]:
    sizes = {f"{name}_bytes": stream.size for name, stream in output.streams.items()}
    found = {
        "exit_code": ended.exit_code,
        "signal": ended.signal,
        "cpu_seconds": ended.cpu_seconds,
        "memory_mb": ended.memory_mb,
        **sizes,
        "script": {"sha256": file.sha256, "machine": socket.gethostname()},
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _keep(context: RunContext, output: Output) -> None:
    """Keep what was printed, for a download. The script has run by now, so a database that is away does not undo it."""
    rows = [
        RunOutput(run_id=context.run_id, attempt=context.attempt, stream=name, content=stream.kept, size=stream.size)
        for name, stream in output.streams.items()
        if stream.size
    ]
    unique = ["run", "attempt", "stream"]
    try:
        patiently(
            lambda: RunOutput.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=unique, update_fields=["content", "size"]
            )
        )
    except DatabaseError:
        logger.warning("The output of %s is lost.", context.run_id, extra={"action": "output_lost"})


def _limits(options: ScriptOptions) -> Limits:
    limits: Limits = {}
    if options.memory_mb is not None:
        limits["AS"] = (options.memory_mb * MEBI, options.memory_mb * MEBI)
    if options.cpu_seconds is not None:
        limits["CPU"] = (options.cpu_seconds, options.cpu_seconds + int(GRACE))
    if options.file_mb is not None:
        limits["FSIZE"] = (options.file_mb * MEBI, options.file_mb * MEBI)
    return limits


def _wrong_names(names: list[str]) -> str:
    for name in names:
        if is_ours(name):
            return f"“{name}” is never handed to a script: it may hold a secret."
        if name in FIXED:
            return f"“{name}” is the same for all scripts."
        if name not in settings.SCRIPTS_ENVIRONMENT:
            allowed = ", ".join(settings.SCRIPTS_ENVIRONMENT) or "none"
            return f"“{name}” is not handed on. SCRIPTS_ENVIRONMENT allows: {allowed}."
    return ""
