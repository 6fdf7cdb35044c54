"""One answer in full: the text with what was found in it, the figures, the sources, where it came from."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from brands.admin.brand_results import COLOURS
from brands.admin.links import admin_url, admin_url_or_none, web_address
from brands.admin.words import NONE, STATUS_LABELS, STATUS_SENTENCES, number, signed, yes_no
from brands.categories import category_of
from brands.matching import Entity
from brands.models import Answer, Score
from brands.rendering import MAX_CHARACTERS, Highlight, Rendered, render_answer, render_source, words_only
from brands.results import STANCES, domain_categories
from brands.urls import host_of, owner_of, owns

MAX_RAW_CHARACTERS = 100_000
MAX_PRETTY_BYTES = 2_000_000
HONOURED = {True: "honoured", False: "not honoured", None: "not known whether honoured"}
Measures = dict[str, dict[str, Any]]  # of one entity, by scorer


@dataclass(frozen=True, slots=True)
class EntityRow:
    """What was found for one entity."""

    name: str
    kind: str
    colour: int
    mentions: int | None
    share_of_answers: str
    first_position: str
    rank: str
    visibility_index: str
    stance: str
    sentiment: str
    quotes: list[str]


@dataclass(frozen=True, slots=True)
class CitationRow:
    position: int
    title: str
    domain: str
    link: str | None
    url: str
    owner: str
    owner_name: str
    category: str
    how: str


@dataclass(frozen=True, slots=True)
class AnswerPage:
    answer: Answer
    status_label: str
    status_sentence: str
    text: Rendered
    source: Rendered
    cut_note: str
    mentioned: list[EntityRow]  # the brand first, then who is mentioned most
    not_mentioned: list[EntityRow]
    scorers: list[str]  # with their versions; empty: not scored yet
    citations: list[CitationRow]
    provenance: list[tuple[str, str]]
    run_link: str | None
    query_link: str
    brand_link: str
    failed_providers: list[dict[str, str]]
    raw: str
    raw_note: str


def answer_page(answer: Answer, *, reads_the_rest: bool) -> AnswerPage:
    """`reads_the_rest` says whether the reader may see the query and the run too, not results alone."""
    entities = answer.brand.entities()
    current = current_scores(answer)
    highlights = _highlights(entities, current)
    rows = [_entity_row(entity, place, current) for place, entity in enumerate(entities)]
    raw, raw_note = raw_text(answer.raw)
    pruned = f"It was pruned on {_moment(answer.body_pruned_at)}." if answer.body_pruned_at else ""
    length = len(answer.text)
    return AnswerPage(
        answer=answer,
        status_label=STATUS_LABELS[answer.status],
        status_sentence=STATUS_SENTENCES.get(answer.status, ""),
        text=render_answer(answer.text, highlights),
        source=render_source(answer.text, highlights),
        cut_note=f"Only the first {MAX_CHARACTERS:,} of {length:,} characters are shown."
        if length > MAX_CHARACTERS
        else "",
        mentioned=sorted(filter(_is_mentioned, rows), key=_prominence),
        not_mentioned=[row for row in rows if not _is_mentioned(row)],
        scorers=sorted({f"{score.scorer} {score.version}" for score in current.values()}),
        citations=_citation_rows(answer, entities),
        provenance=_provenance(answer),
        run_link=admin_url_or_none("jobs_jobrun_change", answer.run_id) if answer.run_id and reads_the_rest else None,
        query_link=admin_url("brands_query_change", answer.query_id) if reads_the_rest else "",
        brand_link=admin_url("brands_brand_change", answer.brand_id),
        failed_providers=[each for each in answer.failed_providers if isinstance(each, dict)],
        raw=raw,
        raw_note=raw_note if raw else pruned or "Nothing was kept.",
    )


def current_scores(answer: Answer) -> dict[tuple[str, str], Score]:
    """By scorer and key of the entity."""
    scores = answer.scores.filter(is_current=True)
    return {(score.scorer, str(score.brand_id or score.competitor_id)): score for score in scores}


def _highlights(entities: list[Entity], current: dict[tuple[str, str], Score]) -> list[Highlight]:
    return [
        Highlight(found["start"], found["end"], f"bb-mark bb-c{place % COLOURS}", _title(entity, found))
        for place, entity in enumerate(entities)
        if (score := current.get(("mentions", entity.key)))
        for found in score.evidence
        if isinstance(found.get("start"), int) and isinstance(found.get("end"), int)
    ]


def _title(entity: Entity, found: dict[str, Any]) -> str:
    return f"{entity.name} ({entity.kind}), found as “{found.get('alias') or entity.name}”"


def _entity_row(entity: Entity, place: int, current: dict[tuple[str, str], Score]) -> EntityRow:
    found = {scorer: score for (scorer, key), score in current.items() if key == entity.key}
    measures: Measures = {scorer: score.measures for scorer, score in found.items()}
    mentions, position = measures.get("mentions", {}), measures.get("position", {})
    share, index = mentions.get("share_of_answers"), position.get("visibility_index")
    return EntityRow(
        name=entity.name,
        kind=entity.kind,
        colour=place % COLOURS,
        mentions=mentions.get("mention_count"),
        share_of_answers=NONE if share is None else f"{share:.0f} %",
        first_position=_or_none(position.get("first_position")),
        rank=_or_none(position.get("rank")),
        visibility_index=NONE if index is None else f"{index:.2f}",
        stance=", ".join(name.replace("_", " ") for name in STANCES if position.get(name)) or NONE,
        sentiment=_sentiment(measures.get("sentiment", {})),
        quotes=_quotes(found.get("sentiment")),
    )


def _is_mentioned(row: EntityRow) -> bool:
    return bool(row.mentions)


def _prominence(row: EntityRow) -> tuple[bool, int]:
    return row.kind != "brand", -(row.mentions or 0)


def _or_none(value: Any) -> str:
    return NONE if value is None else str(value)


def _sentiment(measures: dict[str, Any]) -> str:
    label, score = measures.get("label"), measures.get("score")
    if label is None:
        return NONE
    return f"{label} {signed(score)}" if score is not None else str(label)


def _quotes(score: Score | None) -> list[str]:
    """The sentence that stands for the sentiment, and the two others that say most."""
    if score is None:
        return []
    telling = sorted((found for found in score.evidence if found.get("score")), key=lambda found: -abs(found["score"]))
    quotes = [score.measures.get("quote"), *(found.get("quote") for found in telling)]
    return list(dict.fromkeys(words_only(quote) for quote in quotes if quote))[:3]


def _citation_rows(answer: Answer, entities: list[Entity]) -> list[CitationRow]:
    categories = domain_categories(answer.brand)
    return [
        CitationRow(
            position=citation.position,
            title=citation.title,
            domain=citation.domain,
            link=web_address(citation.canonical_url),
            url=citation.canonical_url,
            owner=owner_of(citation.canonical_url, entities),
            owner_name=next((e.name for e in entities if owns(e, citation.canonical_url)), ""),
            category=category_of(host_of(citation.canonical_url), categories).value,
            how="cited" if citation.is_cited else "consulted",
        )
        for citation in answer.citations.all()
    ]


def _provenance(answer: Answer) -> list[tuple[str, str]]:
    return [
        ("Collector", answer.collector),
        ("Provider", answer.provider or NONE),
        ("Model served", answer.model_served or "the provider does not say"),
        ("Searched the web", yes_no(answer.searched, "the provider does not say")),
        ("Country", _asked_for(answer.country, answer.country_honoured)),
        ("Locale", _asked_for(answer.locale, answer.locale_honoured)),
        ("Cost", _cost(answer)),
        ("Time taken", f"{answer.latency_ms / 1000:.1f} s" if answer.latency_ms is not None else NONE),
        ("Asked", _moment(answer.asked_at)),
        ("Received", _moment(answer.received_at)),
        ("Sample", f"{answer.sample} of this run"),
        ("Request id", answer.request_id or NONE),
        ("Task id", answer.provider_task_id or NONE),
    ]


def _asked_for(value: str, honoured: bool | None) -> str:
    if not value:
        return "none asked for"
    return f"{value}, {HONOURED[honoured]}"


def _cost(answer: Answer) -> str:
    if answer.cost_usd is None:
        return "unknown"
    source = {"billed": "billed by the provider", "estimated": "estimated from the price list"}
    return f"${answer.cost_usd:.6f}, {source.get(answer.cost_source, 'source unknown')}"


def _moment(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "Y-m-d H:i:s T") if moment else NONE


def raw_text(raw: bytes) -> tuple[str, str]:
    """The provider's reply for reading: indented where it is JSON, with a note on what was done to it."""
    note = f"{number(len(raw), 'byte')}, as they came."
    text = raw[: MAX_PRETTY_BYTES + 1].decode(errors="replace")
    if len(raw) <= MAX_PRETTY_BYTES:
        try:
            text = json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
            note = f"{number(len(raw), 'byte')}, indented for reading."
        except (ValueError, RecursionError):
            pass
    text = text.encode(errors="replace").decode()  # JSON can spell half a character
    if len(text) > MAX_RAW_CHARACTERS:
        return text[:MAX_RAW_CHARACTERS], f"{note} Only the first {MAX_RAW_CHARACTERS} characters are shown."
    return text, note
