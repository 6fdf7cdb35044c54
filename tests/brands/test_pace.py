"""The rules of asking a provider, by table and by simulation; no clock but the test's own."""

from dataclasses import replace
from itertools import pairwise

import pytest

from brands.pace import HOLDER_SECONDS, Outcome, Pace, State, Why, enter, heard, leave, still_there

PACE = Pace(per_second=5, at_a_time=3, failures=3, rest=30)
NOW = 1_000.0
OK, FAILED, REFUSED = Outcome(), Outcome(failed=True), Outcome(refused=True)


def after(*outcomes: Outcome, pace: Pace = PACE, state: State | None = None) -> State:
    """The state after calls that ended so, one after another, all at NOW."""
    state = state or State()
    for outcome in outcomes:
        state = leave(state, pace, "a", NOW, outcome)
    return state


def departures(pace: Pace, seconds: float, late: float = 0.0) -> list[float]:
    """When calls leave, of callers that come back exactly, or a little late, when they were told to."""
    state, now, left = State(), NOW, []
    while now < NOW + seconds:
        state, wait = enter(state, replace(pace, at_a_time=10**6), "a", now)
        if wait is None:
            left.append(now)
        else:
            now += wait.seconds + late
    return left


@pytest.mark.parametrize("per_second", [0.5, 5, 50])
def test_calls_leave_evenly_and_as_often_as_they_may(per_second: float) -> None:
    left = departures(Pace(per_second=per_second), 40)
    assert 40 * per_second / 1.05 <= len(left) <= 40 * per_second
    assert all(later - earlier >= 1 / per_second for earlier, later in pairwise(left))


def test_who_comes_late_does_not_slow_the_others_down() -> None:
    assert len(departures(PACE, 40, late=0.01)) >= 190


def test_no_second_sees_more_calls_than_the_rate() -> None:
    left = departures(PACE, 20, late=0.015)
    assert max(sum(start <= moment < start + 1 for moment in left) for start in left) <= 5


def test_without_a_rate_calls_leave_at_once() -> None:
    state, pace = State(), Pace(per_second=0, at_a_time=100)
    for _ in range(100):
        state, wait = enter(state, pace, "a", NOW)
        assert wait is None


def test_only_so_many_calls_are_in_the_air_whoever_makes_them() -> None:
    state = State()
    for holder in "aab":
        state, wait = enter(state, replace(PACE, per_second=0), holder, NOW)
        assert wait is None
    state, wait = enter(state, PACE, "c", NOW)
    assert wait is not None
    assert wait.why is Why.FULL
    state = leave(state, PACE, "a", NOW, OK)
    assert enter(state, replace(PACE, per_second=0), "c", NOW)[1] is None


def test_the_calls_of_a_process_that_died_do_not_count_for_long() -> None:
    state = State(holders={"dead": (3, NOW), "alive": (2, NOW)})
    later = NOW + HOLDER_SECONDS + 1
    state = still_there(state, "alive", NOW + 10)
    assert state.in_the_air(later) == 2
    assert enter(state, PACE, "c", later)[1] is None


@pytest.mark.parametrize(
    ("outcome", "seconds"),
    [(Outcome(refused=True, retry_after=7), 7), (Outcome(failed=True, retry_after=9), 9), (REFUSED, 2)],
)
def test_nobody_asks_before_the_provider_wants_it(outcome: Outcome, seconds: float) -> None:
    state = after(outcome)
    wait = enter(state, PACE, "b", NOW + seconds - 0.001)[1]
    assert wait is not None
    assert wait.why is Why.PAUSED
    assert enter(state, PACE, "b", NOW + seconds)[1] is None


def test_refusals_without_a_time_make_the_pause_longer_up_to_a_minute() -> None:
    pauses = [after(*[REFUSED] * times).paused_until - NOW for times in (1, 2, 3, 9)]
    assert pauses == [2, 4, 8, 64]
    assert after(REFUSED, REFUSED, OK, REFUSED).refusals == 1


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    long, short = Outcome(refused=True, retry_after=60), Outcome(refused=True, retry_after=1)
    assert after(long, short).paused_until == NOW + 60


def test_a_provider_that_fails_again_and_again_is_left_in_peace() -> None:
    assert enter(after(FAILED, FAILED), PACE, "b", NOW)[1] is None
    wait = enter(after(FAILED, FAILED, FAILED), PACE, "b", NOW + 29)[1]
    assert wait is not None
    assert wait.why is Why.RESTING


def test_after_its_rest_one_call_goes_first_and_what_becomes_of_it_decides() -> None:
    state, wait = enter(after(FAILED, FAILED, FAILED), PACE, "b", NOW + 30)
    assert wait is None
    assert enter(state, PACE, "c", NOW + 31)[1] is not None
    assert enter(leave(state, PACE, "b", NOW + 31, OK), PACE, "c", NOW + 32)[1] is None
    assert enter(leave(state, PACE, "b", NOW + 31, FAILED), PACE, "c", NOW + 32)[1] is not None


def test_a_success_between_failures_counts_from_the_start() -> None:
    assert after(FAILED, FAILED, OK, FAILED, FAILED).resting_until == 0


def test_a_call_that_was_not_made_says_nothing_about_the_provider() -> None:
    state = after(FAILED, FAILED)
    entered, _ = enter(state, PACE, "b", NOW)
    assert leave(entered, PACE, "b", NOW, None).failures == 2


def test_what_is_known_survives_the_way_through_redis() -> None:
    state, _ = enter(after(FAILED, REFUSED), PACE, "b", NOW + 10)
    assert State.read(state.written()) == replace(state, holders={"b": [1, NOW + 10]})
    assert State.read(None) == State()


def test_a_look_at_a_task_is_no_call_but_its_refusal_counts() -> None:
    state, _ = enter(State(), PACE, "a", NOW)
    refused = heard(state, NOW, Outcome(refused=True, retry_after=7))
    assert (refused.paused_until, refused.in_the_air(NOW)) == (NOW + 7, 1)
    assert heard(state, NOW, OK) == state
