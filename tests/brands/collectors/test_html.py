import pytest

from brands.collectors._html import is_html, words_of


@pytest.mark.parametrize(
    "text", ["<p>Aurora</p>", "\n <!DOCTYPE html><html>", '<div class="a">x</div>', "<br/>", "<h2>Best</h2>"]
)
def test_what_starts_with_a_tag_is_html(text: str) -> None:
    assert is_html(text)


@pytest.mark.parametrize(
    "text", ["", "Aurora", "**Aurora** <b>x</b>", "< 5 cups a day", "<3 Aurora", "<https://a.example>"]
)
def test_what_starts_with_words_is_none(text: str) -> None:
    assert not is_html(text)


def test_blocks_become_lines_and_inline_tags_nothing() -> None:
    html = "<div><h2>Best</h2><p>1. <b>Aur</b>ora &amp; co<br>2. Borealis</p><ul><li>A</li><li>B</li></ul></div>"
    assert words_of(html) == "Best\n1. Aurora & co\n2. Borealis\nA\nB"


def test_scripts_and_styles_are_silent() -> None:
    assert words_of("<style>p{}</style><p>Aurora</p><script>alert('Borealis')</script><p>end") == "Aurora\nend"


def test_markup_without_end_is_read_in_time() -> None:
    assert words_of("<p>" + "<" * 200_000) is not None
    assert not is_html("<a " + "x" * 1_000_000)
