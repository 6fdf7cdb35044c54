"""Settings for the kinds of services that are common: a form starts from one, and all of it can be changed."""

from typing import Any

PRESETS: dict[str, dict[str, Any]] = {
    "hosting": {
        "label": "Hosting account",
        "auth_header": "x-api-key",
        "records_path": "$.data[*]",
        "id_path": "id",
        "time_path": "checked_at",
        "asks": "days",
        "asks_param": "days",
    },
    "server": {
        "label": "Server",
        "auth_header": "x-api-key",
        "records_path": "",  # the body itself is the list, or has it under one of the usual names
        "id_path": "",
        "time_path": "created_at",
        "asks": "days",
        "asks_param": "days",
    },
    "generic": {
        "label": "Any JSON API",
        "auth_header": "Authorization",
        "records_path": "",
        "id_path": "",
        "time_path": "",
        "asks": "all",
        "asks_param": "",
    },
}


def fields_of(preset: str) -> dict[str, Any]:
    """The fields of a service that a preset sets."""
    return {name: value for name, value in PRESETS[preset].items() if name != "label"}
