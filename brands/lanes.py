"""The errands that wait: in the lane of the provider that is asked next, or aside for a task's next look.

Each provider has a lane, so one that makes its calls wait holds up nobody else's.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from brands.errands import Errand, Step


@dataclass(slots=True)
class Lane:
    """The errands that wait for one provider, and when the first of them may be looked at again."""

    errands: deque[Errand] = field(default_factory=deque)
    wake: float = 0


@dataclass(slots=True)
class Lanes:
    of: dict[str, Lane] = field(default_factory=dict)  # by provider
    aside: list[Errand] = field(default_factory=list)  # polls and look-ups, which keep no lane

    def line_up(self, errand: Errand) -> bool:
        """Put the errand where it waits for its next step; False where nobody is left to be asked."""
        if errand.step is not Step.ASK:
            self.aside.append(errand)
        elif errand.fails_over():
            self.of.setdefault(errand.providers[0], Lane()).errands.append(errand)
        else:
            return False
        return True

    @property
    def is_somebody_waiting(self) -> bool:
        """Whether there is anybody to be asked; looks at tasks can be left to a later attempt."""
        return any(lane.errands for lane in self.of.values())

    @property
    def next_poll(self) -> float | None:
        """Seconds until the next task that is not ready yet is to be looked at; None where there is none."""
        return max(min(errand.not_before for errand in self.aside) - time.monotonic(), 0) if self.aside else None

    def wakes(self) -> Iterator[float]:
        """When something that waits may be looked at again (time.monotonic())."""
        yield from (lane.wake for lane in self.of.values() if lane.errands)
        yield from (errand.not_before for errand in self.aside)
