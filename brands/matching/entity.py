"""What is looked for in an answer, and what is found."""

from dataclasses import dataclass
from typing import Literal

EntityKind = Literal["brand", "competitor"]


@dataclass(frozen=True, slots=True)
class NameRule:
    """What one name must fulfil besides, since it means something else too."""

    name: str
    case_sensitive: bool = False  # only with these capital letters; else ordinary words need a capital
    exact: bool = False  # no endings, and no other spaces or hyphens
    required: tuple[str, ...] = ()  # one of these words must stand somewhere in the answer
    excluded: tuple[str, ...] = ()  # none of these may stand in the same sentence

    @property
    def is_empty(self) -> bool:
        return not (self.case_sensitive or self.exact or self.required or self.excluded)


@dataclass(frozen=True, slots=True)
class Entity:
    """A brand or a competitor. `key` is unique among the entities that are tracked together."""

    key: str
    name: str
    kind: EntityKind
    aliases: tuple[str, ...] = ()  # old names, other spellings, products
    domains: tuple[str, ...] = ()
    rules: tuple[NameRule, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    def rule_of(self, name: str) -> NameRule | None:
        return next((rule for rule in self.rules if rule.name.casefold() == name.casefold()), None)


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where the answer names an entity: `text[start:end]` of the answer as it came, under this name of it."""

    entity: Entity
    start: int
    end: int
    text: str
    alias: str
    rule: NameRule | None = None  # that the name fulfils here, where it has one


@dataclass(frozen=True, slots=True)
class Ruling:
    """A person's word: `text[start:end]` is a mention of this entity, or is none."""

    entity_key: str
    start: int
    end: int
    is_mention: bool


@dataclass(frozen=True, slots=True)
class CitedUrl:
    """A page that the answer cites (`cited`), or that the engine only consulted."""

    url: str
    cited: bool = True
    title: str = ""
