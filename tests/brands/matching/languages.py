"""Invented sentences by language: the name, what is written, how often it is named there."""

from tests.brands.matching.cases import Case

_TOLD: dict[str, list[tuple[str, str, int]]] = {
    "English": [
        ("Verdano", "The Verdanos' plan is Verdano's best", 2),
        ("Loop", "Loop is a carrier, and a loop is a ring", 1),
    ],
    "German": [
        ("Verdano", "Der Verdano-Tarif und die Verdanos sind nicht teuer", 2),
        ("Verdano", "Das ist eine Verdanofiliale", 0),
        ("Grünwerk", "GRÜNWERK und Gruenwerk, auch Grünwerks, nicht Grunewerk", 3),
    ],
    "Dutch": [("Verdano", "Verdano's winkel is niet de goedkoopste van het land", 1)],
    "Swedish": [("Verdano", "Verdanos butik är inte bäst och Verdano är dyr", 2)],
    "Danish": [("Blåvand", "Blåvands priser er ikke høje, siger Blaavand", 2)],
    "Icelandic": [("Þórsvík", "Thorsvik og ÞÓRSVÍK", 2)],
    "French": [
        ("Béliane", "l'offre de Béliane, BELIANE et d’Beliane", 3),
        ("L'Orélia", "chez L’Orélia et L'ORÉLIA", 2),
    ],
    "Spanish": [("Peñasol", "Penasol y PEÑASOL, no peñasoles ricos", 3)],
    "Portuguese": [("Avelão", "a Avelão e a AVELAO", 2)],
    "Italian": [("Verdano", "l'app di Verdano, dell’Verdano", 2)],
    "Romanian": [("Verdan", "Verdanul este un magazin și nu cel mai bun, al Verdanului", 2)],
    "Polish": [
        ("Verdan", "w Verdanie jest tanio, nie dla Verdanu", 2),
        ("Żółwik", "ŻÓŁWIK i Zolwik, nie Żółwikowska", 2),
    ],
    "Czech": [("Verdan", "u Verdanu je to lepší než jinde, s Verdanem", 2)],
    "Slovak": [("Verdan", "vo Verdane sú lacnejšie ako inde, pre Verdan", 2)],
    "Lithuanian": [("Verdan", "Verdanas yra geriausias, bet ir Verdano kaina", 2)],
    "Estonian": [("Verdano", "Verdanos on hea hind ja see ei ole kallis", 1)],
    "Finnish": [
        ("Verdano", "Verdanon hinta on hyvä mutta Verdanossa ei ole jono", 2),
        ("Verdano", "Verdanolle ja Verdanolta ei ole", 2),
    ],
    "Hungarian": [
        ("Verdan", "a Verdannál nem olcsó, és a Verdanban van egy bolt", 2),
        ("Verdan", "a Verdanhoz és a Verdantól nem", 2),
    ],
    "Turkish": [
        ("Verdano", "Verdano'nun fiyatı ve Verdano’da daha ucuz", 2),
        ("İlkay", "ILKAY ve ilkay", 2),
    ],
    "Vietnamese": [("Vĩnh Đạt", "Vinh Dat và VĨNH ĐẠT", 2)],
    "Indonesian": [("Verdano", "di Verdano, Verdano-nya murah", 2)],
    "Swahili": [("Verdano", "duka la Verdano", 1)],
    "Russian": [
        ("Вердан", "в Вердане и Верданом, о ВЕРДАНЕ", 3),
        ("Вердан", "верданская лавка", 0),
        ("Лунка", "в Лунке, Лунки и Лунку", 3),
    ],
    "Ukrainian": [("Вердан", "у Вердані, Верданом", 2)],
    "Bulgarian": [("Вердан", "Верданът е добър", 1)],
    "Serbian": [("Вердан", "у Вердану, Вердана", 2)],
    "Greek": [("Βερδάνο", "το Βερδανο και ΒΕΡΔΑΝΟ", 2), ("Βερδάνος", "ΒΕΡΔΑΝΟΣ", 1)],
    "Armenian": [("Վերդան", "Վերդան և ՎԵՐԴԱՆ", 2)],
    "Georgian": [("ვერდანო", "ვერდანო კარგია", 1), ("ვერდანო", "ვერდანოლი", 0)],
    "Arabic": [
        ("فردانو", "فردانو وفردانو وبفردانو", 3),
        ("فردانو", "اشتريت من الفردانو", 1),
        ("فردانو", "فَردانو جيد", 1),
        ("فردانو", "مفردانو", 0),
    ],
    "Persian": [
        ("وردانو", "وردانو و وردانوها", 2),
        ("کیش‌مارکت", "كيش‌ماركت و کیش مارکت", 2),
    ],
    "Urdu": [("وردانو", "وردانو کی قیمت", 1)],
    "Hebrew": [
        ("ורדנו", "בורדנו ולורדנו", 2),
        ("ורדנו", "קניתי ב-ורדנו", 1),
        ("ורדנו", "ורדנוביץ", 0),
    ],
    "Hindi": [("वर्दानो", "वर्दानो की दुकान, वर्दानो।", 2), ("वर्दानो", "वर्दानोवाद", 0)],
    "Bengali": [("ভার্দানো", "ভার্দানো ভালো", 1), ("ভার্দানো", "ভার্দানোটি", 0)],
    "Gujarati": [("વર્દાનો", "વર્દાનો સારું છે", 1)],
    "Punjabi": [("ਵਰਦਾਨੋ", "ਵਰਦਾਨੋ ਚੰਗਾ ਹੈ", 1)],
    "Tamil": [("வெர்டானோ", "வெர்டானோ நல்லது", 1)],
    "Telugu": [("వెర్డానో", "వెర్డానో మంచిది", 1)],
    "Kannada": [("ವೆರ್ಡಾನೊ", "ವೆರ್ಡಾನೊ ಚೆನ್ನಾಗಿದೆ", 1)],
    "Malayalam": [("വെർദാനോ", "വെർദാനോ നല്ലതാണ്", 1)],
    "Sinhala": [("වර්දානෝ", "වර්දානෝ හොඳයි", 1)],
    "Thai": [("เวอร์ดาโน", "ฉันชอบเวอร์ดาโนมาก", 1), ("เวอร์ดาโน", "ร้านเวอร์ดาโนและเวอร์ดาโน", 2)],
    "Lao": [("ເວີດາໂນ", "ຮ້ານເວີດາໂນດີ", 1)],
    "Khmer": [("វ៉ែរដាណូ", "ហាងវ៉ែរដាណូល្អ", 1)],
    "Burmese": [("ဗာဒါနို", "ဗာဒါနိုဆိုင်", 1)],
    "Amharic": [("ቨርዳኖ", "ቨርዳኖ ጥሩ ነው", 1)],
    "Japanese": [
        ("ヴェルダノ", "新しいヴェルダノは安い、ヴェルダノも", 2),
        ("ヴェルダノ", "ヴェルダノスは別の会社", 0),
        ("ひなた堂", "ひなた堂の新商品", 1),
        ("Verdano", "ＶＥＲＤＡＮＯは良い", 1),
    ],
    "Chinese": [
        ("绿田", "我喜欢绿田手机，绿田便宜", 2),
        ("綠田", "綠田的店", 1),
        ("Verdano", "推荐Verdano和Ｖｅｒｄａｎｏ", 2),
    ],
    "Korean": [
        ("베르다노", "베르다노는 좋고 베르다노의 가격", 2),
        ("베르다노", "베르다노스", 0),
        ("Verdano", "Verdano는 싸다", 1),
    ],
    "Mongolian": [("Вердано", "Вердано сайн", 1)],
    "Kazakh": [("Вердано", "Вердано жақсы", 1)],
}

BY_LANGUAGE = {language: [Case((name,), text, (count,)) for name, text, count in of] for language, of in _TOLD.items()}
