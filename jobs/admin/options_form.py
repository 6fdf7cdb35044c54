"""A job type's options as form fields, made from the JSON schema of its Options model."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import format_html
from pydantic_core import to_jsonable_python
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from jobs.errors import InvalidOptions
from jobs.job_type import JobType, OptionsModel, job_types, parse_options, permitted_options

PREFIX = "option_"
NOT_SET = "Not set"
Schema = dict[str, Any]


def narrow() -> dict[str, str]:
    return {"class": "job-narrow"}  # a new one each time: the widgets write into it


class DateWidget(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(attrs={"class": " ".join([*INPUT_CLASSES, "job-narrow"])}, format="%Y-%m-%d")


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]


def option_fields(job_type: type[JobType], options: dict[str, Any]) -> dict[str, forms.Field]:
    """A field for each option of the job type, filled with `options` or with what holds where nothing is said."""
    return model_fields(job_type.Options, options, job_type)


def model_fields(
    model: type[OptionsModel], options: dict[str, Any], job_type: type[JobType] | None = None
) -> dict[str, forms.Field]:
    """The same for any model of options; those of a job type say beside a choice what stands in its way."""
    schema = model.model_json_schema(by_alias=False)
    values = _values(model, options)
    fields = {}
    for name, part in schema.get("properties", {}).items():
        field = _field(_resolved(part, schema), name, job_type, schema)
        field.initial = values.get(name)
        field.label = str(name).replace("_", " ").strip().capitalize()
        field.help_text = part.get("description", "")
        fields[PREFIX + name] = field
    return fields


def collected(model: type[OptionsModel], cleaned: dict[str, Any]) -> dict[str, Any]:
    """The options as the form says them; what was left empty is left out, so that its default holds."""
    return {
        name: to_jsonable_python(cleaned[PREFIX + name])
        for name in model.model_fields
        if cleaned.get(PREFIX + name) not in (None, "")
    }


def problems(name: str, options: dict[str, Any], owner_id: UUID | None) -> dict[str, str]:
    """A sentence for each form field of the job type `name` whose option it refuses, to anybody or to this owner."""
    try:
        permitted_options(name, options, owner_id)
    except InvalidOptions as error:
        return by_field(job_types.get(name).Options, error.problems)
    return {}


def by_field(model: type[OptionsModel], found: dict[str, str]) -> dict[str, str]:
    """Problems by the form fields that they are of; several of one option are one text."""
    fields: dict[str, str] = {}
    for where, sentence in found.items():
        field, _, inner = where.partition(".")
        name = _field_name(model, field)
        words = f"{inner}: {sentence}" if inner and not inner.isdigit() else sentence
        fields[name] = f"{fields[name]} {words}" if name in fields else words
    return fields


def _field_name(model: type[OptionsModel], first: str) -> str:
    """`positionLimit` back to the form field it came from; "" where there is none."""
    for field, info in model.model_fields.items():
        if first in (field, info.alias):
            return PREFIX + field
    return ""


def _values(model: type[OptionsModel], options: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for name, info in model.model_fields.items():
        key = next((key for key in (info.alias, name) if key in options), None)
        if key is not None:
            values[name] = options[key]
        elif not info.is_required():
            values[name] = to_jsonable_python(info.get_default(call_default_factory=True, validated_data={}))
    return values


def _resolved(part: Schema, schema: Schema) -> Schema:
    """The part without the ways JSON schema says "or nothing" and "see there"."""
    for alternatives in ("anyOf", "allOf"):
        real = [option for option in part.get(alternatives, []) if option.get("type") != "null"]
        if len(real) == 1:
            return _resolved({**{k: v for k, v in part.items() if k != alternatives}, **real[0]}, schema)
    if "$ref" in part:
        target = schema["$defs"][part["$ref"].rsplit("/", 1)[-1]]
        return {**{k: v for k, v in part.items() if k != "$ref"}, **target}
    return part


def _field(part: Schema, name: str, job_type: type[JobType] | None, schema: Schema) -> forms.Field:
    if part.get("type") == "array":
        return _list_field(_resolved(part.get("items", {}), schema), name, job_type)
    if choices := _choices(part):
        return forms.ChoiceField(
            choices=[("", NOT_SET), *choices], required=False, widget=UnfoldAdminSelectWidget(attrs=narrow())
        )
    if part.get("type") == "string" and part.get("format") == "date":
        return forms.DateField(required=False, widget=DateWidget())
    make = FIELDS.get(part.get("type", ""))
    return make(part) if make else forms.JSONField(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))


def _list_field(items: Schema, name: str, job_type: type[JobType] | None) -> forms.Field:
    choices = _choices(items)
    if choices:
        return forms.MultipleChoiceField(
            choices=[(value, _with_obstacle(value, label, name, job_type)) for value, label in choices],
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        )
    return (
        LinesField(required=False) if items.get("type") == "string" else forms.JSONField(required=False, widget=_area())
    )


def _area() -> forms.Widget:
    widget: forms.Widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})
    return widget


def _choices(part: Schema) -> list[tuple[str, str]]:
    """JSON schema's two ways to list choices: bare (`enum`) and with titles (`oneOf` of `const`)."""
    if "enum" in part:
        return [(str(value), str(value)) for value in part["enum"]]
    titled = part.get("oneOf", [])
    if titled and all("const" in option for option in titled):
        return [(str(option["const"]), str(option.get("title", option["const"]))) for option in titled]
    return []


def _with_obstacle(value: str, label: str, name: str, job_type: type[JobType] | None) -> str:
    """The choice's label, and beside it what would stand in the way if nothing else were chosen."""
    if job_type is None:
        return label
    try:
        options = parse_options(job_type.name, {name: [value]})
    except InvalidOptions:
        return label
    obstacles = " ".join(job_type().check(None, options))
    return format_html('{} <small class="job-obstacle">{}</small>', label, obstacles) if obstacles else label


def _text(part: Schema) -> forms.Field:
    widget = UnfoldAdminTextInputWidget(attrs=narrow() if part.get("maxLength", 99) <= 20 else None)
    return forms.CharField(required=False, max_length=part.get("maxLength"), widget=widget)


def _bounds(part: Schema) -> dict[str, Any]:
    low, high = part.get("minimum"), part.get("maximum")
    if low is None and "exclusiveMinimum" in part and part["type"] == "integer":
        low = part["exclusiveMinimum"] + 1
    return {"min_value": low, "max_value": high, "required": False}


FIELDS: dict[str, Callable[[Schema], forms.Field]] = {
    "boolean": lambda part: forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget()),
    "integer": lambda part: forms.IntegerField(**_bounds(part), widget=UnfoldAdminIntegerFieldWidget(attrs=narrow())),
    "number": lambda part: forms.FloatField(**_bounds(part), widget=UnfoldAdminDecimalFieldWidget(attrs=narrow())),
    "string": _text,
}
