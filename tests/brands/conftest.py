"""The sample engines, and settings that point to them."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from brands.limits import KNOWN
from brands.sample_engines import SampleEngines


@pytest.fixture(autouse=True)
def nothing_known_of_providers() -> Iterator[None]:
    """Without Redis a process remembers by itself how providers are; the next test does not inherit it."""
    KNOWN.clear()
    yield
    KNOWN.clear()


@pytest.fixture(autouse=True)
def own_providers(settings: Any) -> None:
    """What a test changes within these settings is forgotten after it, like the settings themselves."""
    settings.PROVIDERS = deepcopy(settings.PROVIDERS)
    settings.COLLECTORS = deepcopy(settings.COLLECTORS)


@pytest.fixture
def engines(settings: Any) -> Iterator[SampleEngines]:
    """Sample engines that all providers of this test ask; a collector has its first one only."""
    with SampleEngines(port=0, polls=1) as running:
        variables = running.environment()
        settings.PROVIDERS = {
            name: {
                **entry,
                "api_key": variables[f"{name.upper()}_API_KEY"],
                "base_url": variables[f"{name.upper()}_BASE_URL"],
            }
            for name, entry in settings.PROVIDERS.items()
        }
        settings.PROVIDERS["openai_compatible"]["model"] = "sample-model"
        settings.COLLECTORS = {collector: chain[:1] for collector, chain in settings.COLLECTORS.items()}
        settings.COLLECTION_POLL_INTERVAL = 0.01
        yield running
