"""Bodies of requests: JSON only, and only what the database can keep."""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")  # NUL and lone surrogates, which PostgreSQL refuses


class TooLarge(APIException):
    status_code = 413
    default_detail = "The body of this request is too large."


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge
        try:
            data = json.loads(raw.decode(), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not JSON: {_reason(error)}.") from None
        _check(data)
        return data


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _check(data: Any) -> None:
    """Raise ParseError for a text or a number that cannot be kept. Goes without recursion: the data may be deep."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and UNKEEPABLE.search(value):
            raise ParseError("The body has a text with a NUL character or half a surrogate pair.")
        elif isinstance(value, float) and not math.isfinite(value):
            raise ParseError("The body has a number that is too large.")
