"""Where notifications go: webhooks through the guard, messengers through Apprise. No database.

Users of the site add channels, so of Apprise's services only those are taken whose host is not theirs to choose, and
none of its parameters, some of which read files. Addresses of the setting ALERT_URLS are the operator's own.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from jobs.errors import InvalidReply, ServiceError, Unavailable
from jobs.guard import checked_url, guarded_client
from jobs.http import error_for_status, fetch_async

MESSENGERS = ("discord", "gchat", "opsgenie", "pagerduty", "pover", "sendgrid", "slack", "tgram")
LONGEST_URL = 1000
SECONDS = 10.0
logging.getLogger("apprise").disabled = True  # its lines may hold an address with its token


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    text: str
    fields: dict[str, Any]  # for programs that listen to a webhook


def channel_problem(url: str) -> str:
    """What is wrong with the address of a channel, in a sentence; "" where nothing is."""
    scheme = url.partition("://")[0].lower()
    if len(url) > LONGEST_URL or not url.isprintable():
        return f"An address is one line of at most {LONGEST_URL} characters."
    if scheme in ("http", "https"):
        try:
            checked_url("The channel", url)
        except ServiceError as error:
            return str(error)
        return ""
    if scheme not in MESSENGERS:
        return f"Write https://… for a webhook, or one of {', '.join(f'{name}://…' for name in MESSENGERS)}."
    if "?" in url:
        return "Leave out the parameters, from the question mark on."
    return "" if _messenger(url) else f"This is not an address of {scheme} in Apprise's notation."


def _messenger(url: str) -> Any:
    """Apprise's own object for the address; None where it is none."""
    from apprise import Apprise, AppriseAsset  # takes half a second with its services, and few processes need it

    return Apprise.instantiate(url, asset=AppriseAsset(app_id="Brandbeat", http_redirects=False, async_mode=False))


def send(url: str, message: Message) -> None:
    """Send it.

    Raises:
        ServiceError: it did not arrive; the sentence holds nothing of the address.
    """
    if url.partition("://")[0].lower() in ("http", "https"):
        _post(url, message)
        return
    messenger = _messenger(url)
    if not messenger:
        raise InvalidReply("The channel's address is not in Apprise's notation.")
    name = str(messenger.service_name)
    link = str(message.fields.get("link", ""))
    text = f"{message.text}\n{link}" if "://" in link else message.text
    if not messenger.notify(title=message.title, body=text):
        raise Unavailable(f"{name} did not take the message.", service=name)


def _post(url: str, message: Message) -> None:
    name = "The webhook"
    address = str(checked_url(name, url))

    async def ask() -> Any:
        body = {"title": message.title, "message": message.text, **message.fields}
        async with guarded_client() as client:
            return await fetch_async(client, name, "POST", address, timeout=SECONDS, json=body, max_bytes=100_000)

    response = asyncio.run(ask())
    if not response.is_success:
        raise error_for_status(name, response.status_code, "", headers=response.headers)
