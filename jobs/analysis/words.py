"""Numbers for people. Light: pages import it, and no process of theirs needs the libraries of the analysis."""


def short(value: float) -> float:
    """Six digits are enough for people, and the same on every machine."""
    return float(f"{float(value):.6g}")


def in_words(value: float) -> str:
    """A number as people read it: 1,234, 12.3, 0.0456."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
