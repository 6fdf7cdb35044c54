"""What of the domain becomes an alert: budgets that go to their end."""

from brands.crossings import crossings
from brands.models import Budget
from jobs.alerting import raise_alert, resolve_kind, watcher
from jobs.pages import row_page

OF_BUDGETS = "budget"  # the kind of alert


@watcher("budgets")
def watch_budgets() -> None:
    """A budget of which 80 % is used is an alert until it renews, is raised or is switched off."""
    keep = set()
    for crossing in crossings():
        budget = crossing.used.budget
        link = row_page(Budget, budget.pk)
        sentence = crossing.used.warning
        raise_alert(owner_id=budget.customer_id, kind=OF_BUDGETS, key=crossing.key, sentence=sentence, link=link)
        keep.add(crossing.key)
    resolve_kind(OF_BUDGETS, keep=keep)
