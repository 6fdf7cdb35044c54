import pytest

from brands.collectors._places import language, location_code


@pytest.mark.parametrize(
    ("country", "code"),
    [("US", 2840), ("ch", 2756), ("GB", 2826), ("AF", 2004), ("ZW", 2716), ("QX", None), ("", None)],
)
def test_a_country_has_googles_number(country: str, code: int | None) -> None:
    assert location_code(country) == code


@pytest.mark.parametrize(
    ("locale", "code"),
    [("de-CH", "de"), ("pt-BR", "pt"), ("zh-Hant-HK", "zh-TW"), ("zh-TW", "zh-TW"), ("zh", "zh-CN"), ("EN", "en")],
)
def test_a_locale_has_googles_language(locale: str, code: str) -> None:
    assert language(locale) == code
