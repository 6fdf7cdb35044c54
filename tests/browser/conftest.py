"""A real Chromium, logged in to a platform with sample data."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.acceptance.conftest import platform  # noqa: F401  (a fixture)
from tests.acceptance.harness import Platform

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "only-for-this-test"


@pytest.fixture
def browser(platform: Platform) -> Iterator[Browser]:  # noqa: F811
    """It ends before the platform does: Playwright keeps an event loop in this thread, and Django's ORM shuns one.

    For the same reason these tests look at rows through `platform.shell`.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is missing. As root: apt-get install chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield running
        running.close()


@pytest.fixture
def site(platform: Platform) -> str:  # noqa: F811
    """The address of a site with the sample customer and a superuser."""
    platform.manage("seed_demo", "--start-in", "3600")
    platform.manage(
        "createsuperuser",
        "--noinput",
        DJANGO_SUPERUSER_USERNAME="ada",
        DJANGO_SUPERUSER_EMAIL="ada@example.com",
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )
    platform.manage("collectstatic", "--noinput", "--verbosity", "0")
    return f"http://{platform.web().address}"


@pytest.fixture
def visitor(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """A browser window in which the superuser is logged in."""
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto("/admin/")
    page.fill("[name=username]", "ada")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext) -> Iterator[Page]:
    """A page whose test fails if the browser reports an error of ours."""
    complaints: list[str] = []
    page = visitor.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    assert complaints == []
