"""Invented sentences, the names that are looked for ("NAME=ALIAS|ALIAS"), and how often each is named."""

from typing import NamedTuple


class Case(NamedTuple):
    names: tuple[str, ...]
    text: str
    counts: tuple[int, ...]


def _one(name: str, *texts: tuple[str, int]) -> list[Case]:
    return [Case((name,), text, (count,)) for text, count in texts]


PLAIN = [
    *_one(
        "Verdano",
        ("Verdano opened a shop.", 1),
        ("I like Verdano, and Verdano likes me.", 2),
        ("VERDANO IS LOUD", 1),
        ("my verdano bill is high", 1),
        ("Verdano's shop", 1),
        ("Verdano’s shop", 1),
        ("two Verdanos", 1),
        ("Verdanoland is a park", 0),
        ("the preverdano days", 0),
        ("(Verdano)", 1),
        ("Verdano/Borealis", 1),
        ("Verdano-owned shops", 1),
        ("a non-Verdano shop", 1),
        ("#Verdano and @Verdano", 2),
        ("“Verdano”", 1),
        ("Verdano™ and Verdano®", 2),
        ("Verdano² says so", 1),
        ("Verdano.", 1),
        ("Is it Verdano?", 1),
        ("Verdano:cheap", 1),
        ("", 0),
        ("   \n\t ", 0),
    ),
    *_one("Nestélia", ("Nestelia and NESTÉLIA and Neste\u0301lia", 3), ("nestelia", 1)),
    *_one("Überall", ("Überall is a firm", 1), ("U\u0308berall is a firm", 1)),
    *_one("Søndergård", ("Sondergard and SØNDERGÅRD", 2)),
    *_one("Straßer", ("STRASSER and Strasser", 2)),
    *_one("Łódka", ("Lodka floats", 1)),
    *_one(
        "ACME", ("\uff21\uff23\uff2d\uff25 sells", 1), ("Ac\u00adme and Ac\u200bme", 2), ("A\u200dC\u2060ME\ufeff", 1)
    ),
]

SYMBOLS = [
    *_one(
        "AT&T",
        ("AT&T is here", 1),
        ("AT&amp;T is here", 1),
        ("AT & T is here", 1),
        ("AT\\&T is here", 1),
        ("at&t is here", 1),
        ("AT&Tower", 0),
        ("at the tea", 0),
    ),
    *_one("AT", ("AT&T is another", 0), ("at home", 0), ("AT is here", 1)),
    *_one("Wahoo!", ("Wahoo! is old", 1), ("Wahoo is old", 1), ("Wahoo! Wahoo!", 2), ("Wahoo\\! is old", 1)),
    *_one("C++", ("C++ is hard", 1), ("C is hard", 0), ("Use C++, not C", 1), ("C\\+\\+ is hard", 1)),
    *_one("Filmio+", ("Filmio+ streams", 1), ("Filmio streams", 0)),
    Case(("Filmio", "Filmio+"), "Filmio made Filmio+ this year", (1, 1)),
    *_one('Dolls "B" Us', ('Dolls "B" Us closed', 1), ("Dolls B Us closed", 1), ("Dolls “B” Us closed", 1)),
    *_one(
        "McRonald's", ("McRonald’s fries", 1), ("McRonald's fries", 1), ("McRonalds fries", 1), ("McRonald fries", 0)
    ),
    *_one("L'Orélia", ("L’Orélia", 1), ("LOrelia", 1), ("L'ORELIA", 1)),
    *_one("H&W", ("H&W and H & W", 2), ("H&amp;W", 1), ("h&w", 1)),
    *_one("Porter & Gable", ("Porter and Gable", 1), ("Porter&Gable", 1), ("Porter & Gable", 1)),
    *_one("Stone and Wood", ("Stone & Wood", 1), ("Stone and Wood", 1), ("a stone and wood", 0)),
    *_one("E*TRADIO", ("E*TRADIO", 1), ("ETRADIO", 1)),
    *_one("St. Clement", ("St. Clement cheese", 1)),
    *_one("365mart", ("365mart is open", 1), ("1365mart", 0)),
    *_one("REMO 1000", ("REMO 1000 is cheap", 1), ("REMO 10000", 0), ("REMO1000", 1)),
    *_one("3N", ("3N tape", 1), ("43N road", 0)),
    *_one("7-Twelve", ("7-Twelve, 7 Twelve, 7Twelve", 3), ("17-Twelve", 0)),
]

SPELLINGS = [
    *_one(
        "T-Mobilia",
        ("T-Mobilia", 1),
        ("T\u2011Mobilia", 1),
        ("T Mobilia", 1),
        ("TMobilia", 1),
        ("t-mobilia", 1),
        ("T\u2013Mobilia", 1),
        ("T\u00a0Mobilia", 1),
    ),
    *_one("Mobilia", ("T-Mobilia is another", 0), ("Mobilia is this", 1)),
    *_one("PlayBastion", ("PlayBastion", 1), ("Play Bastion", 1), ("play-bastion", 1), ("playbastion", 1)),
    *_one("PlayBastion", ("I play bastion games", 0), ("PlayBastion5", 1)),
    *_one("Red Oxen", ("Red Oxen", 1), ("RedOxen", 1), ("Red\u202fOxen", 1), ("red-oxen", 1), ("**Red** Oxen", 1)),
    *_one("iFone", ("iFone", 1), ("IFONE", 1), ("ifone 12", 1), ("iFones", 1), ("a checkiFone 12", 1)),
    *_one("Coca-Kola", ("Coca Kola", 1), ("Coca‐Kola", 1), ("CocaKola", 1)),
]

ORDINARY = [
    *_one("Apple", ("an apple pie", 0), ("Apple makes phones", 1), ("apples and pears", 0), ("the Apple shop", 1)),
    *_one("Target", ("the target group", 0), ("I went to Target", 1), ("Targets are set", 0), ("TARGET", 1)),
    *_one("Monday", ("on a monday", 0), ("Monday is a planner", 1)),
    *_one("Box", ("a box of tea", 0), ("Box stores files", 1)),
    *_one("Slack", ("some slack", 0), ("a Slack channel", 1)),
    *_one("You", ("if you like", 0)),
    *_one("You.com", ("You.com is a search engine", 1), ("if you come", 0), ("you.com answers", 1)),
    *_one("Zoom", ("zoom in", 0), ("a Zoom call", 1)),
    *_one("Notion", ("the notion of time", 0), ("use Notion", 1)),
    *_one("Gap", ("a gap in the wall", 0), ("jeans of Gap", 1)),
    *_one("Shell", ("the shell of an egg", 0), ("a Shell station", 1)),
    *_one("Visible", ("visible and visibly", 0), ("Visible is cheap", 1), ("Visibly better", 0)),
    *_one("US Mobile", ("the US mobile market", 0), ("US Mobile is cheap", 1), ("join us mobile users", 0)),
    *_one("Best Buy", ("the best buy of all", 0), ("at Best Buy", 1)),
    *_one("NOW", ("Do it. Now is the time", 0), ("I watch NOW daily", 1), ("right now", 0)),
    *_one("GO", ("let us go", 0), ("the GO app", 1)),
    *_one("HP", ("HP laptops", 1), ("150 hp", 0), ("an HPV test", 0)),
    *_one("Bank of Stone", ("the Bank of Stone", 1), ("the bank of stone", 0)),
]

OVERLAPS = [
    Case(("Meta", "Metabase"), "Meta is not Metabase. metabase!", (1, 2)),
    Case(("Mobile", "US Mobile", "T-Mobile"), "US Mobile, T-Mobile and Mobile", (1, 1, 1)),
    Case(("Alba", "Alba Nova"), "Alba Nova, Alba and Nova", (1, 1)),
    Case(("Alba Nova", "Nova Terra Prime"), "Alba Nova Terra Prime", (0, 1)),
    Case(("Galaxis S2", "Galaxis S24"), "Galaxis S24", (0, 1)),
    Case(("Quest 3",), "Quest 3S and Quest 3.5 and Quest 30", (0,)),
    Case(("Quest 3",), "Quest 3. Then Quest 3!", (2,)),
    Case(("Verdano",), "VerdanoPay is another firm, MyVerdano too", (0,)),
    Case(("Blinko=Grofio",), "Blinko (formerly Grofio)", (2,)),
    Case(("Visible", "Verdano"), "Visible (by Verdano)", (1, 1)),
    Case(("Verdano", "Borealis"), "Unlike Borealis, Verdano is fine", (1, 1)),
    Case(("Verdano", "Borealis"), "Verdano is not recommended", (1, 0)),
    Case(("Verdano", "Verdano Pro"), "Verdano Pro, Verdano Professional", (1, 1)),
    Case(("Tube",), "YouTube", (0,)),
    Case(("Phone",), "an iPhone", (0,)),
]

MARKDOWN = [
    *_one(
        "Verdano",
        ("**Verdano** and *Verdano* and __Verdano__", 3),
        ("### Verdano", 1),
        ("1. **Verdano**: good", 1),
        ("| Verdano | 5 |", 1),
        ("> Verdano", 1),
        ("- item\n  - Verdano\n    - Verdano again", 2),
        ("[Verdano](https://rival.example)", 1),
        ("[Verdano](https://verdano.example/verdano)", 1),
        ("[a shop](https://verdano.example)", 0),
        ('[a shop](https://x.example/a_(verdano) "Verdano")', 0),
        ("[a shop][verdano]", 0),
        ("https://verdano.example/Verdano", 0),
        ("See www.verdano.com for more", 0),
        ("See verdano.com for more", 0),
        ("See verdano.example for more", 0),
        ("See verdano.com/plans for more", 0),
        ("Write to info@verdano.com", 0),
        ("<https://verdano.example>", 0),
        ("![Verdano](https://x.example/verdano.png)", 0),
        ("`Verdano`", 0),
        ("```\nVerdano\n```\nVerdano", 1),
        ("~~~\nVerdano\n~~~", 0),
        ("```\nVerdano never closed", 0),
        ("<a title='Verdano'>Verdano</a>", 1),
        ("<!-- Verdano --> Verdano", 1),
        ("Verdano[1] and Verdano【4†Verdano】", 2),
        ("Verdano[^1]\n\n[^1]: Verdano said so", 1),
        ("[ref]: https://verdano.example Verdano", 0),
        ("- [Verdano plans](https://verdano.example) – verdano.example", 0),
        ("Good ([Verdano](https://verdano.example?utm_source=x)).", 0),
        ("Verdano\ue200cite\ue202verdano\ue201", 1),
        ("\\*Verdano\\*", 1),
        ("Verdano&nbsp;Pro &lt;Verdano&gt;", 2),
        ("weitereVerdano 5", 1),
        ("cheap.Verdano is", 1),
        ("2025Verdano Pro is", 0),
        ("SUVVerdano", 1),
        ("Verdano899,00 €", 1),
    ),
    *_one("Verdano.com", ("Verdano.com sells", 1), ("verdano.com sells", 1), ("https://verdano.com sells", 0)),
    *_one("Verdano.com", ("shop.verdano.com sells", 0), ("info@verdano.com", 0), ("verdano.com/shop", 0)),
    *_one("Verdano Pro 5", ("Verdano Pro 5Great camera", 1), ("Verdano Pro 51.299,00 $", 1), ("Verdano Pro 55", 0)),
]

SCRIPTS = [
    *_one("ソニック", ("ソニックは良い", 1), ("新しいソニックの店", 1), ("ソニックス", 0), ("ｿﾆｯｸは良い", 1)),
    *_one("コカ・コラ", ("コカ・コラとコカコラ", 2)),
    *_one("ガルダ", ("カ\u3099ルタ\u3099は良い", 1), ("カルダ", 0)),
    *_one("Verdano", ("Verdanoは良い", 1), ("新しいVerdanoの店", 1), ("我喜欢Verdano手机", 1), ("เรือVerdanoดี", 1)),
    *_one("小麦", ("我喜欢小麦手机", 1), ("小麦和小麦", 2)),
    *_one("任地堂", ("任地堂の新作", 1)),
    *_one("ปตทไทย", ("ฉันชอบปตทไทยมาก", 1)),
    *_one("삼별", ("삼별은 좋다", 1), ("삼별의 가게", 1), ("삼별전자", 0), ("나는 삼별을 산다", 1)),
    *_one("ديجي", ("ديجي جيد", 1), ("وديجي جيد", 1), ("بديجي", 1), ("والديجي", 1), ("مديجي", 0)),
    *_one("کالابی", ("كالابي", 1), ("کالابی‌ها", 1), ("کالابی خوب", 1)),
    *_one("دیجی‌کالو", ("دیجی‌کالو", 1), ("دیجی کالو", 1), ("دیجیکالو", 1)),
    *_one("שופרון", ("שופרון טוב", 1), ("בשופרון", 1), ("ובשופרון", 1), ("ה-שופרון", 1), ("משופרונים", 0)),
    *_one("Verdano", ("ב-Verdano", 1), ("בVerdano", 1), ("وVerdano", 1)),
    *_one("Яндар", ("Яндар", 1), ("офис Яндара", 1), ("с Яндаром", 1), ("ЯНДАР", 1), ("яндарский", 0)),
    *_one("Ленда", ("в Ленде", 1), ("Ленды", 1), ("Лендой", 1), ("Лендоград", 0)),
    *_one("Ёлкино", ("Елкино", 1)),
    *_one("Κοσμάς", ("ο ΚΟΣΜΑΣ", 1), ("ο Κοσμας", 1)),
    *_one("हिन्दवी", ("हिन्दवी अच्छा है", 1), ("हिन्दवीय", 0)),
]

ENDINGS = [
    *_one("Nokila", ("Nokilan uusi puhelin on hyvä ja halpa", 1), ("Nokilassa ei ole", 1), ("the Nokilan way", 0)),
    *_one("Teskó", ("Teskóban van egy jó bolt", 1), ("Teskónál nem jó", 1)),
    *_one("Migrop", ("Migrop'ta ucuz", 1), ("Migrop’un fiyatı", 1)),
    *_one("Biedronia", ("w Biedronii jest tanio i nie drogo", 1), ("kupić w Biedronię się", 1)),
    *_one("Samsong", ("telefon Samsongu je lepší než jiné", 1), ("of Samsongu", 0)),
    *_one("BMV", ("ein BMV-Händler", 1), ("BMVs sind schnell", 1), ("der BMV", 1)),
    *_one("Arlo", ("Arlos ost er god", 1), ("Arlo's", 1)),
    *_one("Roma", ("a Roman holiday", 0), ("Roma is a brand", 1)),
    *_one("Meta", ("metal and metadata", 0)),
]

CASES = [*PLAIN, *SYMBOLS, *SPELLINGS, *ORDINARY, *OVERLAPS, *MARKDOWN, *SCRIPTS, *ENDINGS]
