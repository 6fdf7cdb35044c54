"""Asking a collector: which providers it has, how one is built from the settings, and the walk along the chain."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from brands.collector import Provider, ProviderConfig, Question, Reply, StillWaiting, providers
from jobs.errors import NotConfigured, ServiceError, UnknownName


@dataclass(frozen=True, slots=True)
class Failure:
    """A provider that did not answer, and why."""

    provider: str
    error: ServiceError


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking a collector: a reply and the provider that gave it, or only failures."""

    collector: str
    provider: str  # the one that served; "" when none did
    reply: Reply | None
    failures: tuple[Failure, ...]  # in the order of the chain, before the one that served
    latency_ms: int

    @property
    def error(self) -> ServiceError | None:
        """Why there is no reply: of several failures the one that may pass, else the last that was really asked.

        Where an answer may have been paid for, that outweighs all.
        """
        if self.reply is not None or not self.failures:
            return None
        errors = [failure.error for failure in self.failures]
        if isinstance(errors[-1], StillWaiting) or errors[-1].is_ambiguous:
            return errors[-1]
        asked = [error for error in errors if not isinstance(error, NotConfigured)]
        if not asked:
            return NotConfigured(_all_of(errors))
        return next((error for error in asked if error.retryable), asked[-1])


def collectors() -> list[str]:
    """The names of all collectors that have a provider, in the settings or in an installed app."""
    return sorted({*settings.COLLECTORS, *(collector for collector, _ in providers)})


def chain(collector: str, provider: str = "") -> list[str]:
    """Names of a collector's providers in the order in which they are tried, or the one that is asked for.

    Raises UnknownName for a collector or a provider that does not exist, NotConfigured for an empty chain.
    """
    if collector not in collectors():
        raise UnknownName(f"There is no collector {collector!r}. There are: {', '.join(collectors())}.")
    registered = [name for known, name in providers if known == collector]
    names = [provider] if provider else list(settings.COLLECTORS.get(collector, registered))
    for name in names:
        if name not in registered:
            raise UnknownName(f"{collector} has no provider {name!r}. It has: {', '.join(registered) or 'none'}.")
    if not names:
        raise NotConfigured(f"Set {collector.upper()}_PROVIDERS: {collector} has no provider to ask.")
    return names


def unusable(collector: str) -> str:
    """Why none of a collector's providers can be asked, in a sentence; "" where one can."""
    reasons = []
    try:
        for name in chain(collector):
            try:
                build(collector, name)
            except NotConfigured as error:
                reasons.append(error)
            else:
                return ""
    except (UnknownName, NotConfigured) as error:
        return str(error)
    return _all_of(reasons)


def usable_collectors() -> list[str]:
    """The collectors that can be asked as things are set, or all of them where none can."""
    return [name for name in collectors() if not unusable(name)] or collectors()


def _all_of(reasons: Sequence[ServiceError]) -> str:
    """Several sentences about what to set as one."""
    sentences = [str(reason).removesuffix(".") for reason in reasons]
    return ", or ".join([sentences[0], *(sentence.replace("Set ", "set ", 1) for sentence in sentences[1:])]) + "."


def build(collector: str, name: str, timeout: float | None = None) -> Provider:
    """The provider, ready to be asked; raises NotConfigured with the variable that is to be set.

    `timeout` is in seconds, by default the settings' for this provider.
    """
    cls = providers.get((collector, name))
    entry = _entry(name, cls.key_setting)
    config = ProviderConfig(
        **entry, timeout=timeout or seconds_of(name), poll_interval=settings.COLLECTION_POLL_INTERVAL
    )
    if cls.key_setting and not config.api_key:
        raise NotConfigured(f"Set {cls.key_setting} to ask {collector} through {name}.", service=name)
    if not all("!" <= character <= "~" for character in config.api_key):
        raise NotConfigured(f"{cls.key_setting or name} holds a character that no key has.", service=name)
    if not config.base_url and name in settings.PROVIDERS:
        raise NotConfigured(f"Set {name.upper()}_BASE_URL to ask {collector} through {name}.", service=name)
    if config.base_url and not _is_address(config.base_url):
        raise NotConfigured(f"{name.upper()}_BASE_URL is not an address (https://…).", service=name)
    return cls(config)


def seconds_of(name: str) -> float:
    """How long one call to the provider may take."""
    limits = settings.PROVIDER_LIMITS.get(name, {})
    return float(limits.get("timeout") or settings.COLLECTION_TIMEOUT)


def _entry(name: str, key_setting: str | None) -> dict[str, Any]:
    """A provider's settings; one that the settings do not know (an app's own) has them in the environment."""
    if name in settings.PROVIDERS:
        return dict(settings.PROVIDERS[name])
    variables = {"api_key": key_setting or "", "base_url": f"{name.upper()}_BASE_URL", "model": f"{name.upper()}_MODEL"}
    return {field: os.environ.get(variable, "") for field, variable in variables.items()}


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def ask_it(provider: Provider, question: Question) -> Reply:
    return provider.ask(question)


def ask(
    question: Question,
    collector: str,
    provider: str = "",
    how: Callable[[Provider, Question], Reply] = ask_it,
    timeout: float | None = None,
) -> Asked:
    """Walk along the chain until a provider replies, or has taken the question and is not ready (StillWaiting).

    `how` asks one provider (and may keep its task id); `timeout` is in seconds for each, by default the settings'.
    Raises UnknownName for a collector or provider that does not exist; providers that fail are in the result.
    """
    started = time.monotonic()
    failures: list[Failure] = []
    reply, served = None, ""
    for name in chain(collector, provider):
        try:
            reply, served = how(build(collector, name, timeout), question), name
            break
        except ServiceError as error:
            failures.append(Failure(name, error))
            if isinstance(error, StillWaiting):
                break  # its answer is paid for and will come: another provider's would be a second purchase
    return Asked(collector, served, reply, tuple(failures), round((time.monotonic() - started) * 1000))
