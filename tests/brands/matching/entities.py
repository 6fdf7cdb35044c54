from brands.matching import Entity


def entities(*names: str) -> tuple[Entity, ...]:
    """The first is the brand; "NAME=ALIAS|ALIAS" gives aliases."""
    return tuple(_entity(index, *name.partition("=")[::2]) for index, name in enumerate(names))


def _entity(index: int, name: str, aliases: str) -> Entity:
    return Entity(str(index), name, "competitor" if index else "brand", tuple(filter(None, aliases.split("|"))))
