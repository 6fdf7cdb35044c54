from brands.matching import AnswerText, CitedUrl, Entity
from brands.scorers.citations import CitationsScorer

ACME = Entity("a", "Acme", "brand", domains=("acme.example", "https://www.acme.co.uk/"))
PAGES = (
    CitedUrl("https://shop.acme.example/x?utm_source=chat"),
    CitedUrl("https://notacme.example/"),
    CitedUrl("https://acme.co.uk", cited=False),
    CitedUrl("http://[broken", title="Acme"),
    CitedUrl("https://other.co.uk"),
)


def test_citations_are_counted_by_domain_cited_and_consulted_apart() -> None:
    [finding] = CitationsScorer().score(AnswerText("", citations=PAGES), [ACME])
    assert finding.measures == {"citation_count": 2, "cited_count": 1, "consulted_count": 1}
    assert finding.evidence == [{"position": 1, "domain": "acme.example"}, {"position": 3, "domain": "acme.co.uk"}]


def test_an_entity_without_domains_owns_nothing() -> None:
    [finding] = CitationsScorer().score(
        AnswerText("", citations=PAGES), [Entity("b", "Acme", "brand", domains=("", " "))]
    )
    assert finding.measures == {"citation_count": 0, "cited_count": 0, "consulted_count": 0}
