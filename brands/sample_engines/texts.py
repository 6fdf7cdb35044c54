"""What the sample engines say: sentences about each brand, openings and endings, and whole texts for some queries.

A text is Markdown; `[[key]]` cites a page of the market.
"""

from dataclasses import dataclass

from brands.sample_engines import market


@dataclass(frozen=True, slots=True)
class Said:
    """Sentences about each brand, by what they say of it."""

    praise: dict[str, tuple[str, ...]]
    criticism: dict[str, tuple[str, ...]]
    neutral: dict[str, tuple[str, ...]]


BAGS = Said(
    praise={
        "Fernquay": (
            "the Quay Roll 20 stayed bone dry in the rain test, and its hooks click on with one hand [[rain-test]]",
            "Fernquay’s welded seams and quiet hooks are excellent for daily use [[commuter-guide]]",
            "formerly sold as Trosselbag, it is the most reliable choice here and easy to repair [[repair-index]]",
        ),
        "Brückmoor": (
            "the Moorsack 25 is nearly indestructible and comes with a five-year guarantee [[brueckmoor-home]]",
            "Brückmoor's thick fabric survived three winters without a scratch [[long-test]]",
            "a superb, very tough bag that testers recommend for bad weather [[rain-test]]",
        ),
        "Harbor": (
            "Harbor looks great in the office and turns into a shoulder bag in seconds [[harbor-home]]",
            "the Harbor Messenger has the best laptop sleeve of the group [[commuter-guide]]",
        ),
        "Merrow-Pike": (
            "the Pike Tourer carries heavy loads steadily and ships with spare buckles [[merrow-home]]",
            "Merrow-Pike’s front and rear set is a favourite of riders who stay away for weeks [[tour-diary]]",
        ),
        "Dunnavik": (
            "the Vik Light 15 weighs only 540 g and is a joy to carry [[dunnavik-home]]",
            "Dunnavik makes the lightest bag of the comparison, and it is a lovely one [[commuter-guide]]",
        ),
    },
    criticism={
        "Fernquay": (
            "Fernquay is expensive, and several owners complain that the hooks rattle after a winter [[forum-hooks]]",
            "the closure of the Quay Day 12 leaked in the test, a disappointing result [[rain-test]]",
        ),
        "Brückmoor": (
            "Brückmoor is heavy, and the stiff fabric is a nuisance in cold weather [[long-test]]",
            "at 1.2 kg the Moorsack 25 is the heaviest bag in the test",
        ),
        "Harbor": (
            "Harbor is only water-repellent, and the newspaper inside was soaked [[rain-test]]",
            "the stitching of the Harbor Messenger came apart after a year [[long-test]]",
        ),
        "Merrow-Pike": (
            "Merrow-Pike answers slowly, and spare parts took seven weeks [[repair-index]]",
            "the Pike Tourer is bulky in traffic",
        ),
        "Dunnavik": ("the thin fabric of Dunnavik tore on gravel [[tour-diary]]", "Dunnavik bags are often sold out"),
    },
    neutral={
        "Fernquay": ("20 litres, roll-top, $145 [[fernquay-home]]", "20 litres, four colours [[price-watch]]"),
        "Brückmoor": ("25 litres, 900 denier, $160 [[brueckmoor-home]]", "25 litres, one size [[price-watch]]"),
        "Harbor": ("18 litres, flap closure, $120 [[harbor-home]]", "18 litres, in two sizes [[price-watch]]"),
        "Merrow-Pike": ("a set of 40 litres, $210 [[merrow-home]]", "front and rear bags [[price-watch]]"),
        "Dunnavik": ("15 litres, 540 g, $110 [[dunnavik-home]]", "15 litres, made in small runs [[price-watch]]"),
    },
)
YARN = Said(
    praise={
        "Fernquay": ("Fernquay uses recycled yarn for fabric and webbing, an impressive effort [[recycled-yarn]]",),
        "Brückmoor": ("Brückmoor takes old panniers back and turns them into new ones [[brueckmoor-home]]",),
        "Harbor": ("Harbor sells a good recycled line in most city shops [[harbor-home]]",),
        "Merrow-Pike": ("the Pike Tourer is made of recycled sailcloth, and beautifully so [[merrow-home]]",),
        "Dunnavik": ("Dunnavik has the highest share of recycled yarn in the comparison [[recycled-yarn]]",),
    },
    criticism={
        "Fernquay": ("Fernquay does not say where its yarn comes from, which is a pity [[recycled-yarn]]",),
        "Brückmoor": ("only one of Brückmoor’s bags is recycled, and it is hard to find",),
        "Harbor": ("Harbor states no share at all, so its claim is worthless [[recycled-yarn]]",),
        "Merrow-Pike": ("Merrow-Pike delivers slowly [[price-watch]]",),
        "Dunnavik": ("Dunnavik bags are often sold out",),
    },
    neutral={
        "Fernquay": ("70 % recycled, own shop and 40 dealers [[fernquay-home]]",),
        "Brückmoor": ("50 % recycled, own shop [[brueckmoor-home]]",),
        "Harbor": ("share unknown, city shops [[harbor-home]]",),
        "Merrow-Pike": ("60 % recycled, own shop [[merrow-home]]",),
        "Dunnavik": ("95 % recycled, own shop [[dunnavik-home]]",),
    },
)
MENDING = Said(
    praise={
        "Fernquay": (
            "Fernquay mends every bag for a flat fee, even those that still say Trosselbag [[fernquay-repair]]",
            "the fastest and friendliest repair service of all in the index [[repair-index]]",
        ),
        "Brückmoor": ("Brückmoor repairs free of charge for five years [[brueckmoor-home]]",),
        "Harbor": ("Harbor's shops replace buckles while you wait, which is great [[repair-index]]",),
        "Merrow-Pike": ("Merrow-Pike sends spare buckles and excellent instructions [[merrow-home]]",),
        "Dunnavik": ("Dunnavik patches tears at a fair price [[dunnavik-home]]",),
    },
    criticism={
        "Fernquay": ("owners say that Fernquay sent the bag back with the same rattling hooks [[forum-hooks]]",),
        "Brückmoor": ("after the guarantee Brückmoor repairs nothing [[repair-index]]",),
        "Harbor": ("Harbor does not mend torn fabric [[repair-index]]",),
        "Merrow-Pike": ("Merrow-Pike answers slowly, and spare parts took seven weeks [[repair-index]]",),
        "Dunnavik": ("Dunnavik did not answer the survey [[repair-index]]",),
    },
    neutral={
        "Fernquay": ("flat fee of £25, ten days [[fernquay-repair]]",),
        "Brückmoor": ("free for five years, three weeks [[brueckmoor-home]]",),
        "Harbor": ("buckles only, same day [[repair-index]]",),
        "Merrow-Pike": ("spare parts by post, seven weeks [[repair-index]]",),
        "Dunnavik": ("patches only, two weeks [[dunnavik-home]]",),
    },
)
SAID = {market.RECYCLED: YARN, market.REPAIR: MENDING}  # all other questions: BAGS

OPENINGS = {
    market.WATERPROOF: (
        "For a commute in all weathers, look for welded seams and a roll-top; everything else is a matter of taste.",
        "If your bag has to keep a laptop dry, these are the panniers that reviewers name most often this year.",
        "I compared current tests of waterproof panniers. In short, **{first}** is ahead.",
    ),
    market.TOURING: (
        "On a two-week tour, weight matters less than hooks that hold and fabric you can mend on the road.",
        "Long-distance riders do not agree on one winner, yet a few names come up again and again.",
        "Whether you follow a river or ride from harbor to harbor, 40 to 50 litres are enough for two weeks.",
    ),
    market.RECYCLED: (
        "Several makers sell panniers from recycled yarn, directly or in larger bicycle shops.",
        "Recycled can mean the fabric alone or the whole bag, so check what share the maker states [[recycled-yarn]].",
    ),
    market.REPAIR: (
        "More and more makers repair their bags, at very different prices and speeds [[repair-index]].",
        "Yes, some pannier brands run a repair service. **{first}** is mentioned most often.",
    ),
}
GENERIC_OPENING = "This sample answer knows one invented market only, bicycle bags. What is said about them:"
ENDINGS = (
    "",
    "Prices change often, so compare shops before you buy [[price-watch]].",
    "If you can, hang the bag on your own rack first: not every hook fits every tube.",
    "**In short:** take {first} if you want peace of mind, and {second} if you like something different.",
)

WHOLE = {
    market.PRICE: (
        "**Mostly yes.** At about $145 a Fernquay pannier costs more than most, but it also lasts longer "
        "[[long-test]].\n\n"
        "- **For it:** Fernquay's seams stayed dry in the rain test, and its repair service is excellent "
        "[[fernquay-repair]].\n"
        "- **Against it:** the hooks can rattle after a winter [[forum-hooks]].\n\n"
        "If you ride every day, Fernquay is worth the money. If not, Dunnavik does the job for less.",
        "It depends on how often you ride. Reviewers praise Fernquay (formerly Trosselbag) for its closure and its "
        "hooks [[commuter-guide]], while forum users call it overpriced [[forum-hooks]].\n\n"
        "| Bag | Price | Volume |\n| --- | --- | --- |\n| Fernquay Quay Roll 20 | $145 | 20 l |\n"
        "| Brückmoor Moorsack 25 | $160 | 25 l |\n| Harbor Messenger | $120 | 18 l |\n\n"
        "Measured by the litre, Brückmoor is the cheaper bag [[price-watch]].",
        "Probably not for everyone. Fernquay is expensive, and its Quay Day 12 leaked in an independent test, which "
        "is disappointing at that price [[rain-test]].\n\nBetter value, according to the same test:\n\n"
        "1. **Brückmoor**: heavy, but nearly indestructible [[brueckmoor-home]].\n"
        "2. **Merrow-Pike**: a solid set with spare buckles [[merrow-home]].\n",
    ),
    market.DURABILITY: (
        "In a three-year comparison both held up well, and **Brückmoor** came out slightly ahead [[long-test]].\n\n"
        "### Brückmoor\n\n- Thick fabric without a scratch\n- Heavy and stiff in the cold\n\n"
        "### Fernquay\n\n- Welded seams, all still tight\n- One hook had to be replaced, free of charge "
        "[[fernquay-repair]]\n",
        "Fernquay lasts longer if you count repairs: the maker mends even old Trosselbag panniers for a flat fee "
        "[[fernquay-repair]]. Unlike Fernquay, Brückmoor replaces a broken bag only within its guarantee of five "
        "years [[brueckmoor-home]].",
        "| | Fernquay | Brückmoor |\n| --- | --- | --- |\n| Fabric after 3 years | good | very good |\n"
        "| Hooks after 3 years | one replaced | all intact |\n| Guarantee | 3 years | 5 years |\n\n"
        "**Verdict:** Brückmoor is the tougher bag, Fernquay the one that is easier to mend [[long-test]].",
    ),
}

REFUSAL = "I'm sorry, but I can't help with that request."
PLACEHOLDER = "No response"
