"""Telling channels about alerts. What cannot be sent is shown beside the alert and fails nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from jobs import clock
from jobs.channels import Message, send
from jobs.errors import ServiceError
from jobs.models import Alert, Channel

MOST_TRIES = 5
AT_ONCE = 50
TOO_LATE = timedelta(days=1)  # what was not told by then is old news


def tell_waiting() -> int:
    """Tell the channels what they do not know yet: what is wrong, and what is over. Returns how many alerts."""
    return sum(_tell(alert) for alert in _waiting(clock.now()))


def _waiting(now: datetime) -> list[Alert]:
    untold = Q(told_at=None, resolved_at=None)
    untold_end = Q(told_over_at=None, resolved_at__isnull=False) & ~Q(told_to=[])
    recent = Alert.objects.filter(tries__lt=MOST_TRIES, last_seen_at__gt=now - TOO_LATE)
    return list(recent.filter(untold | untold_end).select_related("owner").order_by("first_seen_at")[:AT_ONCE])


def _tell(alert: Alert) -> int:
    """Whoever counts the try sends it; another process that is at the same alert walks away."""
    mine = Alert.objects.filter(pk=alert.pk, tries=alert.tries, told_at=alert.told_at, told_over_at=None)
    if not mine.update(tries=F("tries") + 1):
        return 0
    is_over = alert.resolved_at is not None
    problems = _send_to_all(alert, message_of(alert), is_over=is_over)
    fields: dict[str, object] = {"tell_error": " ".join(problems), "told_to": alert.told_to}
    if not problems:
        fields |= {"told_over_at" if is_over else "told_at": clock.now(), "tries": 0}
    Alert.objects.filter(pk=alert.pk).update(**fields)
    return 1


def message_of(alert: Alert) -> Message:
    is_over = alert.resolved_at is not None
    where = f" ({alert.owner})" if alert.owner else ""
    link = f"{settings.SITE_ADDRESS}{alert.link}" if alert.link.startswith("/") else alert.link
    fields = {
        "state": "resolved" if is_over else "open",
        "kind": alert.kind,
        "key": alert.key,
        "link": link,
        "since": alert.first_seen_at.isoformat(),
    }
    return Message(f"{'Over' if is_over else 'Alert'}{where}", alert.sentence, fields)


def _send_to_all(alert: Alert, message: Message, *, is_over: bool) -> list[str]:
    """What went wrong, a sentence for each channel. Those that know already are left out."""
    problems = []
    for target in _targets(alert):
        if (target.id in alert.told_to) != is_over:
            continue
        error = target.take(message)
        if error:
            problems.append(f"{target.name}: {error}")
        elif is_over:
            alert.told_to.remove(target.id)
        else:
            alert.told_to.append(target.id)
    return problems


@dataclass(frozen=True, slots=True)
class Target:
    id: str
    name: str
    url: str = ""
    channel: Channel | None = None

    def take(self, message: Message) -> str:
        """Send it there and note it with the channel. Returns what went wrong."""
        try:
            send(self.channel.url if self.channel else self.url, message)
            error = ""
        except ServiceError as caught:
            error = str(caught)
        if self.channel is not None:
            sent = {} if error else {"last_sent_at": clock.now()}
            Channel.objects.filter(pk=self.channel.pk).update(last_error=error, **sent)
        return error


def _targets(alert: Alert) -> Iterator[Target]:
    for channel in Channel.objects.filter(owner_id=alert.owner_id, is_active=True):
        yield Target(str(channel.pk), channel.name, channel=channel)
    for place, url in enumerate(settings.ALERT_URLS, 1):
        yield Target(f"setting:{place}", f"ALERT_URLS, number {place}", url)
