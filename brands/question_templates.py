"""Questions that people put to answer engines, with places for a topic, a brand and a competitor, by language.

Unbranded ones name no brand: they show whether a brand is found. Branded ones show what is said about it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Templates:
    unbranded: tuple[str, ...]  # with {topic}
    branded: tuple[str, ...]  # with {topic} and {brand}
    compared: tuple[str, ...]  # with {topic}, {brand} and {competitor}


TEMPLATES: dict[str, Templates] = {
    "en": Templates(
        (
            "What is the best choice for {topic}?",
            "Which companies are the leaders in {topic}?",
            "Which {topic} would you recommend to a beginner?",
            "Which {topic} is the best value for money?",
            "What should I look for in {topic}?",
            "What are the top 10 options for {topic}?",
            "Which {topic} do experts recommend?",
            "What are common complaints about {topic}, and who avoids them?",
        ),
        (
            "Is {brand} a good choice for {topic}?",
            "What are the pros and cons of {brand} for {topic}?",
            "What are the best alternatives to {brand} for {topic}?",
            "What do customers say about {brand} and {topic}?",
            "How much does {topic} from {brand} cost?",
            "Can {brand} be trusted with {topic}?",
        ),
        ("{brand} or {competitor}: which is better for {topic}?", "How does {brand} compare with {competitor}?"),
    ),
    "de": Templates(
        (
            "Was ist die beste Wahl beim Thema {topic}?",
            "Welche Anbieter sind führend beim Thema {topic}?",
            "Was empfiehlst du Einsteigern beim Thema {topic}?",
            "Welche Anbieter haben beim Thema {topic} das beste Preis-Leistungs-Verhältnis?",
            "Worauf sollte ich beim Thema {topic} achten?",
            "Was sind die zehn besten Anbieter zum Thema {topic}?",
            "Was empfehlen Fachleute beim Thema {topic}?",
        ),
        (
            "Ist {brand} eine gute Wahl beim Thema {topic}?",
            "Was sind die Vor- und Nachteile von {brand} beim Thema {topic}?",
            "Welche Alternativen zu {brand} gibt es beim Thema {topic}?",
            "Welche Erfahrungen haben Kunden mit {brand} beim Thema {topic}?",
            "Was kostet {topic} bei {brand}?",
        ),
        (
            "{brand} oder {competitor}: Was ist besser beim Thema {topic}?",
            "Wie schneidet {brand} gegen {competitor} ab?",
        ),
    ),
    "fr": Templates(
        (
            "Quel est le meilleur choix en matière de {topic} ?",
            "Quelles entreprises dominent en matière de {topic} ?",
            "Que conseiller à un débutant en matière de {topic} ?",
            "Quel est le meilleur rapport qualité-prix en matière de {topic} ?",
            "À quoi faut-il faire attention en matière de {topic} ?",
            "Que recommandent les experts en matière de {topic} ?",
        ),
        (
            "{brand} est-il un bon choix en matière de {topic} ?",
            "Quels sont les avantages et les inconvénients de {brand} en matière de {topic} ?",
            "Quelles sont les alternatives à {brand} en matière de {topic} ?",
            "Que disent les clients de {brand} en matière de {topic} ?",
        ),
        ("{brand} ou {competitor} : lequel choisir en matière de {topic} ?",),
    ),
    "es": Templates(
        (
            "¿Cuál es la mejor opción en materia de {topic}?",
            "¿Qué empresas son líderes en {topic}?",
            "¿Qué recomiendas a un principiante en materia de {topic}?",
            "¿Quién ofrece la mejor relación calidad-precio en {topic}?",
            "¿En qué debo fijarme en materia de {topic}?",
            "¿Qué recomiendan los expertos en materia de {topic}?",
        ),
        (
            "¿Es {brand} una buena opción en materia de {topic}?",
            "¿Cuáles son las ventajas y desventajas de {brand} en {topic}?",
            "¿Qué alternativas a {brand} hay en materia de {topic}?",
            "¿Qué opinan los clientes de {brand} en materia de {topic}?",
        ),
        ("¿{brand} o {competitor}: cuál es mejor en materia de {topic}?",),
    ),
    "it": Templates(
        (
            "Qual è la scelta migliore in tema di {topic}?",
            "Quali aziende sono leader in tema di {topic}?",
            "Che cosa consigli a un principiante in tema di {topic}?",
            "Chi offre il miglior rapporto qualità-prezzo in tema di {topic}?",
            "A che cosa devo fare attenzione in tema di {topic}?",
            "Che cosa consigliano gli esperti in tema di {topic}?",
        ),
        (
            "{brand} è una buona scelta in tema di {topic}?",
            "Quali sono i pro e i contro di {brand} in tema di {topic}?",
            "Quali alternative a {brand} ci sono in tema di {topic}?",
            "Che cosa dicono i clienti di {brand} in tema di {topic}?",
        ),
        ("{brand} o {competitor}: quale è meglio in tema di {topic}?",),
    ),
}
