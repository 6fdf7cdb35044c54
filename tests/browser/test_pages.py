"""The admin as a person sees it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.harness import Platform

pytestmark = pytest.mark.parametrize("platform", ["sqlite"], indirect=True)
LISTS = [
    "/admin/",
    "/admin/jobs/scheduledjob/",
    "/admin/jobs/jobrun/",
    "/admin/jobs/script/",
    "/admin/jobs/worker/",
    "/admin/jobs/uploadedfile/",
    "/admin/jobs/uploadedfile/add/",
    "/admin/brands/customer/",
    "/admin/brands/brand/",
    "/admin/brands/query/",
    "/admin/brands/answer/",
    "/admin/brands/membership/",
    "/api/docs",
]

LOOK = """
from jobs.models import ScheduledJob
job = ScheduledJob.objects.get()
by = list(job.runs.values_list("triggered_by__username", flat=True))
result = {"pk": job.pk, "is_due": job.next_run_at is not None, "triggered_by": by}
"""


def job(platform: Platform) -> dict[str, Any]:
    """The one scheduled job, as the site's database has it now."""
    return dict(platform.shell(LOOK))


def test_no_page_is_wider_than_the_screen_of_a_phone_or_a_desk(page: Page, platform: Platform) -> None:
    brand = platform.shell("from brands.models import Brand; result = str(Brand.objects.get().pk)")
    pages = [*LISTS, f"/admin/jobs/scheduledjob/{job(platform)['pk']}/change/", f"/admin/brands/brand/{brand}/change/"]
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for address in pages:
            assert page.goto(address).ok, address
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, (address, width)


def test_the_button_of_an_empty_list_can_be_read(page: Page) -> None:
    for address in ("/admin/jobs/jobrun/", "/admin/jobs/uploadedfile/", "/admin/jobs/channel/"):
        page.goto(address)
        expect(page.locator(".job-empty .job-button--primary")).to_have_css("color", "rgb(255, 255, 255)")


def test_the_form_follows_what_is_typed_before_it_is_saved(page: Page) -> None:
    page.goto("/admin/jobs/scheduledjob/add/")
    page.fill("[name=cron_expression]", "30 6 * * *")
    page.fill("[name=timezone]", "Europe/Zurich")
    preview = page.get_by_text("At 06:30 every day")
    expect(preview).to_be_visible()
    page.fill("[name=cron_expression]", "0 0 30 2 *")
    expect(page.get_by_text("can never fire").first).to_be_visible()
    page.fill("[name=timezone]", "Mars/Base")
    expect(page.get_by_text("“Mars/Base” is not a time zone").first).to_be_visible()
    # Another type of job has other options.
    page.select_option("[name=job_type]", "scoring")
    expect(page.locator("[name=option_collectors]")).to_have_count(0)
    expect(page.locator("[name=option_position_limit]")).to_be_visible()
    page.select_option("[name=job_type]", "data_collection")
    expect(page.locator("[name=option_collectors]").first).to_be_visible()


def test_a_job_is_switched_off_in_the_list_and_triggered_all_the_same(page: Page, platform: Platform) -> None:
    page.goto("/admin/jobs/scheduledjob/")
    page.click(".job-switch")
    expect(page.locator(".job-switch[aria-checked=false]")).to_be_visible()
    assert job(platform)["is_due"] is False
    page.get_by_role("link", name="Trigger").click()
    page.locator("main form, #content form").get_by_role("button").last.click()
    expect(page.get_by_text("pending").first).to_be_visible()
    assert job(platform)["triggered_by"] == ["ada"]
