"""Having a question asked again although it may have been paid for: only a person decides that."""

from collections.abc import Sequence

from brands import ledger
from brands.models import Call
from jobs.again import run_again

NOTHING = "None of these calls is ambiguous, so there is nothing to ask again."


def ask_again(calls: Sequence[Call], by: str) -> str:
    """Release the ambiguous ones of these calls and retry their runs. Returns what was done, in sentences."""
    released = [call for call in calls if ledger.release(call, by)]
    if not released:
        return NOTHING
    runs = list(dict.fromkeys(call.run_id for call in released if call.run_id is not None))
    told = list(dict.fromkeys(run_again(run_id, by) for run_id in runs))
    return " ".join([f"{len(released)} {'question' if len(released) == 1 else 'questions'} may be asked again.", *told])
