import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from brands.models import Customer
from jobs import files
from jobs.execution import execute
from jobs.models import JobRun, UploadedFile
from tests.analysis.files import make_file
from tests.tenants import make_user

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "day,amount,shop\n" + "".join(
    f"2026-{n // 28 + 1:02}-{n % 28 + 1:02},{n * 3 + n % 5},{'<b>x</b>' if n % 2 else 'y'}\n" for n in range(120)
)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def customer() -> Customer:
    return Customer.objects.create(name="Coffee Ltd")


@pytest.fixture
def client(customer) -> Client:
    browser = Client()
    user = make_user("olga", customer, "operator", is_staff=True)
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def page(name: str, *args: object) -> str:
    return reverse(f"admin:jobs_uploadedfile_{name}", args=args)


def upload(client, customer, *uploads, **fields):
    data = {"owner": str(customer.pk), "uploads": list(uploads), "analyse": "on", **fields}
    return client.post(page("add"), data, follow=True)


def test_an_empty_list_says_what_to_do(client):
    assert "No file yet" in client.get(page("changelist")).content.decode()


def test_the_page_says_limits_before_anything_is_sent(client, customer):
    body = client.get(page("add")).content.decode()
    assert "At most 200 MB in one upload. 0.0 MB of 2,000 MB are in use" in body
    assert "jobs/upload.js" in body


def test_several_files_are_uploaded_at_once_and_each_that_is_refused_says_why(client, customer):
    good, empty = SimpleUploadedFile("a.csv", TABLE.encode()), SimpleUploadedFile("b.csv", b"")
    response = upload(client, customer, good, empty, description="We sell coffee.")
    words = [str(message) for message in response.context["messages"]]
    assert words == ["a.csv is kept. The analysis begins as soon as a worker is free.", "b.csv: The file is empty."]
    file = UploadedFile.objects.get()
    assert (file.description, file.run.status, file.uploaded_by.username) == ("We sell coffee.", "pending", "olga")
    assert "1. in line" in client.get(page("changelist")).content.decode()
    again = upload(client, customer, SimpleUploadedFile("c.csv", TABLE.encode()))
    assert "the same content is there already" in str(next(iter(again.context["messages"])))


def test_an_upload_that_is_too_large_says_so_and_is_not_kept(client, customer, settings):
    settings.FILE_LIMIT = 1000
    response = upload(client, customer, SimpleUploadedFile("a.csv", TABLE.encode() * 50))
    assert "larger than" in str(next(iter(response.context["messages"])))
    assert not UploadedFile.objects.exists()


def test_the_page_of_a_file_shows_insights_with_charts_and_what_is_behind_them(client, customer):
    file = make_file(customer, "<i>orders</i>.csv", TABLE.encode())
    execute(files.analyse(file).run.pk, worker="w1")
    body = client.get(page("change", file.pk)).content.decode()
    assert "“amount” rises over “day”" in body
    assert "polyline" in body
    assert "Measured on 120 rows of “day” and “amount”" in body
    assert "corrected by Holm’s method for" in body
    assert "very sure, 100 %" in body
    assert not any(tag in body for tag in ("<b>x</b>", "<i>orders"))
    assert "attachment" in client.get(page("export", file.pk))["Content-Disposition"]
    exported = client.get(page("export", file.pk), {"as": "json"}).json()
    assert exported["insights"][0]["evidence"]["rows"] == 120
    assert client.get(page("download", file.pk)).getvalue().decode() == TABLE


def test_a_file_in_which_nothing_stands_out_says_that_this_is_a_result(client, customer):
    file = make_file(customer, content=b"a,b\n" + b"".join(b"%d,%d\n" % (n * 7 % 13, n * 5 % 11) for n in range(60)))
    execute(files.analyse(file).run.pk, worker="w1")
    file.insights.all().delete()
    assert "Nothing stands out" in client.get(page("change", file.pk)).content.decode()


def test_a_file_that_failed_says_why_and_is_analysed_again_and_deleted(client, customer):
    file = make_file(customer, content=b"a,b\n")
    execute(files.analyse(file).run.pk, worker="w1")
    assert "The file has no rows below" in client.get(page("change", file.pk)).content.decode()
    client.post(page("analyse", file.pk))
    assert JobRun.objects.count() == 2
    assert client.get(page("delete", file.pk)).status_code == 403  # a run is at it
    JobRun.objects.open().get().cancel("olga")
    assert client.get(page("delete", file.pk)).status_code == 200
    client.post(page("delete", file.pk), {"post": "yes"})
    assert not UploadedFile.objects.exists()


def test_all_new_files_are_analysed_by_one_button(client, customer):
    make_file(customer, "a.csv")
    make_file(Customer.objects.create(name="Tea Inc"), "tea.csv")
    client.post(page("analyse_all"))
    assert [run.owner for run in JobRun.objects.all()] == [customer]
    assert "no new file" in client.post(page("analyse_all"), follow=True).content.decode()
