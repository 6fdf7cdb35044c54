"""Reads a compose file as Docker does: its variables filled in from an environment."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from config.env import BASE_DIR

FOLDER = BASE_DIR / "docker"
COMPOSE = FOLDER / "compose.yaml"
MACHINES = FOLDER / "compose.machines.yaml"
NAME = re.compile(r"\$\{([A-Z_]+)(?:(:-|:\?)|(?=\}))")


class MissingVariableError(Exception):
    """A variable that the file requires is not set; its message is the file's own."""


def filled_in(text: str, environment: Mapping[str, str]) -> str:
    """`text` with ${NAME}, ${NAME:-default} and ${NAME:?message} filled in, also inside of each other."""
    found, rest = "", text
    while match := re.search(r"\$", rest):
        found, rest = found + rest[: match.start()], rest[match.start() :]
        if rest.startswith("$$"):
            found, rest = found + "$", rest[2:]
            continue
        variable = NAME.match(rest)
        assert variable, f"Not a variable: {rest[:40]!r}"
        end = _closing_brace(rest)
        found += _value(variable, rest[variable.end() : end], environment)
        rest = rest[end + 1 :]
    return found + rest


def _closing_brace(text: str) -> int:
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if character == "}" and depth == 0:
            return place
    raise AssertionError(f"No closing brace: {text[:40]!r}")


def _value(variable: re.Match[str], otherwise: str, environment: Mapping[str, str]) -> str:
    if value := environment.get(variable[1], ""):
        return value
    if variable[2] == ":?":
        raise MissingVariableError(f"{variable[1]}: {otherwise}")
    return filled_in(otherwise, environment)


def read(path: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """The file with every string filled in; YAML's anchors are resolved, the x- parts are gone."""
    content = _filled_in_all(yaml.safe_load(path.read_text()), environment)
    return {name: value for name, value in content.items() if not name.startswith("x-")}


def _filled_in_all(node: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _filled_in_all(value, environment) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled_in_all(value, environment) for value in node]
    return filled_in(node, environment) if isinstance(node, str) else node


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`docker compose -f BELOW -f ABOVE`: mappings are merged, lists are joined, all else is replaced."""
    result = dict(below)
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        elif isinstance(value, list) and isinstance(result.get(key), list):
            result[key] = [*result[key], *value]
        else:
            result[key] = value
    return result


def variables(path: Path) -> dict[str, str]:
    """What an .env file sets."""
    lines = (line for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def seconds(duration: str) -> int:
    """A duration as compose writes it: 30s, 11m."""
    return int(duration[:-1]) * {"s": 1, "m": 60}[duration[-1]]
