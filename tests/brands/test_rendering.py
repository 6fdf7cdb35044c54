"""Answers as HTML: nothing in them runs or loads, and every mark is where the evidence says."""

import re
import time

import pytest

from brands.rendering import Highlight, render_answer, render_source, words_only


def marks(text: str, *words: str) -> list[Highlight]:
    """A highlight for each place where one of the words stands."""
    return [
        Highlight(match.start(), match.end(), f"c{number}", f"word {number}")
        for number, word in enumerate(words)
        for match in re.finditer(re.escape(word), text)
    ]


def html(text: str, *words: str) -> str:
    return str(render_answer(text, marks(text, *words)).html).strip()


def mark(text: str, number: int = 0) -> str:
    return f'<mark class="c{number}" title="word {number}">{text}</mark>'


def test_markdown_becomes_html() -> None:
    assert html("# Bags\n\n- **one**\n- two") == (
        "<h1>Bags</h1>\n<ul>\n<li><strong>one</strong></li>\n<li>two</li>\n</ul>"
    )


def test_markup_in_an_answer_is_only_text() -> None:
    assert html("<script>alert(1)</script> <b onclick=x>hi</b>") == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; &lt;b onclick=x&gt;hi&lt;/b&gt;</p>"
    )


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "/admin/logout/",
    ],
)
def test_a_link_leads_to_the_web_or_nowhere(target: str) -> None:
    assert "href" not in html(f"[click]({target}) <{target}>")


def test_a_web_link_is_kept_without_a_referrer_or_a_recommendation() -> None:
    assert html('[shop](https://shop.example/a?b=1&c=2 "title")') == (
        '<p><a href="https://shop.example/a?b=1&amp;c=2" rel="nofollow noopener noreferrer">shop</a></p>'
    )


def test_an_image_becomes_words_and_loads_nothing() -> None:
    assert html('![a "map"](https://evil.example/pixel.png)') == "<p>[image: a &quot;map&quot;]</p>".replace(
        "&quot;", '"'
    )


def test_a_mark_stands_around_exactly_the_given_words() -> None:
    assert html("Acme beats Bolt, says Acme", "Acme", "Bolt") == (
        f"<p>{mark('Acme')} beats {mark('Bolt', 1)}, says {mark('Acme')}</p>"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Acme**", f"<strong>{mark('Acme')}</strong>"),
        ("_Acme_ and *Acme*s", f"<em>{mark('Acme')}</em> and <em>{mark('Acme')}</em>s"),
        ("[the Acme shop](https://x.example/)", f">the {mark('Acme')} shop</a>"),
        ("| Acme |\n|---|\n| Acme |", f"<td>{mark('Acme')}</td>"),
        ("`Acme`", f"<code>{mark('Acme')}</code>"),
        ("> Acme", f"<p>{mark('Acme')}</p>"),
        ("Bags by Acme", f"by {mark('Acme')}</p>"),
    ],
)
def test_a_mark_survives_markdown(text: str, expected: str) -> None:
    assert expected in html(text, "Acme")


def test_a_mark_that_crosses_a_tag_is_split_around_it() -> None:
    assert html("Acme **Pro** x", "Acme **Pro") == f"<p>{mark('Acme ')}<strong>{mark('Pro')}</strong> x</p>"


def test_overlapping_marks_share_their_words() -> None:
    assert html("Acme Pro Max", "Acme Pro", "Pro Max") == (
        f'<p>{mark("Acme ")}<mark class="c0" title="word 0; word 1">Pro</mark>{mark(" Max", 1)}</p>'
    )


def test_a_mark_inside_a_link_target_is_left_out_and_counted() -> None:
    text = "[shop](https://acme.example/acme) <https://acme.example/>"
    rendered = render_answer(text, marks(text, "acme"))
    assert "mark" not in rendered.html
    assert 'href="https://acme.example/acme"' in rendered.html
    assert rendered.unmarked == 3


def test_a_mark_never_changes_how_markdown_is_read() -> None:
    text = "[Acme] is fine, Acme too.\n\n[Acme]: https://acme.example/"
    rendered = render_answer(text, marks(text, "Acme"))
    plain = render_answer(text)
    assert re.sub("</?mark[^>]*>", "", rendered.html) == plain.html
    assert f"fine, {mark('Acme')} too" in rendered.html
    assert rendered.unmarked == 2


def test_characters_written_as_entities_and_escapes_are_marked_whole() -> None:
    assert html("AT&amp;T", "AT&amp;T") == f"<p>{mark('AT&amp;T')}</p>"
    assert html("caf&eacute;", "&eacute;") == f"<p>caf{mark('é')}</p>"
    assert html(r"\*noname here", r"\*noname") == f"<p>{mark('*noname')} here</p>"


def test_a_name_of_one_character_is_marked() -> None:
    assert html("a X", "X") == f"<p>a {mark('X')}</p>"


def test_private_characters_and_controls_in_an_answer_mean_nothing() -> None:
    text = "\U000f0000Acme\U000f0001 \x00\x1b[31m \U0010fffd"
    rendered = html(text, "Acme")
    assert mark("Acme") in rendered
    assert not re.search("[\x00\U000f0000-\U0010ffff]", rendered)


def test_spans_outside_the_text_are_left_out_and_counted() -> None:
    spans = [
        Highlight(-1, 2, "c", "t"),
        Highlight(3, 3, "c", "t"),
        Highlight(2, 99, "c", "t"),
        Highlight(0, 4, "c", "t"),
    ]
    rendered = render_answer("Acme", spans)
    assert rendered.html.strip() == '<p><mark class="c" title="t">Acme</mark></p>'
    assert rendered.unmarked == 3
    assert render_source("Acme", spans).unmarked == 3


def test_a_title_cannot_break_out_of_its_attribute() -> None:
    spans = [Highlight(0, 4, "c", '"><script>alert(1)</script>')]
    for rendered in (render_answer("Acme", spans), render_source("Acme", spans)):
        assert "<script" not in rendered.html
        assert 'title="&quot;&gt;&lt;script' in rendered.html


def test_the_raw_text_is_shown_as_it_came_with_the_same_marks() -> None:
    text = "**Acme**\n<b>\x00"
    assert render_source(text, marks(text, "Acme")).html == f"**{mark('Acme')}**\n&lt;b&gt;\ufffd"


def test_a_hostile_text_takes_seconds_at_most() -> None:
    text = "[Acme]\n\n" * 300 + "[Acme]: https://x.example/\n" + "*" * 2000 + "[" * 1000
    start = time.monotonic()
    rendered = render_answer(text, marks(text, "Acme", "*"))
    assert time.monotonic() - start < 10
    assert "<script" not in rendered.html


def test_of_a_text_of_megabytes_only_the_beginning_is_shown() -> None:
    text = "Acme " * 2_000_000
    for rendered in (render_answer(text), render_source(text)):
        assert len(rendered.html) < 60_000


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("Acme**: the best ([a.example](https://a.example/x?y=1)).", "Acme: the best (a.example)."),
        ("Costs 2 * 3 [1], says `Acme`.", "Costs 2 * 3 [1], says Acme."),
    ],
)
def test_a_quote_is_shown_as_it_reads(quote: str, words: str) -> None:
    assert words_only(quote) == words
