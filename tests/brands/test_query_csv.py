import pytest

from brands.models import Brand, Query, Topic
from brands.query_csv import COLUMNS, MOST_ROWS, export, look, save
from brands.spreadsheet import Unreadable
from tests.brands.factories import make_brand, make_query

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return make_brand()


def outcomes(brand: Brand, text: str) -> list[tuple[int, str, str]]:
    return [(line.number, str(line.outcome), line.words) for line in look(brand, text).lines]


def test_each_line_is_told_before_anything_is_saved(brand: Brand) -> None:
    make_query(brand, "Known?", topic=Topic.objects.create(brand=brand, name="Price"))
    make_query(brand, "Same?")
    table = (
        "question,topic,active,country\n"
        "New one?,Price,,\n"
        "Known?,Taste,no,\n"
        "Same?,,,\n"
        "Known?,Price,,CH\n"
        "New one?,,,\n"
        ",Price,,\n"
        "What?,,perhaps,\n"
        "What?,,,Switzerland\n"
    )
    assert outcomes(brand, table) == [
        (2, "created", ""),
        (3, "changed", "topic: Price → Taste, active: yes → no"),
        (4, "unchanged", ""),
        (5, "created", ""),
        (6, "refused", "It is the same question as line 2, in the same country and locale."),
        (7, "refused", "It has no question."),
        (8, "refused", "“perhaps” in the column “active” is neither yes nor no."),
        (9, "refused", "country: Write the two capital letters of the country, for example CH. "
            "Ensure this value has at most 2 characters (it has 11)."),
    ]  # fmt: skip
    assert Query.objects.count() == 2


def test_good_lines_are_saved_and_bad_ones_left_out(brand: Brand) -> None:
    make_query(brand, "Known?")
    table = "question;topic;active;locale\nIs Aurora good?;Taste;no;de-CH\nKnown?;Taste;no;\nBad?;;;German\n"
    assert save(brand, table).counts == {"created": 1, "changed": 1, "unchanged": 0, "refused": 1}
    made = Query.objects.get(locale="de-CH")
    assert (made.text, made.topic.name, made.is_active, made.is_branded) == ("Is Aurora good?", "Taste", False, True)
    changed = Query.objects.get(text="Known?")
    assert (changed.topic, changed.is_active) == (made.topic, False)
    assert save(brand, table).counts == {"created": 0, "changed": 0, "unchanged": 2, "refused": 1}


def test_a_column_that_the_table_does_not_have_changes_nothing(brand: Brand) -> None:
    topic = Topic.objects.create(brand=brand, name="Price")
    query = make_query(brand, "Known?", topic=topic, is_active=False)
    save(brand, "question\nKnown?\n")
    query.refresh_from_db()
    assert (query.topic, query.is_active) == (topic, False)


def test_what_is_exported_imports_as_unchanged(brand: Brand) -> None:
    make_query(brand, "=HYPERLINK(1)", topic=Topic.objects.create(brand=brand, name="-minus"))
    make_query(brand, '\'tis, a "good" one?', country="CH", locale="de-CH", is_active=False)
    text = "".join(export(Query.objects.select_related("brand", "topic")))
    assert text.startswith("\ufeff" + ",".join(COLUMNS))
    assert "'=HYPERLINK(1)" in text
    assert look(brand, text).counts == {"created": 0, "changed": 0, "unchanged": 2, "refused": 0}


def test_lines_of_another_brand_are_refused(brand: Brand) -> None:
    [line] = look(brand, "brand,question\nBorealis,Which?\n").lines
    assert line.words == "This is a line of “Borealis”, and the queries are imported for Aurora."


def test_a_suggested_query_that_is_imported_as_active_counts_as_reviewed(brand: Brand) -> None:
    query = make_query(brand, "Known?", is_active=False, is_suggested=True)
    save(brand, "question,active\nKnown?,yes\n")
    query.refresh_from_db()
    assert (query.is_active, query.is_suggested) == (True, False)


def test_a_nul_character_and_too_many_rows_are_refused(brand: Brand) -> None:
    assert [words for _, _, words in outcomes(brand, "question\nWh\0at?\n")] == ["It has a NUL character."]
    with pytest.raises(Unreadable, match=f"{MOST_ROWS} are the most"):
        look(brand, "question\n" + "x\n" * (MOST_ROWS + 1))


def test_a_large_table_takes_few_statements(brand: Brand, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    table = "question,topic\n" + "".join(f"Number {n}?,Topic {n % 7}\n" for n in range(500))
    with django_assert_max_num_queries(12):
        save(brand, table)
    assert brand.queries.count() == 500
