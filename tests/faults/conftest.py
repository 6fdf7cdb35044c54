"""A scene for each scenario, and what is done with its result."""

import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.acceptance.harness import Databases, orm_on
from tests.faults import reliability
from tests.faults.checker import Invariant
from tests.faults.harness import Result, Scene

Finish = Callable[..., Result]


@pytest.fixture
def scene(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Scene]:
    """Redis and a migrated database, PostgreSQL unless the test says another."""
    url = databases.new(getattr(request, "param", "postgresql"))
    seed = random.randrange(2**32)  # pytest-randomly makes it the same for the same -p randomly_seed
    with django_db_blocker.unblock(), orm_on(url), Scene(tmp_path, url, seed) as running:
        yield running


@pytest.fixture
def finish(request: pytest.FixtureRequest, scene: Scene) -> Finish:
    """Wait for the end of the scene and check everything; a long scenario writes what came of it into the docs."""

    def end(fault: str, scenario: str, faults: str, *, also: Iterable[Invariant] = ()) -> Result:
        result = scene.result(also=also)
        if reliability.is_wanted(request.node):
            reliability.put(fault, scenario, scene.kind, faults, result)
        assert not result.verdict.in_words(), result.verdict.in_words()
        return result

    return end
