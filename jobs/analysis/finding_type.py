"""The kinds of findings. Light: the model of insights names them too."""

from enum import StrEnum


class FindingType(StrEnum):
    SCHEMA = "schema"
    QUALITY = "quality"
    DISTRIBUTION = "distribution"
    OUTLIERS = "outliers"
    TREND = "trend"
    SEASONALITY = "seasonality"
    SEGMENT = "segment"
    CORRELATION = "correlation"
    CHANGE = "change"
