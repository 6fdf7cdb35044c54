"""The log of a run: its lines, searched, and files to download."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from jobs.admin.base import JobsAdmin
from jobs.log import LEVELS
from jobs.models import JobRun, RunLog, RunOutput


def log_facts(run: JobRun, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows of the log, with the lines that are like what is asked for."""
    query, level = asked.get("q", "").strip()[:200].replace("\0", ""), asked.get("level", "")
    lines = run.log.all()
    if query:
        lines = lines.filter(text__icontains=query)
    if level in LEVELS:
        lines = lines.filter(level=level)
    return {
        "log": list(lines),
        "has_log": run.log.exists(),
        "log_query": query,
        "log_level": level,
        "log_levels": LEVELS,
        "outputs": list(run.outputs.defer("content")),
    }


def download_log(model_admin: JobsAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """All lines, one a line, with their time in UTC, attempt and level."""
    run = _run(model_admin, request, object_id)
    return _attachment("".join(map(_in_text, run.log.all())).encode(), f"run-{run.pk}.log")


def download_output(model_admin: JobsAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """What an attempt has printed to a stream, as it came; empty where that is nothing."""
    run = _run(model_admin, request, object_id)
    asked = request.GET.get("attempt", "")[:5]
    attempt = int(asked) if asked.isdecimal() else run.attempt
    stream = request.GET.get("stream", "")
    stream = stream if stream in RunOutput.Stream.values else RunOutput.Stream.STDOUT
    found = run.outputs.filter(stream=stream, attempt=attempt).first()
    return _attachment(bytes(found.content) if found else b"", f"run-{run.pk}-{attempt}.{stream}.txt")


def _run(model_admin: JobsAdmin, request: HttpRequest, object_id: str) -> JobRun:
    run: JobRun | None = model_admin.get_object(request, object_id)
    if run is None:
        raise Http404("There is no job run at this address.")
    return run


def _in_text(line: RunLog) -> str:
    return f"{line.at:%Y-%m-%dT%H:%M:%S.%f}Z {line.attempt} {line.level} {line.text}\n"


def _attachment(content: bytes, name: str) -> HttpResponse:
    """A file that no browser shows as a page of this site."""
    response = HttpResponse(content, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
