"""Rules of names as people write them, one a line, and as they are kept.

Visible: case-sensitive, exact, with: carrier | phone plan, without: light
"""

from collections.abc import Iterable, Mapping
from typing import Any

from brands.matching.entity import NameRule

SYNTAX = "NAME: case-sensitive, exact, with: WORD | WORD, without: WORD | WORD"
MOST_WORDS = 50


def parse_rule(line: str) -> NameRule:
    """Raises:
    ValueError: with a sentence that says what is wrong with the line.
    """
    name, colon, conditions = line.partition(": ")
    if not colon or not name.strip():
        raise ValueError(f"“{line}” is not a rule. Write {SYNTAX}.")
    found: dict[str, Any] = {"name": name.strip()}
    for condition in filter(None, map(str.strip, conditions.split(","))):
        found |= _condition(condition, line)
    return rule_of(found)


def _condition(condition: str, line: str) -> dict[str, Any]:
    what, _, words = condition.partition(":")
    key = what.strip().casefold()
    if key in ("case-sensitive", "exact") and not words:
        return {key.replace("-", "_"): True}
    listed = [word.strip() for word in words.split("|") if word.strip()]
    if key in ("with", "without") and listed:
        return {"required" if key == "with" else "excluded": listed}
    raise ValueError(f"“{condition}” in “{line}” is no condition. Write {SYNTAX}.")


def rule_of(kept: Mapping[str, Any]) -> NameRule:
    """Raises:
    ValueError: with a sentence that says what is wrong with the rule.
    """
    unknown = set(kept) - {"name", "case_sensitive", "exact", "required", "excluded"}
    if unknown:
        raise ValueError(f"A rule has no “{min(unknown)}”.")
    name = kept.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ValueError("A rule names the name that it is for.")
    flags = {key: kept.get(key, False) for key in ("case_sensitive", "exact")}
    if not all(isinstance(flag, bool) for flag in flags.values()):
        raise ValueError(f"case_sensitive and exact of the rule for “{name}” are true or false.")
    rule = NameRule(name.strip(), **flags, required=_words(kept, "required"), excluded=_words(kept, "excluded"))
    if rule.is_empty:
        raise ValueError(f"The rule for “{rule.name}” asks for nothing.")
    return rule


def _words(kept: Mapping[str, Any], key: str) -> tuple[str, ...]:
    words = kept.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) and 0 < len(word.strip()) <= 200 for word in words):
        raise ValueError(f"“{key}” of a rule is a list of words, each of 1 to 200 characters.")
    if len(words) > MOST_WORDS:
        raise ValueError(f"A rule has at most {MOST_WORDS} words under “{key}”.")
    return tuple(word.strip() for word in words)


def kept_rule(rule: NameRule) -> dict[str, Any]:
    """The rule as JSON, with what it asks for alone."""
    kept: dict[str, Any] = {"name": rule.name}
    kept |= {key: True for key in ("case_sensitive", "exact") if getattr(rule, key)}
    return kept | {key: list(words) for key in ("required", "excluded") if (words := getattr(rule, key))}


def rule_line(rule: NameRule) -> str:
    """The rule as people write it."""
    return f"{rule.name}: {rule_words(rule)}"


def rule_words(rule: NameRule) -> str:
    conditions = ["case-sensitive"] * rule.case_sensitive + ["exact"] * rule.exact
    conditions += [f"with: {' | '.join(rule.required)}"] if rule.required else []
    conditions += [f"without: {' | '.join(rule.excluded)}"] if rule.excluded else []
    return ", ".join(conditions)


def check_rules(rules: Any) -> None:
    """Raises:
    ValueError: where this is no list of kept rules, at most one a name.
    """
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise ValueError("Write one rule a line.")
    names = [rule_of(rule).name.casefold() for rule in rules]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"There are two rules for “{twice}”.")


def rules_of(kept: Iterable[Mapping[str, Any]]) -> tuple[NameRule, ...]:
    return tuple(map(rule_of, kept))
