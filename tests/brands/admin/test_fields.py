import pytest

from brands.admin.brand import BrandForm
from brands.admin.fields import DomainsField, LinesField
from brands.models import Brand, Customer


def test_lines_become_a_list_without_blanks_and_repetitions() -> None:
    assert LinesField().clean("  Sky lark \r\n\n\tOld name\nsky lark\n ") == ["Sky lark", "Old name"]


def test_no_lines_are_an_empty_list() -> None:
    assert LinesField().clean("") == []
    assert LinesField().clean(None) == []


def test_a_list_is_shown_one_entry_a_line_and_a_refused_text_as_it_was_typed() -> None:
    field = LinesField()
    assert field.prepare_value(["a", "b"]) == "a\nb"
    assert field.prepare_value("a\n\n?") == "a\n\n?"


def test_only_other_entries_count_as_a_change() -> None:
    field = LinesField()
    assert not field.has_changed(["a", "b"], " a\nb\n\n")
    assert field.has_changed(["a"], "a\nb")
    assert field.has_changed(None, "a")


def test_pasted_addresses_become_domains_and_are_kept_once() -> None:
    assert DomainsField().clean("https://www.Skylark.example/shop\nskylark.example\nnot a domain") == [
        "skylark.example",
        "not a domain",
    ]


@pytest.mark.django_db
def test_the_models_validators_speak_at_the_field_in_sentences() -> None:
    customer = Customer.objects.create(name="Kite makers")
    form = BrandForm(
        {"customer": customer.pk, "name": "Skylark", "aliases": "x" * 201, "domains": "skylark.example\nnot a domain"}
    )
    assert form.errors == {
        "aliases": ["Write one name a line, each of 1 to 200 characters."],
        "domains": ["“not a domain” is not a domain. Write one a line, for example shop.example.com."],
    }


@pytest.mark.django_db
def test_what_was_written_one_a_line_is_saved_as_lists() -> None:
    customer = Customer.objects.create(name="Kite makers")
    form = BrandForm(
        {"customer": customer.pk, "name": " Skylark ", "aliases": "Sky Lark\n\n", "domains": "skylark.example"}
    )
    assert form.is_valid(), form.errors
    form.save()
    saved = Brand.objects.get()
    assert (saved.name, saved.aliases, saved.products, saved.domains) == (
        "Skylark",
        ["Sky Lark"],
        [],
        ["skylark.example"],
    )
