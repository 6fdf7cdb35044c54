"""The lines of docs/api.md, sent by curl to real processes: a whole life from a token to figures."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from brands.sample_engines import SampleEngines
from config.env import BASE_DIR
from tests.acceptance.harness import Platform, wait_for

PAGE = (BASE_DIR / "docs" / "api.md").read_text()
PASSWORD = "only-for-this-test"


def block(heading: str) -> str:
    """The first block of commands below a heading of the page."""
    return PAGE.split(f"\n## {heading}\n")[1].split("```bash\n")[1].split("```")[0]


def commands(text: str) -> list[str]:
    return [f"curl{part}".strip() for part in re.split(r"^curl", text, flags=re.MULTILINE)[1:]]


@pytest.fixture
def site(platform: Platform) -> Iterator[str]:
    with SampleEngines(port=0) as engines:
        platform.environment |= engines.environment()
        login = {"DJANGO_SUPERUSER_USERNAME": "ada", "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        platform.manage("createsuperuser", "--noinput", "--email", "", **login)
        platform.worker()
        yield f"http://{platform.web().address}"


@pytest.mark.parametrize("platform", ["sqlite"], indirect=True)
def test_the_lines_of_the_page_work_one_after_the_other(site: str) -> None:
    assert shutil.which("curl"), "curl is missing. As root: apt-get install curl"
    known: dict[str, str] = {}

    def send(command: str) -> tuple[int, Any]:
        for pattern, name in PLACES.items():
            command = re.sub(pattern, lambda found, name=name: found[0].replace("…", known.get(name, "")), command)
        preset = f'SITE={site}\nTOKEN={known.get("token", "")}\nAUTH="Authorization: Bearer $TOKEN"\n'
        preset += "JSON='Content-Type: application/json'\nuuidgen() { echo one-key; }\n"
        argv = ["bash", "-c", f"{preset}{command} -w '\\n%{{http_code}}'"]
        said = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout
        body, _, status = said.rpartition("\n")
        return int(status), json.loads(body) if body else None

    token = block("Who may").partition("\n")[2].partition("\ncurl")[0].replace("…", PASSWORD)
    asked = ["bash", "-c", f"SITE={site}\n{token}\necho $TOKEN"]
    known["token"] = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    for command in commands(block("A whole life")):
        if "/log" in command:
            wait_for(lambda: send(READ_RUN)[1]["status"] == "completed", what="the run to end")
        status, body = send(command)
        assert status in (200, 201), (command, body)
        noun = re.search(r"/api/admin/([\w-]+)", command)[1]  # type: ignore[index]
        known.setdefault("run" if command.endswith('(uuidgen)"') else noun, body.get("id", ""))
        known |= {"last": json.dumps(body)}
    assert json.loads(known["last"])["series"]
    for command in ISSUED:
        status, body = send(command)
        assert status in (200, 204), (command, body)


READ_RUN = 'curl -s "$SITE/api/admin/job-runs/…" -H "$AUTH"'
PLACES = {
    r'"customer_id": "…"': "customers",
    r"customer_id=…": "customers",
    r'"brand_id": "…"': "brands",
    r"brand_id=…": "brands",
    r"scheduled-jobs/…": "scheduled-jobs",
    r"job-runs/…": "run",
    r"run_id=…": "run",
}
ISSUED = [
    'curl -s "$SITE/api/admin/job-runs?customer_id=…&brand_id=…&status=completed&limit=20" -H "$AUTH"',
    'curl -s -X PUT "$SITE/api/admin/scheduled-jobs/…" -H "$AUTH" -H "$JSON" '
    '-d \'{"is_active": false, "cron_expression": "0 10 * * *"}\'',
    'curl -s -X DELETE "$SITE/api/admin/scheduled-jobs/…" -H "$AUTH"',
]
