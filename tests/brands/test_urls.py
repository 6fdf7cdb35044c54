import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brands.matching import Entity
from brands.urls import canonical_url, host_of, owner_of, owns, registrable_domain

CANONICAL = {
    "https://Acme.Example/Shop?utm_source=chatgpt.com": "https://acme.example/Shop",
    "https://acme.example/a?b=1&UTM_Medium=x&c=&gclid=2&c=3": "https://acme.example/a?b=1&c=&c=3",
    "https://acme.example/a?fbclid=1&srsltid=2&ref_src=3#part": "https://acme.example/a#part",
    "https://acme.example/a#:~:text=so%20hot": "https://acme.example/a",
    "https://acme.example/a#part:~:text=x": "https://acme.example/a#part",
    "HTTP://acme.example:80": "http://acme.example/",
    "https://acme.example:443//a//b/": "https://acme.example//a//b/",
    "https://acme.example:8443/": "https://acme.example:8443/",
    "https://user:secret@acme.example./": "https://acme.example/",
    " https://acme.example/%C3%A9?q=%20 ": "https://acme.example/%C3%A9?q=%20",
    "https://[::1]:443/": "https://[::1]/",
    "mailto:a@acme.example": "mailto:a@acme.example",
    "http://[broken": "http://[broken",
    "http://acme.example:99999/": "http://acme.example:99999/",
    "": "",
}


@pytest.mark.parametrize(("url", "canonical"), CANONICAL.items())
def test_the_canonical_address_leaves_out_where_a_reader_came_from(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@settings(deadline=None)  # the first example also compiles patterns and reads word lists
@given(st.text() | st.from_regex(r"https?://[a-z.]{1,9}(:\d+)?/[a-z=&?#:~]*", fullmatch=True))
def test_the_canonical_address_of_a_canonical_address_is_itself(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)
    assert host_of(url) == host_of(url).lower()
    registrable_domain(url)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.shop.acme.co.uk/x", "acme.co.uk"),
        ("acme.co.uk", "acme.co.uk"),
        ("//acme.com/x", "acme.com"),
        ("https://ACME.com.", "acme.com"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("http://localhost/", "localhost"),
        ("https://co.uk/", "co.uk"),
        ("https://blog.münchen.de/", "münchen.de"),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_the_registrable_domain_follows_the_public_suffix_list(url: str, domain: str) -> None:
    assert registrable_domain(url) == domain


def test_a_domain_may_be_written_in_its_own_letters_or_in_ascii() -> None:
    urls = ("https://bücher.example/a", "https://xn--bcher-kva.example/a")
    for domain in ("bücher.example", "xn--bcher-kva.example"):
        assert [owns(Entity("b", "Bücher", "brand", domains=(domain,)), url) for url in urls] == [True, True]


def test_an_address_belongs_to_the_brand_a_competitor_or_somebody_else() -> None:
    tracked = [
        Entity("c", "Borealis", "competitor", domains=("borealis.example", "acme.example")),
        Entity("b", "Acme", "brand", domains=("www.acme.example",)),
    ]
    owners = [
        owner_of(url, tracked) for url in ("https://m.acme.example/", "https://borealis.example", "https://x.example")
    ]
    assert owners == ["own", "competitor", "other"]
