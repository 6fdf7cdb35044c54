"""Running a run once more for those who know it by its id alone."""

from uuid import UUID

from jobs.dispatch import retry
from jobs.errors import AnotherRunIsOpen, InvalidTransition, StaleRun
from jobs.models import JobRun


def run_again(run_id: UUID, by: str) -> str:
    """Retry the run; only what is missing is done. Returns what came of it, in a sentence."""
    run = JobRun.objects.filter(pk=run_id).first()
    if run is None:
        return "The run was deleted meanwhile; the next run of its job asks again."
    if run.is_open:
        return "Its run is open still. Retry it when it has ended."
    try:
        retry(run, by)
    except (AnotherRunIsOpen, InvalidTransition, StaleRun) as error:
        return str(error)
    return "The run is pending again. It does only what is missing."
