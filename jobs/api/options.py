"""Options of a job type, which the API calls `metadata`."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from jobs.api.serializers import KnownFields
from jobs.errors import InvalidOptions, UnknownName
from jobs.job_type import parse_options


def checked_options(job_type: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options as they are kept; raises a ValidationError with a sentence for each that is wrong."""
    try:
        parsed = parse_options(job_type, options)
    except UnknownName as error:
        raise ValidationError({"job_type": [str(error)]}) from None
    except InvalidOptions as error:
        raise ValidationError({"metadata": {name: [words] for name, words in error.problems.items()}}) from None
    return parsed.model_dump(mode="json", by_alias=True, exclude_unset=True)


class OptionsSerializer(KnownFields):
    metadata = serializers.DictField(required=False, help_text="Options of this run, in place of the usual ones.")


def options_of_request(request: Request, job_type: str) -> dict[str, Any] | None:
    """The options that the body asks for; None where it asks for none."""
    body = OptionsSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    options = body.validated_data.get("metadata")
    return None if options is None else checked_options(job_type, options)
