"""The seam between the ledger and budgets."""

from brands.models import Call
from jobs.errors import JobError


class OverBudget(JobError):
    """The budget is spent."""


def admit(call: Call) -> None:
    """Let the call through and reserve money for it (`call.reserved_usd`), or raise OverBudget.

    Called with a call that is not saved yet, inside the transaction that writes it down: rows that are locked here
    stay locked until the reservation is committed. Every call is admitted as long as there are no budgets.
    """
