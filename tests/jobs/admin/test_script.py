"""The pages of scripts, and the log of a run with what it printed."""

import pytest
from django.utils import timezone

from brands.models import Customer
from jobs.access import Role
from jobs.models import JobRun, RunLog, RunOutput, Script
from jobs.status import RunStatus
from tests.jobs.factories import make_run
from tests.jobs.scripts.conftest import folder, write  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db
LIST = "/admin/jobs/script/"
REPORT = """#!/bin/sh
# /// brandbeat
# description = "Writes <b>the</b> report."
# [[arguments]]
# name = "days"
# type = "integer"
# default = 30
# [[arguments]]
# name = "format"
# type = "choice"
# choices = ["pdf", "html"]
# required = true
# ///
"""


def page_of(script: Script, page: str = "change") -> str:
    return f"/admin/jobs/script/{script.pk}/{page}/"


@pytest.fixture
def report(write, boss) -> Script:  # noqa: F811
    write("report", REPORT)
    boss.get(LIST)
    return Script.objects.get()


def test_the_list_says_what_lies_in_the_folder_and_what_cannot_run(boss, write, report):  # noqa: F811
    write("open", "#!/bin/sh\n", 0o777)
    make_run(RunStatus.FAILED, job_type="script", options={"script": "report"})
    page = boss.get(LIST).content.decode()
    assert "Writes &lt;b&gt;the&lt;/b&gt; report." in page
    assert "job-label--failed" in page
    assert "cannot run" in page
    assert "may be changed by others" in boss.get(page_of(Script.objects.get(name="open"))).content.decode()


def test_an_empty_list_says_how_to_begin(boss, settings):
    settings.SCRIPTS_DIR = ""
    page = boss.get(LIST).content.decode()
    assert "Scripts are off: set SCRIPTS_DIR" in page
    assert "No script is here" in page


def test_a_script_is_run_now_with_its_arguments_as_a_form(boss, report):
    page = boss.get(page_of(report)).content.decode()
    assert 'name="option_days_"' in page
    assert "It has not run yet." in page
    refused = boss.post(page_of(report, "start"), {"owner": "", "option_days_": "x"}).content.decode()
    assert "Enter a whole number." in refused
    assert "Field required." in refused
    done = boss.post(page_of(report, "start"), {"owner": "", "option_days_": "7", "option_format_": "pdf"})
    run = JobRun.objects.get()
    assert done.headers["Location"] == f"/admin/jobs/jobrun/{run.pk}/change/"
    assert run.options == {"script": "report", "arguments": {"days": 7, "format": "pdf"}}
    assert (run.job_name, run.max_attempts, run.owner, str(run.triggered_by)) == ("Script: report", 1, None, "boss")


def test_a_script_is_put_on_a_schedule_from_its_page(boss, report):
    assert "?job_type=script&amp;option_script=report" in boss.get(page_of(report)).content.decode()
    form = boss.get("/admin/jobs/scheduledjob/add/", {"job_type": "script", "option_script": "report"})
    assert 'name="option_script" value="report"' in form.content.decode()


def test_a_run_of_a_script_is_run_again_from_its_page(boss, report):
    run = make_run(
        RunStatus.COMPLETED,
        job_type="script",
        job_name="Script: report",
        options={"script": "report", "arguments": {"format": "pdf"}},
    )
    assert "Run again" in boss.get(f"/admin/jobs/jobrun/{run.pk}/change/").content.decode()
    assert boss.post(f"/admin/jobs/jobrun/{run.pk}/again/").status_code == 302
    assert JobRun.objects.exclude(pk=run.pk).get().options == run.options


def test_a_superuser_approves_what_was_shown(boss, report, write):  # noqa: F811
    sha256 = report.sha256
    write("report", REPORT + "# more\n")
    boss.post(page_of(report, "approve"), {"sha256": sha256})
    assert "has changed since this page was shown" in boss.get(page_of(report)).content.decode()
    report.refresh_from_db()
    assert report.state == "new"
    boss.post(page_of(report, "approve"), {"sha256": report.sha256})
    report.refresh_from_db()
    assert (report.state, str(report.approved_by)) == ("approved", "boss")
    write("report", REPORT)
    assert "has changed since it was approved" in boss.get(page_of(report)).content.decode()


def test_an_operator_runs_what_a_superuser_has_released_to_the_customer(boss, member, brand, report):
    operator = member(Role.OPERATOR)
    other = Customer.objects.create(name="Somebody else")
    assert report.name not in operator.get(LIST).content.decode()
    assert operator.get(page_of(report)).status_code == 404
    boss.post(page_of(report, "release"), {"released_to": [str(brand.customer.pk), str(other.pk)]})
    page = operator.get(page_of(report)).content.decode()
    assert "Run now" in page
    assert "Somebody else" not in page
    data = {"option_format_": "pdf"}
    refused = operator.post(page_of(report, "start"), {**data, "owner": str(other.pk)})
    assert "Select a valid choice" in refused.content.decode()
    operator.post(page_of(report, "start"), {**data, "owner": str(brand.customer.pk)})
    assert JobRun.objects.get().owner == brand.customer


def test_an_analyst_sees_a_released_script_and_cannot_run_it(boss, member, brand, report):
    report.released_to.add(brand.customer)
    analyst = member(Role.ANALYST)
    assert "Run now" not in analyst.get(page_of(report)).content.decode()
    assert analyst.post(page_of(report, "start"), {}).status_code == 403


def test_a_jobs_form_says_which_argument_is_wrong(boss, form_data, report):
    data = form_data | {"job_type": "script", "options_for": "script", "subject": "", "option_script": "report"}
    page = boss.post("/admin/jobs/scheduledjob/add/", data | {"option_arguments": '{"days": "x"}'}).content.decode()
    assert "days: Input should be a valid integer" in page
    assert "format: Field required." in page
    right = boss.post("/admin/jobs/scheduledjob/add/", data | {"option_arguments": '{"format": "pdf"}'})
    assert right.status_code == 302, right.content.decode()


def test_a_form_without_a_customer_tells_an_operator_nothing_of_a_script(member, form_data, report):
    data = form_data | {"job_type": "script", "options_for": "script", "subject": "", "option_script": "report"}
    page = member(Role.OPERATOR).post("/admin/jobs/scheduledjob/add/", data).content.decode()
    assert "Choose a customer." in page
    assert "No script “report” is released to this customer" in page
    assert "Field required" not in page


def test_a_log_is_searched_and_downloaded(boss):
    run = make_run(RunStatus.COMPLETED)
    for level, text in (("info", "began <b>here</b>"), ("warning", "100% full"), ("info", "ended")):
        RunLog.objects.create(run=run, at=timezone.now(), attempt=1, level=level, text=text)
    RunOutput.objects.create(run=run, attempt=1, stream="stdout", content=b"<script>\x00\xff", size=11)
    place = f"/admin/jobs/jobrun/{run.pk}/"
    assert "began &lt;b&gt;here" in boss.get(f"{place}change/").content.decode()
    found = boss.get(f"{place}change/", {"q": "100% F"}).content.decode()
    assert "100% full" in found
    assert "ended</span>" not in found
    assert "ended</span>" not in boss.get(f"{place}change/", {"level": "warning"}).content.decode()
    assert "No line of the log is like this." in boss.get(f"{place}change/", {"q": "nothing\0"}).content.decode()
    log = boss.get(f"{place}log/")
    assert [line.split(maxsplit=2)[2] for line in log.content.decode().splitlines()] == [
        "info began <b>here</b>",
        "warning 100% full",
        "info ended",
    ]
    output = boss.get(f"{place}output/", {"stream": "stdout", "attempt": "1"})
    assert output.content == b"<script>\x00\xff"
    for file in (log, output):
        assert file.headers["Content-Type"].startswith("text/plain")
        assert file.headers["Content-Disposition"].startswith("attachment")
        assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert boss.get(f"{place}output/", {"stream": "../x", "attempt": "9" * 5000}).content == b""
