"""Looks for insights in uploaded files: in those that are named, or in all new ones of the job's owner."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from pydantic import Field

from jobs import clock
from jobs.access import OWNER
from jobs.analysis.process import analyse_apart
from jobs.analysis.source import File, Unreadable
from jobs.errors import GiveUp
from jobs.job_type import Estimate, JobType, OptionsModel, RunContext, job_type
from jobs.models import Insight, UploadedFile
from jobs.narrative import Unwritten, Writer, expected_of, writer_for
from jobs.status import OPEN
from jobs.telling import findings_of, told
from jobs.uploads import path_of

WHOLE = 100  # parts of the progress that a file has
NOT_HERE = "Its content is not on this worker's machine: UPLOADS_DIR must be shared by web processes and workers."


class FileAnalysisOptions(OptionsModel):
    files: list[UUID] = Field(
        default_factory=list,
        max_length=1000,
        description="Ids of files, oldest first. Empty: all new files of the customer.",
    )


@job_type
class FileAnalysis(JobType):
    name = "file_analysis"
    label = "Analyse files"
    Options = FileAnalysisOptions

    def estimate(self, subject_id: UUID | None, options: OptionsModel) -> Estimate | None:
        """Of the files that are named; without names nobody knows how many will be new, and one stands for each."""
        return expected_of(len(cast(FileAnalysisOptions, options).files) or 1)

    def run(self, context: RunContext) -> dict[str, Any]:
        if context.owner_id is None:
            raise GiveUp(f"Files belong to a {OWNER}, and this job has none. Choose one.")
        writer = writer_for(context.owner_id, context.run_id)
        files = _files(context)
        untold = _untold(context) if writer is not None else []
        done = insights = 0
        for place, file in enumerate(files):
            context.progress(WHOLE * place, WHOLE * len(files))
            found = _Part(context, file, place, len(files)).analyse()
            if found is not None:
                done, insights = done + 1, insights + found
                untold.append(file)
        context.progress(WHOLE * len(files), WHOLE * len(files))
        if not files and not untold:
            context.log("There is no new file.")
        metrics: dict[str, object] = {
            "files_analysed": done,
            "files_failed": len(context.missing),
            "insights": insights,
        }
        if writer is not None:
            metrics["narratives"] = sum(_tell(context, writer, file) for file in untold)
        context.give_up_if_nothing_was_done(len(untold), metrics)
        return metrics


def _files(context: RunContext) -> list[UploadedFile]:
    """What is left to do, oldest first. A retry leaves out what this run has analysed already."""
    options = cast(FileAnalysisOptions, context.options)
    files = UploadedFile.objects.filter(owner_id=context.owner_id)
    if options.files:
        files = files.filter(pk__in=options.files).exclude(run_id=context.run_id, analysed_at__isnull=False)
        return list(files.order_by("created_at"))
    failed_here = files.filter(run_id=context.run_id).exclude(problem="")
    elsewhere = files.exclude(run_id=context.run_id).filter(run__status__in=sorted(OPEN))
    return list((files.new() | failed_here).exclude(pk__in=elsewhere.values("pk")).order_by("created_at"))


def _untold(context: RunContext) -> list[UploadedFile]:
    """What this run has analysed in an earlier attempt and nobody has told of."""
    files = UploadedFile.objects.filter(owner_id=context.owner_id, run_id=context.run_id, analysed_at__isnull=False)
    return list(files.filter(narrative__isnull=True).order_by("created_at"))


def _tell(context: RunContext, writer: Writer, file: UploadedFile) -> bool:
    """Add the narrative to the insights, which stay as they are where there is none; that is noted."""
    of_this_run = UploadedFile.objects.filter(pk=file.pk, run_id=context.run_id, analysed_at__isnull=False)
    analysed = of_this_run.first()
    insights = list(file.insights.values("type", "title", "content", "confidence", "evidence"))
    if analysed is None or not insights:
        return False
    context.checkpoint()
    try:
        findings = findings_of(analysed.description, analysed.rows or 0, analysed.profile, insights)
        written = writer(findings)
        narrative, left_out = told(written.text, findings)
    except Unwritten as error:
        context.miss(f"The narrative of {file.name}", str(error))
        context.log(f"{file.name} has no narrative: {error}", "warning")
        return False
    for sentence in left_out:
        context.log(f"{file.name}: {sentence}", "warning")
    by = {"provider": written.provider, "model": written.model, "written_at": clock.now().isoformat()}
    return bool(of_this_run.update(narrative={**narrative.model_dump(), **by}))


class _Part:
    def __init__(self, context: RunContext, file: UploadedFile, place: int, count: int) -> None:
        self.context, self.file, self.place, self.count = context, file, place, count

    def analyse(self) -> int | None:
        """The number of insights; None where the file cannot be analysed, which is noted."""
        self._update(run_id=self.context.run_id)
        try:
            found = self._found()
        except Unreadable as error:
            self._update(problem=str(error), analysed_at=None)
            self.context.miss(self.file.name, str(error))
            self.context.log(f"{self.file.name}: {error}", "error")
            return None
        self.context.checkpoint()
        if not self._keep(found):
            return 0
        self.context.log(f"{self.file.name}: {found['rows']} rows, {len(found['insights'])} insights.")
        return len(found["insights"])

    def _found(self) -> dict[str, Any]:
        content = path_of(self.file.sha256)
        if not content.exists():
            raise Unreadable(NOT_HERE)
        before = self._before()
        return analyse_apart(
            File(content, self.file.name),
            before=File(path_of(before.sha256), before.name) if before else None,
            most_bytes=settings.FILE_UNPACKED_LIMIT,
            memory=settings.FILE_MEMORY,
            step=self._step,
            checkpoint=self.context.checkpoint,
        )

    def _before(self) -> UploadedFile | None:
        """The latest file before it of the same series, where its content is at hand."""
        if not self.file.series:
            return None
        of_series = UploadedFile.objects.filter(owner_id=self.file.owner_id, series=self.file.series)
        before = of_series.filter(created_at__lt=self.file.created_at).first()
        return before if before is not None and path_of(before.sha256).exists() else None

    def _step(self, percent: int, words: str) -> None:
        self.context.progress(WHOLE * self.place + percent, WHOLE * self.count)

    def _keep(self, found: dict[str, Any]) -> bool:
        """Put the insights in place of those of before; False where the file was deleted meanwhile."""
        with transaction.atomic():
            kept = {"rows": found["rows"], "profile": found["profile"], "kind": found["kind"], "narrative": None}
            if not self._update(analysed_at=clock.now(), problem="", **kept):
                return False
            Insight.objects.filter(file_id=self.file.pk).delete()
            Insight.objects.bulk_create(
                Insight(file_id=self.file.pk, place=place, **each) for place, each in enumerate(found["insights"])
            )
        return True

    def _update(self, **fields: Any) -> int:
        return UploadedFile.objects.filter(pk=self.file.pk).update(**fields)
