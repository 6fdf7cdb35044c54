"""What is looked for in an answer, and what is found."""

from dataclasses import dataclass
from typing import Literal

EntityKind = Literal["brand", "competitor"]


@dataclass(frozen=True, slots=True)
class Entity:
    """A brand or a competitor. `key` is unique among the entities that are tracked together."""

    key: str
    name: str
    kind: EntityKind
    aliases: tuple[str, ...] = ()  # old names, other spellings, products
    domains: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where the answer names an entity: `text[start:end]` of the answer as it came, under this name of it."""

    entity: Entity
    start: int
    end: int
    text: str
    alias: str


@dataclass(frozen=True, slots=True)
class CitedUrl:
    """A page that the answer cites (`cited`), or that the engine only consulted."""

    url: str
    cited: bool = True
    title: str = ""
