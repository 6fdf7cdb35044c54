"""The invented market of bicycle bags: no brand, product, page or domain in it is real."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SampleBrand:
    """The tracked brand or one of its competitors."""

    name: str
    aliases: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleQuery:
    text: str
    topic: str
    country: str
    locale: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page that an answer can cite; texts name it by its key in PAGES, as in `[[rain-test]]`."""

    url: str
    title: str
    snippet: str

    @property
    def domain(self) -> str:
        return self.url.split("/")[2].removeprefix("www.")


CUSTOMER = "Sample customer"

BRAND = SampleBrand(
    "Fernquay",
    aliases=("Fern Quay", "Trosselbag"),  # the second is the name until 2021
    products=("Quay Roll 20", "Quay Day 12"),
    domains=("fernquay.example", "trosselbag.example"),
)
COMPETITORS = (
    SampleBrand("Brückmoor", ("Brueckmoor",), ("Moorsack 25",), ("brueckmoor.example",)),
    SampleBrand("Harbor", ("Harbor Bags",), ("Harbor Messenger",), ("harborbags.example",)),
    SampleBrand("Merrow-Pike", ("Merrow Pike",), ("Pike Tourer",), ("merrow-pike.example",)),
    SampleBrand("Dunnavik", (), ("Vik Light 15",), ("dunnavik.example",)),
)

WATERPROOF = SampleQuery(
    "What are the best waterproof bicycle panniers for commuting?", "Commuting", country="US", locale="en-US"
)
TOURING = SampleQuery("Which bike bags are best for a two-week bicycle tour?", "Touring", country="US", locale="en-US")
RECYCLED = SampleQuery(
    "Where can I buy panniers made from recycled material?", "Sustainability", country="GB", locale="en-GB"
)
REPAIR = SampleQuery("Which pannier brands repair their bags?", "Sustainability", country="GB", locale="en-GB")
PRICE = SampleQuery("Is Fernquay worth the price?", "Reputation", country="US", locale="en-US")
DURABILITY = SampleQuery(
    "Fernquay or Brückmoor: which panniers last longer?", "Reputation", country="GB", locale="en-GB"
)
QUERIES = (WATERPROOF, TOURING, RECYCLED, REPAIR, PRICE, DURABILITY)
TOPICS = tuple(dict.fromkeys(query.topic for query in QUERIES))

PAGES = {
    "rain-test": Page(
        "https://www.pedalreview.example/panniers/rain-test",
        "Eleven panniers under the shower: our rain test",
        "We hung eleven panniers under a shower for an hour, each with a dry newspaper inside.",
    ),
    "commuter-guide": Page(
        "https://www.pedalreview.example/guides/commuter-bags",
        "Commuter bags: the buyer's guide",
        "What to look for when the bag goes to the office every day: closure, hooks, weight and a laptop sleeve.",
    ),
    "tour-diary": Page(
        "https://slowroads.example/diary/two-weeks-two-bags",
        "Two weeks, two bags: what held and what tore",
        "After 1,100 km of gravel we emptied the bags and counted the holes.",
    ),
    "long-test": Page(
        "https://slowroads.example/gear/three-year-test",
        "Three years with five pannier brands",
        "The same five bags on the same two bikes, weighed, washed and photographed every spring.",
    ),
    "recycled-yarn": Page(
        "https://greengear.example/materials/recycled-panniers",
        "Which panniers really are recycled?",
        "We asked the makers for the share of recycled yarn in fabric, webbing and buckles.",
    ),
    "repair-index": Page(
        "https://greengear.example/repair-index/bags",
        "Repair index: bicycle bags",
        "Spare parts, price of a repair and waiting time of the makers that answered us.",
    ),
    "forum-hooks": Page(
        "https://forum.everydaycycling.example/t/hooks-that-rattle",
        "Hooks that rattle - Everyday Cycling forum",
        "My hooks started to rattle after one winter. Does anybody have a fix?",
    ),
    "price-watch": Page(
        "https://www.bagprices.example/panniers?sort=price&page=1",
        "Pannier prices compared",
        "Prices of 64 panniers in nine shops, updated daily.",
    ),
    "fernquay-home": Page(
        "https://www.fernquay.example/quay-roll-20",
        "Quay Roll 20 | Fernquay",
        "The Quay Roll 20: roll-top pannier, 20 litres, welded seams.",
    ),
    "fernquay-repair": Page(
        "https://www.fernquay.example/repair",
        "Repair service | Fernquay",
        "Send us your bag. We mend it for a flat fee, also bags that still say Trosselbag.",
    ),
    "brueckmoor-home": Page(
        "https://brueckmoor.example/en/moorsack-25",
        "Moorsack 25 – Brückmoor",
        "25 litres, 900 denier, five-year guarantee.",
    ),
    "harbor-home": Page(
        "https://shop.harborbags.example/messenger", "Harbor Messenger | Harbor Bags", "A messenger bag with hooks."
    ),
    "merrow-home": Page(
        "https://merrow-pike.example/tourer",
        "Pike Tourer by Merrow-Pike",
        "Front and rear set for long tours, with spare buckles.",
    ),
    "dunnavik-home": Page(
        "https://dunnavik.example/light", "Vik Light 15 - Dunnavik", "540 grams, recycled ripstop, made in small runs."
    ),
}
