"""`python -m config.demo`, which is what `make demo` runs."""

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import processes
from config.env import BASE_DIR
from tests.acceptance.harness import run, wait_for
from tests.acceptance.test_platform import every_process
from tests.environment import clean_environment

DEMO = processes.python("-m", "config.demo")
FIGURES = r"^{} +(\d+)/(\d+) +\d+% +\d+% +\d+ +[+-]\d\.\d\d +\S+\.example \d+"


def left(folder: Path) -> list[str]:
    return [command for command, environment in every_process() if f"DATA_DIR={folder}" in environment]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    yield clean_environment(tmp_path)
    assert left(tmp_path) == []


def test_the_demo_ends_with_figures_can_be_run_again_and_leaves_its_job_off(environment: dict[str, str]) -> None:
    for _ in range(2):
        said = run(DEMO, environment).stdout
        assert "sample data" in said
        for collector in ("chatgpt", "google_aio", "local", "perplexity"):
            found = re.search(FIGURES.format(collector), said, re.MULTILINE)
            assert found, said
            assert 0 < int(found[1]) <= int(found[2])
        assert "make up" in said
    code = "from jobs.models import ScheduledJob as S; print(list(S.objects.values_list('enabled', 'next_run_at')))"
    shown = run(processes.python("manage.py", "shell", "--no-imports", "-c", code), environment).stdout
    assert shown.strip() == "[(False, None)]"  # without the sample engines it has nobody to ask


def test_a_demo_that_is_interrupted_leaves_nothing_running(environment: dict[str, str], tmp_path: Path) -> None:
    with (tmp_path / "said").open("w") as said:
        demo = subprocess.Popen(DEMO, cwd=BASE_DIR, env=environment, stdout=said, stderr=subprocess.STDOUT)
    wait_for(lambda: (tmp_path / "demo" / "run" / "beat.json").exists(), seconds=60)
    assert len(left(tmp_path)) > 1
    demo.send_signal(signal.SIGINT)
    assert demo.wait(60) == 130
    assert "Interrupted" in (tmp_path / "said").read_text()


def test_the_demo_gives_no_sample_answers_to_real_questions(environment: dict[str, str]) -> None:
    run(processes.python("manage.py", "migrate", "--verbosity", "0"), environment)
    code = """
from brands.models import Brand, Customer, Query
from jobs.schedules import Schedule, put_job
brand = Brand.objects.create(customer=Customer.objects.create(name="Real"), name="Real")
Query.objects.create(brand=brand, text="Who?")
put_job("real", schedule=Schedule(cron_expression="0 0 * * *"), job_type="data_collection", subject=brand)
"""
    run(processes.python("manage.py", "shell", "--no-imports", "-c", code), environment)
    refused = run(DEMO, environment, ok=False)
    assert refused.returncode == 1
    assert "1 scheduled job of its own" in refused.stdout
    assert "DATA_DIR=" in refused.stdout
