import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from brands.models import Customer
from jobs.execution import execute
from jobs.models import JobRun, UploadedFile
from tests.tenants import client_of, make_user

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "day,amount,=cmd\n" + "".join(f"2026-{n // 28 + 1:02}-{n % 28 + 1:02},{n * 3 + n % 5},=1\n" for n in range(120))


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def customer() -> Customer:
    return Customer.objects.create(name="Coffee Ltd")


@pytest.fixture
def client(customer) -> APIClient:
    return client_of(make_user("olga", customer, "operator"))


def upload(client, customer, content=TABLE, name="orders.csv", key=None, **fields):
    headers = {"Idempotency-Key": key} if key else {}
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    data = {"customer_id": str(customer.pk), "file": file, **fields}
    return client.post("/api/admin/files", data, format="multipart", headers=headers)


def test_a_file_goes_from_upload_to_insights(client, customer):
    uploaded = upload(client, customer, description="We sell coffee.", series="orders")
    assert (uploaded.status_code, uploaded.data["state"], uploaded.data["kind"]) == (201, "new", "csv")
    assert "MB in one upload" in uploaded.data["message"]
    place = f"/api/admin/files/{uploaded.data['id']}"
    started = client.post(f"{place}/analyse")
    assert started.status_code == 201
    assert client.post(f"{place}/analyse").status_code == 200
    assert client.get(place).data["place_in_line"] == 1
    assert client.delete(place).status_code == 409  # a run is at it
    execute(JobRun.objects.get().pk, worker="w1")
    row = client.get(place).data
    assert (row["state"], row["rows"], row["place_in_line"], row["columns"][0]["kind"]) == (
        "analysed",
        120,
        None,
        "moment",
    )
    insights = client.get(f"{place}/insights").data
    assert len(insights) == row["insights"] > 1
    trend = next(each for each in insights if each["type"] == "trend")
    assert trend["evidence"]["columns"] == ["day", "amount"]
    assert trend["evidence"]["test"]["correction"].startswith("Holm")
    assert client.delete(place).status_code == 204
    assert not UploadedFile.objects.exists()


def test_a_file_that_is_sent_again_with_its_key_is_one_and_without_it_too(client, customer):
    first, replayed = upload(client, customer, key="k1"), upload(client, customer, key="k1")
    assert (first.status_code, replayed.status_code, replayed.data) == (201, 201, first.data)
    assert replayed.headers["Idempotent-Replayed"] == "true"
    assert upload(client, customer, TABLE + "2027-01-01,1,1\n", key="k1").status_code == 409
    again = upload(client, customer)
    assert (again.status_code, again.data["id"]) == (200, first.data["id"])
    assert "there already" in again.data["message"]


def test_all_new_files_are_analysed_in_one_run(client, customer):
    assert client.post("/api/admin/files/analyse-new", {"customer_id": str(customer.pk)}).status_code == 400
    for n in range(2):
        upload(client, customer, TABLE + f"2027-01-01,{n},1\n")
    assert client.post("/api/admin/files/analyse-new", {"customer_id": str(customer.pk)}).status_code == 201
    assert len(JobRun.objects.get().options["files"]) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n", "PNG image"),
        (b"<html></html>", "HTML or XML"),
        (b"PK\x03\x04", "cut off"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(client, customer, content, sentence):
    response = upload(client, customer, content)
    assert response.status_code == 400
    assert sentence in response.data["file"][0]


def test_an_upload_that_is_too_large_is_not_read(client, customer, settings):
    settings.FILE_LIMIT = 1000
    response = upload(client, customer, TABLE * 50)
    assert response.status_code == 413
    assert "larger than" in response.data["detail"]
    assert upload(client, customer, TABLE).status_code == 400  # its form is small enough to be read, the file is not
    assert not UploadedFile.objects.exists()


def test_the_original_is_an_attachment_that_no_browser_runs(client, customer):
    uploaded = upload(client, customer, name='<script>"x.csv')
    response = client.get(f"/api/admin/files/{uploaded.data['id']}/download")
    assert response.getvalue().decode() == TABLE
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_no_cell_of_the_export_is_computed_by_a_spreadsheet(client, customer):
    file = UploadedFile.objects.get(pk=upload(client, customer).data["id"])
    evidence = {"columns": ["=cmd|x"], "rows": 1, "test": {"name": "t", "statistic": -5, "p": 0.1, "effect": -0.5}}
    file.insights.create(place=0, type="schema", title='=HYPERLINK("x")', confidence=1, basis="b", evidence=evidence)
    table = client.get(f"/api/admin/files/{file.pk}/insights/export").content.decode()
    assert "'=HYPERLINK" in table
    assert "'=cmd|x" in table
    assert ",-5," in table  # a number stays one


def test_another_customers_file_is_not_there(client, customer):
    other = Customer.objects.create(name="Tea Inc")
    stranger = client_of(make_user("tom", other, "administrator"))
    pk = upload(client, customer).data["id"]
    for path in ("", "/insights", "/insights/export", "/download"):
        assert stranger.get(f"/api/admin/files/{pk}{path}").status_code == 404
    assert stranger.post(f"/api/admin/files/{pk}/analyse").status_code == 404
    assert stranger.delete(f"/api/admin/files/{pk}").status_code == 404
    assert stranger.get("/api/admin/files").data["results"] == []
    assert upload(stranger, customer).data == {"customer_id": ["There is no customer with this id."]}
    # The same content of another customer tells nothing: it is a row of its own.
    assert upload(stranger, other).status_code == 201
