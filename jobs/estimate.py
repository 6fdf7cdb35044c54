"""What a run will ask other services for, and what that costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """Calls of one kind. `usd_each` is None where no price is known, `basis` says where the price is from."""

    name: str
    calls: int
    usd_each: Decimal | None
    basis: str

    @property
    def usd(self) -> Decimal | None:
        return None if self.usd_each is None else self.usd_each * self.calls


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one run asks for when every call succeeds at the first try."""

    lines: tuple[EstimateLine, ...]

    @property
    def calls(self) -> int:
        return sum(line.calls for line in self.lines)

    @property
    def usd(self) -> Decimal:
        """Of the calls whose price is known."""
        return _sum(line.usd for line in self.lines)

    @property
    def calls_without_price(self) -> int:
        return sum(line.calls for line in self.lines if line.usd_each is None)


def _sum(dollars: Iterable[Decimal | None]) -> Decimal:
    return sum((each for each in dollars if each is not None), Decimal(0))


def dollars(usd: Decimal) -> str:
    """Dollars for people: cents, and more digits below ten cents."""
    return f"${usd:,.2f}" if usd >= Decimal("0.1") or not usd else f"${usd:.4f}"
