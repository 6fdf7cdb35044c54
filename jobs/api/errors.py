"""From the engine's errors to HTTP: a field and a sentence where a field is wrong, else `detail` with a sentence."""

from typing import Any

from django.core.exceptions import ValidationError as ModelError
from django.db import IntegrityError
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from jobs.errors import AnotherRunIsOpen, InvalidOptions, InvalidTransition, NothingToRunAgain, StaleRun, UnknownName


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "This does not go with what is there at the moment."


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, AnotherRunIsOpen | InvalidTransition | NothingToRunAgain | StaleRun | UnknownName):
        error = Conflict(str(error))
    elif isinstance(error, InvalidOptions):
        error = ValidationError({"metadata": {name: [words] for name, words in error.problems.items()}})
    elif isinstance(error, IntegrityError):
        # What a unique key refuses is refused in words beforehand; only a simultaneous request gets here.
        error = Conflict("Another request changed the same at the same moment. Look again.")
    response: Response | None = exception_handler(error, context)
    return response


def from_model(error: ModelError, names: dict[str, str] | None = None) -> ValidationError:
    """What a model's validation says, with its fields under the names that they have here."""
    if not hasattr(error, "error_dict"):
        return ValidationError({"non_field_errors": error.messages})
    names = {"__all__": "non_field_errors", **(names or {})}
    return ValidationError({names.get(field, field): sentences for field, sentences in error.message_dict.items()})
