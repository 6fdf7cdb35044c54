"""YAML files of customers, brands and jobs: their shape, their keys, and the line that each value stands on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.core.exceptions import ValidationError

from jobs.api.parsing import UNKEEPABLE

Path = tuple[str | int, ...]  # where a value is: ("customers", 0, "name")
Fields = dict[str, Any]
NAMED = ("name", "aliases", "products", "domains")
KEYS: dict[str, tuple[str, ...]] = {
    "file": ("customers", "jobs"),
    "customers": ("name", "is_sample", "brands"),
    "brands": (*NAMED, "description", "competitors", "topics", "queries"),
    "competitors": NAMED,
    "queries": ("text", "topic", "country", "locale", "is_active"),
    "jobs": (
        *("name", "description", "customer", "brand", "job_type", "is_active"),
        *("cron_expression", "timezone", "every", "period", "at", "start_time", "expires"),
        *("metadata", "timeout_seconds", "kill_after_seconds", "max_attempts", "backoff_seconds"),
        *("overlap", "catch_up", "misfire_grace_seconds", "jitter_seconds", "blackout", "queue", "priority"),
    ),
}
REQUIRED = {"customers": "name", "brands": "name", "competitors": "name", "queries": "text", "jobs": "name"}


class FileProblem(Exception):
    """Something in the file is wrong; the message says on which line, at which key, and what."""

    def __init__(self, sentence: str, path: Path = (), line: int = 0) -> None:
        super().__init__(sentence)
        self.sentence, self.path, self.line = sentence, path, line

    def __str__(self) -> str:
        where = [f"line {self.line}"] if self.line else []
        where += [in_words(self.path)] if self.path else []
        return f"{', '.join(where)}: {self.sentence}" if where else self.sentence


def in_words(path: Path) -> str:
    words = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path)
    return words.removeprefix(".")


class Loader(yaml.SafeLoader):
    """YAML in which `NO` is a country, `22:00` a text and a day a text, and in which nothing refers elsewhere."""

    def compose_node(self, parent: Any, index: int) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise FileProblem("References (*name) are not read here. Write it out.", line=_line(self.peek_event()))  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("null", "null|~|", ["n", "~", ""]),
    ("bool", "true|false", ["t", "f"]),
    ("int", "-?[0-9]+", [*"-0123456789"]),
    ("float", r"-?[0-9]+\.[0-9]+", [*"-0123456789"]),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{pattern})\Z"), first)


@dataclass(slots=True)
class Document:
    """The content of a file, and the line of each of its values."""

    content: dict[str, Any]
    lines: dict[Path, int] = field(default_factory=dict)

    def entries(self, path: Path, content: Any) -> Iterator[tuple[Path, Any]]:
        """The items of a list with the place of each; raises FileProblem where it is no list of the right things."""
        if not isinstance(content, list):
            raise self.problem(path, "Write a list: its items on lines of their own, each after a hyphen.")
        yield from (((*path, number), item) for number, item in enumerate(content))

    def problem(self, path: Path, sentence: str) -> FileProblem:
        """Said of the place itself or, where that is not in the file, of what it would be in."""
        known = next((path[:length] for length in range(len(path), 0, -1) if path[:length] in self.lines), ())
        return FileProblem(sentence, path, self.lines.get(known, 0))

    def refusal(self, path: Path, error: ValidationError, keys: dict[str, str] | None = None) -> FileProblem:
        """What a model's validation says, at the key of its field; `keys` are those of fields with other names."""
        if not hasattr(error, "error_dict"):
            return self.problem(path, " ".join(error.messages))
        field, sentences = next(iter(error.message_dict.items()))
        key = (keys or {}).get(field, field)
        return self.problem(path if field == "__all__" else (*path, key), " ".join(sentences))

    def check(self) -> None:
        """Raise FileProblem for keys that do not exist, and for what is no list or has no name."""
        self._check_keys((), self.content, "file")
        for path, customer in self.all((), "customers"):
            for place, _ in self.all(path, "brands", customer):
                for kind in ("competitors", "queries"):
                    list(self.all(place, kind, self.at(place)))
        list(self.all((), "jobs"))

    def all(self, path: Path, kind: str, holder: Any = None) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The checked entries of a kind; none where the holder does not have the list."""
        holder = self.content if holder is None else holder
        for place, entry in self.entries((*path, kind), holder.get(kind, [])):
            self._check_keys(place, entry, kind)
            yield place, entry

    def at(self, path: Path) -> Any:
        found: Any = self.content
        for step in path:
            found = found[step]
        return found

    def _check_keys(self, path: Path, entry: Any, kind: str) -> None:
        if not isinstance(entry, dict):
            raise self.problem(path, f"Write keys with values here. There are: {', '.join(KEYS[kind])}.")
        for key in entry:
            if key not in KEYS[kind]:
                raise self.problem((*path, key), f"There is no such key. There are: {', '.join(KEYS[kind])}.")
        needed = REQUIRED.get(kind)
        if needed and not (isinstance(entry.get(needed), str) and entry[needed].strip()):
            raise self.problem((*path, needed), f"Write a text here: each of the {kind} has a {needed}.")


def load(text: str) -> Document:
    """Read a file's text.

    Raises:
        FileProblem: it is not YAML, or not of this shape.
    """
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        document = Document(loader.construct_document(node) if node else {})
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FileProblem(f"This is not YAML: {error.problem}.", line=mark.line + 1 if mark else 0) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FileProblem(f"This is not YAML: {error}.") from None
    if node:
        document.lines = dict(_lines((), node))
    document.check()
    return document


def dump(content: dict[str, Any]) -> str:
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
    return text


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _lines(path: Path, node: Any) -> Iterator[tuple[Path, int]]:
    yield path, _line(node)
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _lines((*path, number), item)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise FileProblem("This key is there twice.", (*path, str(key.value)), _line(key))
            seen.add(key.value)
            yield from _lines((*path, key.value), value)
            yield (*path, key.value), _line(key)
    elif UNKEEPABLE.search(node.value):
        raise FileProblem("NUL characters and lone surrogates cannot be kept.", path, _line(node))
