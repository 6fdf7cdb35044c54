import pytest

from brands.categories import Category, category_of

HOSTS = [
    ("www.nytimes.com", Category.EDITORIAL),
    ("eu.usatoday.com", Category.EDITORIAL),
    ("springfieldtribune.example", Category.EDITORIAL),
    ("news.verdano.example", Category.EDITORIAL),
    ("verdano.example", Category.CORPORATE),
    ("", Category.CORPORATE),
    ("de.wikipedia.org", Category.REFERENCE),
    ("docs.verdano.example", Category.REFERENCE),
    ("old.reddit.com", Category.UGC),
    ("community.verdano.example", Category.UGC),
    ("m.youtube.com", Category.SOCIAL),
    ("x.com", Category.SOCIAL),
    ("netflix.com", Category.CORPORATE),
    ("cdc.gov", Category.INSTITUTIONAL),
    ("ox.ac.uk", Category.INSTITUTIONAL),
    ("mit.edu", Category.INSTITUTIONAL),
    ("service.gov.uk", Category.INSTITUTIONAL),
    ("logo.com", Category.CORPORATE),
]


@pytest.mark.parametrize(("host", "category"), HOSTS)
def test_a_host_has_a_category(host: str, category: Category) -> None:
    assert category_of(host) == category


def test_a_customers_own_rule_goes_first_and_the_longest_domain_decides() -> None:
    own = {"verdano.example": Category.SOCIAL, "reddit.com": Category.SOCIAL}
    own["blog.verdano.example"] = Category.EDITORIAL
    assert category_of("shop.verdano.example", own) == Category.SOCIAL
    assert category_of("blog.verdano.example", own) == Category.EDITORIAL
    assert category_of("www.reddit.com", own) == Category.SOCIAL
    assert category_of("quora.com", own) == Category.UGC
