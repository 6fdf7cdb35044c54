"""What people say about single places goes before what the matcher finds there."""

from collections.abc import Sequence

from brands.matching.entity import Entity, Mention, Ruling

BY_HAND = ""  # the alias of a mention that no name explains


def ruled(
    found: Sequence[Mention], rulings: Sequence[Ruling], entities: Sequence[Entity], text: str
) -> tuple[Mention, ...]:
    """The mentions with the rulings on them, in the order of the text; none overlaps another."""
    by_key = {entity.key: entity for entity in entities}
    known = [ruling for ruling in rulings if ruling.entity_key in by_key and ruling.end <= len(text)]
    added = [ruling for ruling in known if ruling.is_mention]
    refused = [ruling for ruling in known if not ruling.is_mention]
    kept = [
        mention
        for mention in found
        if not any(_overlaps(mention, ruling) for ruling in added)
        and not any(_overlaps(mention, ruling) and mention.entity.key == ruling.entity_key for ruling in refused)
    ]
    taken: list[Mention] = []
    for ruling in sorted(added, key=lambda ruling: (ruling.start - ruling.end, ruling.start)):
        if not any(_overlaps(mention, ruling) for mention in taken):
            entity = by_key[ruling.entity_key]
            taken.append(Mention(entity, ruling.start, ruling.end, text[ruling.start : ruling.end], BY_HAND))
    return tuple(sorted([*kept, *taken], key=lambda mention: mention.start))


def _overlaps(mention: Mention, ruling: Ruling) -> bool:
    return mention.start < ruling.end and ruling.start < mention.end
