"""Charts of insights as shapes for SVG. The page draws them without a script."""

from dataclasses import dataclass, field
from typing import Any

from jobs.analysis.words import in_words

WIDTH, HEIGHT = 600.0, 160.0
PAD = 6.0


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    percent: float
    value: str
    is_negative: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """`kind` says which of the shapes there are; coordinates are in a box of 600 × 160."""

    kind: str
    title: str = ""
    bars: list[Bar] = field(default_factory=list)
    line: str = ""
    fit: str = ""
    dots: list[tuple[float, float]] = field(default_factory=list)
    band: tuple[float, float] | None = None  # x and width of what is usual
    low: str = ""
    high: str = ""
    first: str = ""
    last: str = ""


def chart_of(data: dict[str, Any] | None) -> Chart | None:
    """The chart of an insight; None where it has none or there is nothing to draw."""
    if not data:
        return None
    draw = {"bars": _bars, "line": _line, "points": _points, "strip": _strip}.get(data.get("kind", ""))
    return draw(data) if draw else None


def histogram_of(profile: dict[str, Any]) -> list[tuple[float, float, float]]:
    """x, y and height of the bars of a column's histogram, in a box of 100 × 24."""
    counts = (profile.get("histogram") or {}).get("counts") or []
    most, wide = max(counts, default=0) or 1, 100 / max(len(counts), 1)
    return [
        (round(place * wide, 2), round(24 - 24 * n / most, 2), round(24 * n / most, 2))
        for place, n in enumerate(counts)
    ]


def _bars(data: dict[str, Any]) -> Chart:
    values = [float(value) for value in data["values"]]
    most = max((abs(value) for value in values), default=0) or 1
    bars = [
        Bar(str(name), round(100 * abs(value) / most, 1), in_words(value), value < 0)
        for name, value in zip(data["labels"], values, strict=True)
    ]
    return Chart("bars", str(data.get("unit", "")), bars)


def _line(data: dict[str, Any]) -> Chart | None:
    values = [float(value) for value in data["values"]]
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    x = [PAD + (WIDTH - 2 * PAD) * place / (len(values) - 1) for place in range(len(values))]
    fit = [_y(float(value), low, high) for value in data["fit"]]
    return Chart(
        "line",
        line=" ".join(f"{a:.1f},{_y(value, low, high):.1f}" for a, value in zip(x, values, strict=True)),
        fit=f"{x[0]:.1f},{fit[0]:.1f} {x[-1]:.1f},{fit[1]:.1f}",
        low=in_words(low),
        high=in_words(high),
        first=str(data["labels"][0]),
        last=str(data["labels"][-1]),
    )


def _points(data: dict[str, Any]) -> Chart | None:
    points = [(float(x), float(y)) for x, y in data["points"]]
    if not points:
        return None
    xs, ys = _usual([x for x, _ in points]), _usual([y for _, y in points])
    shown = [(x, y) for x, y in points if xs[0] <= x <= xs[1] and ys[0] <= y <= ys[1]]
    dots = [(round(_x(x, *xs), 1), round(_y(y, *ys), 1)) for x, y in shown]
    words = f"{data['y']} (up) by {data['x']} (right)"
    return Chart(
        "points",
        words,
        dots=dots,
        low=in_words(ys[0]),
        high=in_words(ys[1]),
        first=in_words(xs[0]),
        last=in_words(xs[1]),
    )


def _strip(data: dict[str, Any]) -> Chart:
    values, usual = [float(value) for value in data["values"]], (float(data["low"]), float(data["high"]))
    low, high = min([*values, usual[0]]), max([*values, usual[1]])
    start, end = _x(usual[0], low, high), _x(usual[1], low, high)
    dots = [(round(_x(value, low, high), 1), HEIGHT / 2) for value in values]
    band = (round(start, 1), round(max(end - start, 2), 1))
    return Chart(
        "strip", "98 % of the values are in the bar", dots=dots, band=band, first=in_words(low), last=in_words(high)
    )


def _usual(values: list[float]) -> tuple[float, float]:
    """The range without the outer hundredth on both sides, so that one far value does not press all others together."""
    ordered = sorted(values)
    cut = len(ordered) // 100
    return ordered[cut], ordered[-1 - cut]


def _x(value: float, low: float, high: float) -> float:
    return PAD + (WIDTH - 2 * PAD) * (value - low) / ((high - low) or 1)


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT - PAD - (HEIGHT - 2 * PAD) * (value - low) / ((high - low) or 1)
