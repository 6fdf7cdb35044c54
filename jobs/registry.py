"""Plug-ins found by module name: a class registers itself when its module is imported, and a double is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from jobs.errors import UnknownName

T = TypeVar("T")
K = TypeVar("K", bound=str | tuple[str, ...])


class Registry(Generic[K, T]):
    """Names and what stands behind them. `kind` is the word for one of them, used in messages."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[K, T] = {}

    def add(self, key: K, item: T) -> None:
        """Register `item`; raise ValueError where another one has the name."""
        known = self._items.get(key)
        if known is not None and known is not item:
            raise ValueError(f"Two {self.kind}s are called {key!r}: {known!r} and {item!r}.")
        self._items[key] = item

    def get(self, key: K) -> T:
        """The item of that name; raise UnknownName, which lists the names there are."""
        try:
            return self._items[key]
        except KeyError:
            raise UnknownName(f"There is no {self.kind} {key!r}. There are: {', '.join(map(str, self))}.") from None

    def items(self) -> list[tuple[K, T]]:
        return [(key, self._items[key]) for key in self]

    def __iter__(self) -> Iterator[K]:
        return iter(sorted(self._items))

    def __contains__(self, key: object) -> bool:
        return key in self._items

    @contextmanager
    def temporarily(self, key: K, item: T) -> Iterator[None]:
        """Register `item` for the length of a with-block (for tests)."""
        self.add(key, item)
        try:
            yield
        finally:
            del self._items[key]
