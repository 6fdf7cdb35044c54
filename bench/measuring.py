"""One section, in a process of its own: `python -m bench.measuring SECTION FOLDER DATABASES SIZES COMMAND`."""

import contextlib
import functools
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from celery import current_app

from bench import machine
from bench.report import Circumstances, Report
from bench.section import Bench, Measure
from tests import postgresql
from tests.acceptance.harness import Databases, Platform, orm_on


@contextlib.contextmanager
def sending_to(redis_url: str) -> Iterator[None]:
    """Let this process send its messages to that Redis."""
    celery: Any = current_app  # its types leave out what is needed here
    celery.conf.broker_url = redis_url
    os.environ["REDIS_URL"] = redis_url
    try:
        yield
    finally:
        celery.pool.force_close_all()
        celery._after_fork()  # forgets the closed pools; the next platform has another Redis


def main(section: str, folder: str, databases: str, sizes: str, command: str) -> None:
    django.setup()
    measure: Measure = import_module(f"bench.{section}").measure
    with contextlib.ExitStack() as stack:
        cluster = functools.cache(lambda: stack.enter_context(postgresql.cluster(durable=True)))
        made = Databases(Path(folder), cluster)

        @contextlib.contextmanager
        def platform(kind: str, **environment: object) -> Iterator[Platform]:
            url = made.new(kind)
            place = Path(tempfile.mkdtemp(dir=folder))
            with orm_on(url), Platform(place, url, **environment) as running, sending_to(running.redis_url):
                yield running

        bench = Bench(Path(folder), tuple(databases.split(",")), tuple(map(int, sizes.split(","))), platform)
        where = machine.machine(), machine.versions()
        for table in measure(bench):
            now = datetime.now(UTC)
            Report().keep(section, table, Circumstances(f"{now:%Y-%m-%d %H:%M}", command, *where))


if __name__ == "__main__":
    main(*sys.argv[1:])
