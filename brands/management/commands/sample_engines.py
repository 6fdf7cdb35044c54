"""`manage.py sample_engines`: run the sample engines until a signal ends them."""

import json
import signal
from argparse import ArgumentParser
from pathlib import Path
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brands.sample_engines import SampleEngines


class Command(BaseCommand):
    help = (
        "Runs a local server that speaks the providers' wire formats and answers about an invented market. "
        "Prints the environment variables that point Brandbeat to it, on one line. Needs no database and no key."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")
        parser.add_argument("--port", type=int, default=0, help="Port; 0 takes a free one.")
        parser.add_argument("--seed", default="brandbeat", help="The same seed gives the same answers.")
        parser.add_argument("--latency", type=float, default=0, help="Seconds before each answer.")
        parser.add_argument("--polls", type=int, default=2, help="Looks that find a Bright Data snapshot running.")
        parser.add_argument("--log", type=Path, help="File that gets one JSON line for each charged call.")
        parser.add_argument("--recorded", type=Path, help="Answer with the recorded bodies of this folder or file.")
        parser.add_argument("--as", dest="recorded_as", help="Provider whose body the recorded file is.")
        parser.add_argument("--json", action="store_true", help="Print the variables as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        names = ("host", "port", "seed", "latency", "polls", "log", "recorded", "recorded_as")
        try:
            engines = SampleEngines(**{name: options[name] for name in names})
        except (OSError, OverflowError) as error:  # a port above 65535 overflows
            raise CommandError(f"The sample engines cannot start: {error}") from None
        with engines:
            self._announce(engines.environment(), as_json=options["json"])
            stop.wait()

    def _announce(self, environment: dict[str, str], *, as_json: bool) -> None:
        pairs = " ".join(f"{name}={value}" for name, value in environment.items())
        self.stdout.write(json.dumps(environment) if as_json else pairs)
        self.stdout.flush()
