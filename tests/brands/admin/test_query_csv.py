from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from brands.models import Brand, Query
from tests.brands.answers import make_brand, make_query

LIST = reverse("admin:brands_query_changelist")
IMPORT = reverse("admin:brands_query_import")
EXPORT = reverse("admin:brands_query_export_table")
TABLE = "question,country\nWhich kite?,CH\n<script>alert(1)</script>?,\nBad?,Mars\n"


def upload(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("queries.csv", text.encode(), "text/csv")


def test_the_list_leads_to_import_export_and_suggestions(admin: Client, brand: Brand) -> None:
    make_query(brand)
    page = admin.get(LIST).content.decode()
    for name in ("import", "export", "suggest"):
        assert f"/admin/brands/query/{name}" in page


def test_a_file_is_looked_at_line_by_line_before_it_is_saved(admin: Client, brand: Brand) -> None:
    page = admin.post(IMPORT, {"brand": brand.pk, "file": upload(TABLE)}).content.decode()
    assert "Save 2 queries, leave 1 line out" in page
    assert "country: Write the two capital letters" in page
    assert "<script>alert" not in page
    assert not Query.objects.exists()


def test_the_second_step_saves_what_was_looked_at_without_the_file_being_sent_again(
    admin: Client, brand: Brand
) -> None:
    form = admin.post(IMPORT, {"brand": brand.pk, "file": upload(TABLE)}).context["form"]
    response = admin.post(IMPORT, {"brand": brand.pk, "table": form["table"].value(), "save": "1"}, follow=True)
    assert "Queries of Skylark: 2 created, 1 refused." in response.content.decode()
    assert Query.objects.get(country="CH").text == "Which kite?"


def test_a_file_that_is_no_table_is_refused_in_a_sentence(admin: Client, brand: Brand) -> None:
    for file, words in (("colour\nred", "“colour” is none"), ("question\n\xff", None)):
        data = file.encode("latin-1")
        page = admin.post(IMPORT, {"brand": brand.pk, "file": SimpleUploadedFile("x.csv", data)}).content.decode()
        assert (words or "The file is not UTF-8") in page
    assert "Choose a file." in admin.post(IMPORT, {"brand": brand.pk}).content.decode()


def test_the_export_has_what_the_list_shows(admin: Client, brand: Brand) -> None:
    make_query(brand, "=cmd()?")
    make_query(make_brand("Other"), "Not this?")
    response = admin.get(EXPORT, headers={"referer": f"http://testserver{LIST}?brand__id__exact={brand.pk}"})
    assert response["Content-Disposition"].startswith('attachment; filename="queries-')
    text = response.getvalue().decode()
    assert "'=cmd()?" in text
    assert "Not this?" not in text
    assert "Not this?" in admin.get(EXPORT).getvalue().decode()


def test_chosen_queries_are_exported(admin: Client, brand: Brand) -> None:
    query = make_query(brand, "This?")
    make_query(brand, "Not this?")
    response = admin.post(LIST, {"action": "export_chosen", "_selected_action": [query.pk]})
    text = response.getvalue().decode()
    assert "This?" in text
    assert "Not this?" not in text


def test_somebody_without_the_permission_may_not_import(staff_client: Client, brand: Brand) -> None:
    assert staff_client.get(IMPORT).status_code == 403
    assert staff_client.get(EXPORT).status_code == 403
