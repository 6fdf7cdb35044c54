"""Form fields for lists of short texts, written one a line."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from brands.domains import domain_of_entry
from brands.matching.name_rule import kept_rule, parse_rule, rule_line, rule_of


class LinesField(forms.Field):
    """A list of texts, one a line. Blank lines and repetitions (in capitals or not) are dropped.

    What a line may hold is the model field's matter: its validators run on the list.
    """

    def __init__(self, *, rows: int = 3, placeholder: str = "", **kwargs: Any) -> None:
        widget = UnfoldAdminTextareaWidget(attrs={"rows": rows, "placeholder": placeholder})
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def to_python(self, value: Any) -> list[str]:
        lines = value.splitlines() if isinstance(value, str) else value or []
        found: dict[str, str] = {}
        for line in filter(None, map(str.strip, map(str, lines))):
            cleaned = self.clean_line(line)
            found.setdefault(cleaned.casefold(), cleaned)
        return list(found.values())

    def clean_line(self, line: str) -> str:
        return line

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and self.to_python(initial) != self.to_python(data)


class DomainsField(LinesField):
    """Domains, also when pasted as addresses. A line that is none is left as it is, for the validator to name it."""

    def clean_line(self, line: str) -> str:
        return domain_of_entry(line) or line


class RulesField(LinesField):
    """Rules of names, one a line; kept as a list of JSON objects."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value or []
        try:
            return [kept_rule(parse_rule(line)) for line in filter(None, map(str.strip, value.splitlines()))]
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(rule_line(rule_of(kept)) for kept in value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and (self.prepare_value(initial or []) or "") != (data or "").strip()
