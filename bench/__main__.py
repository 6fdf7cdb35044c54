"""`python -m bench`: measure the chosen sections, each in a process of its own, and write docs/benchmarks.md."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.report import PAGE, Report
from tests.environment import clean_environment

DATABASES = ("postgresql", "sqlite")
SIZES = (1_000, 10_000, 100_000)


def main() -> int:
    options = parser().parse_args()
    failed = []
    for name in options.only:
        sys.stderr.write(f"== {name}\n")
        with tempfile.TemporaryDirectory(prefix="brandbeat-bench-") as folder:
            # PostgreSQL's server runs as another user where we are root.
            Path(folder).chmod(0o755)
            arguments = [name, folder, ",".join(options.databases), ",".join(map(str, options.sizes)), command(options)]
            argv = [sys.executable, "-m", "bench.measuring", *arguments]
            if subprocess.call(argv, env=clean_environment(Path(folder))):
                failed.append(name)
    PAGE.write_text(Report().page())
    for name in failed:
        sys.stderr.write(f"{name} was not measured to its end.\n")
    return 1 if failed else 0


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    known = Report().sections()
    parser.add_argument("--only", type=_some_of(known), default=known, help=", ".join(known))
    parser.add_argument("--databases", type=_some_of(DATABASES), default=DATABASES, help=", ".join(DATABASES))
    parser.add_argument("--sizes", type=_numbers, default=SIZES, help="numbers of schedules, with commas")
    return parser


def _some_of(known: Sequence[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        chosen = [name.strip() for name in text.split(",") if name.strip()]
        if wrong := [name for name in chosen if name not in known]:
            raise argparse.ArgumentTypeError(f"There is no {', '.join(wrong)}. There are: {', '.join(known)}.")
        return chosen

    return names


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def command(options: argparse.Namespace) -> str:
    """How a person asks for just this."""
    chosen = {
        "ONLY": (options.only, Report().sections()),
        "DATABASES": (options.databases, DATABASES),
        "SIZES": (options.sizes, SIZES),
    }
    said = [f"{name}={','.join(map(str, ours))}" for name, (ours, every) in chosen.items() if list(ours) != list(every)]
    return " ".join(["make bench", *said])


if __name__ == "__main__":
    sys.exit(main())
