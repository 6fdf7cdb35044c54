import re
from pathlib import Path

from jobs.status import DONE, OPEN, RETRYABLE, TRANSITIONS, RunStatus

ROOT = Path(__file__).parents[2]


def test_every_status_has_its_transitions():
    assert set(TRANSITIONS) == set(RunStatus)
    assert set(RunStatus) == OPEN | DONE
    assert not OPEN & DONE


def test_what_is_done_is_left_only_by_a_retry():
    for status in DONE:
        assert TRANSITIONS[status] == ({RunStatus.PENDING} if status in RETRYABLE else set())


def test_the_drawing_in_the_docs_shows_these_transitions_and_no_others():
    drawing = (ROOT / "docs" / "lifecycle.md").read_text()
    drawn = set(re.findall(r"^\s+(\w+) --> (\w+)", drawing, re.MULTILINE))
    real = {(str(start), str(end)) for start, ends in TRANSITIONS.items() for end in ends}
    assert drawn == real
