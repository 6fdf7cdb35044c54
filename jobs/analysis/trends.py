"""What moves over time: trends of numbers and of the number of rows, and patterns that return."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from jobs.analysis.columns import Column, ColumnKind
from jobs.analysis.finding import Finding
from jobs.analysis.finding_type import FindingType
from jobs.analysis.inference import Floats, kruskal_wallis, mann_kendall, ranks
from jobs.analysis.words import in_words, short

UNITS = (("1h", "hour", 1 / 24), ("1d", "day", 1), ("1w", "week", 7), ("1mo", "month", 30.44), ("1y", "year", 365.25))
MOST_PERIODS, LEAST_PERIODS = 400, 8
MOST_TIMES, MOST_NUMBERS = 3, 30  # columns that are looked at
LEAST_TAU = 0.15
LEAST_EPSILON = 0.02
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
COUNT = "\0rows"  # the column with the number of rows; no column of a table has this name


@dataclass(frozen=True, slots=True)
class Season:
    name: str
    every: str  # periods, as polars writes them
    least: int  # periods
    labels: tuple[str, ...]

    def of(self, moments: pl.Series) -> pl.Series:
        if self.name == "weekday":
            return moments.dt.weekday() - 1
        return moments.dt.month() - 1 if self.name == "month of the year" else moments.dt.hour()


SEASONS = (
    Season("weekday", "1d", 28, WEEKDAYS),
    Season("month of the year", "1mo", 36, MONTHS),
    Season("hour of the day", "1h", 7 * 24, tuple(f"{hour:02}:00" for hour in range(24))),
)


def over_time(columns: list[Column]) -> Iterator[Finding]:
    times = [each for each in columns if each.kind == ColumnKind.MOMENT and each.values is not None]
    measures = [each for each in columns if each.kind == ColumnKind.NUMBER and each.values is not None]
    for time in times[:MOST_TIMES]:
        assert time.values is not None  # noqa: S101
        data = {
            "\0time": time.values,
            **{each.name: each.values for each in measures[:MOST_NUMBERS] if each.values is not None},
        }
        frame = pl.DataFrame(data).drop_nulls("\0time").lazy()
        yield from _of_time(time.name, frame, [each.name for each in measures[:MOST_NUMBERS]])


def _of_time(time: str, frame: pl.LazyFrame, measures: list[str]) -> Iterator[Finding]:
    first, last = frame.select(pl.col("\0time").min(), pl.col("\0time").max().alias("last")).collect().row(0)
    if first is None or first == last:
        return
    every, unit = _unit(last - first)
    if every:
        periods = _periods(frame, measures, every)
        for measure in [*measures, COUNT]:
            yield from _trend(time, measure, periods, unit)
    for season in SEASONS:
        if _fits(season, first, last):
            periods = _periods(frame, measures, season.every)
            if periods.height >= season.least:
                for measure in measures:
                    yield from _season(time, measure, periods, season)


def _fits(season: Season, first: datetime, last: datetime) -> bool:
    days = (last - first) / timedelta(days=1)
    if season.every == "1h":
        return 7 <= days <= 400 and season.least <= days * 24
    return days <= 3650 if season.every == "1d" else True


def _unit(span: timedelta) -> tuple[str, str]:
    """The finest length of periods of which there are not too many; "" where there are too few of any."""
    days = span / timedelta(days=1)
    for every, name, length in UNITS:
        if days / length <= MOST_PERIODS:
            return (every, name) if days / length >= LEAST_PERIODS else ("", "")
    return UNITS[-1][0], UNITS[-1][1]


def _periods(frame: pl.LazyFrame, measures: list[str], every: str) -> pl.DataFrame:
    """The median of each measure in each period that has rows, and the number of rows."""
    start = pl.col("\0time").dt.truncate(every)
    medians = [pl.col(measure).median() for measure in measures]
    return frame.group_by(start).agg(*medians, pl.len().cast(pl.Float64).alias(COUNT)).sort("\0time").collect()


def _trend(time: str, measure: str, periods: pl.DataFrame, unit: str) -> Iterator[Finding]:
    series = periods.select("\0time", measure).drop_nulls()
    if measure == COUNT:
        series = series.slice(1, max(series.height - 2, 0))  # the first and the last period may not be whole
    values = series[measure].to_numpy() if series.height else np.array([])
    found = mann_kendall(values) if len(np.unique(values)) > 2 else None
    if found is None:
        return
    result, slope = found
    start = float(np.median(values - slope * np.arange(len(values))))
    end = start + slope * (len(values) - 1)
    name = "The number of rows" if measure == COUNT else f"“{measure}”"
    how = "rises" if slope > 0 else "falls"
    share = f" ({(end - start) / abs(start):+.0%})" if start else ""
    moments = [f"{moment:%Y-%m-%d %H:%M}".removesuffix(" 00:00") for moment in series["\0time"]]
    yield Finding(
        FindingType.TREND,
        f"{name} {how} over “{time}”: from {in_words(start)} to {in_words(end)}{share}, "
        f"by {in_words(abs(slope))} a {unit}.",
        [time] if measure == COUNT else [time, measure],
        int(periods[COUNT].sum()),
        {"from": short(start), "to": short(end), "slope": short(slope), "per": unit, "periods": len(values)},
        {"kind": "line", "labels": moments, "values": [short(v) for v in values], "fit": [short(start), short(end)]},
        result,
        is_large_enough=abs(result.effect) >= LEAST_TAU and slope != 0,
    )


def _season(time: str, measure: str, periods: pl.DataFrame, season: Season) -> Iterator[Finding]:
    """Whether the parts of a season differ, after a straight line was taken out."""
    series = periods.select("\0time", measure).drop_nulls()
    if series.height < season.least:
        return
    values, places = series[measure].to_numpy(), season.of(series["\0time"]).cast(pl.Int64).to_numpy()
    rest = _without_line(values)
    result = kruskal_wallis(ranks(rest), places, len(season.labels))
    if result is None or len(np.unique(values)) < 3:
        return
    medians = {place: float(np.median(values[places == place])) for place in np.unique(places)}
    low, high = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
    labels = [season.labels[place] for place in medians]
    yield Finding(
        FindingType.SEASONALITY,
        f"“{measure}” depends on the {season.name} of “{time}”: highest {season.labels[high]} (median "
        f"{in_words(medians[high])}), lowest {season.labels[low]} ({in_words(medians[low])}).",
        [time, measure],
        int(periods[COUNT].sum()),
        _content(season, medians),
        {
            "kind": "bars",
            "labels": labels,
            "values": [short(v) for v in medians.values()],
            "unit": f"median of {measure}",
        },
        result,
        is_large_enough=result.effect >= LEAST_EPSILON,
    )


def _content(season: Season, medians: dict[Any, float]) -> dict[str, Any]:
    return {"season": season.name, "medians": {season.labels[place]: short(value) for place, value in medians.items()}}


def _without_line(values: Floats) -> Floats:
    x = np.arange(len(values), dtype=float)
    slope, start = np.polyfit(x, values, 1)
    return np.asarray(values - start - slope * x)
