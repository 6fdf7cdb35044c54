"""The rules of asking a provider, by table and by simulation; no clock but the test's own."""

from dataclasses import replace
from itertools import pairwise

import pytest

from brands.pace import AHEAD, HOLDER_SECONDS, Outcome, Pace, State, Wait, Why, enter, heard, leave, missed, still_there

PACE = Pace(per_second=5, at_a_time=3, failures=3, rest=30)
NOW = 1_000.0
OK, FAILED, REFUSED = Outcome(), Outcome(failed=True), Outcome(refused=True)


def after(*outcomes: Outcome, pace: Pace = PACE, state: State | None = None) -> State:
    """The state after calls that ended so, one after another, all at NOW."""
    state = state or State()
    for outcome in outcomes:
        state = leave(state, pace, "a", NOW, outcome)
    return state


def wait_of(state: State, pace: Pace, now: float) -> Wait:
    wait = enter(state, pace, "b", now)[1]
    assert isinstance(wait, Wait)
    return wait


def is_let_through(state: State, pace: Pace, now: float) -> bool:
    return not isinstance(enter(state, pace, "b", now)[1], Wait)


def departures(pace: Pace, seconds: float, late: float = 0.0) -> list[float]:
    """When calls leave, of callers that come back exactly, or a little late, when they were told to."""
    state, now, left = State(), NOW, []
    while now < NOW + seconds:
        state, turn = enter(state, replace(pace, at_a_time=10**6), "a", now)
        if isinstance(turn, Wait):
            now += turn.seconds + late
        else:
            left.append(turn)
    return left


@pytest.mark.parametrize("per_second", [0.5, 5, 50])
def test_calls_leave_evenly_and_as_often_as_they_may(per_second: float) -> None:
    left = departures(Pace(per_second=per_second), 40)
    assert 40 * per_second / 1.05 <= len(left) <= 40 * per_second
    assert all(later - earlier >= 1 / per_second for earlier, later in pairwise(left))


def test_who_comes_late_does_not_slow_the_others_down() -> None:
    assert len(departures(PACE, 40, late=AHEAD * 0.9)) >= len(departures(PACE, 40)) - 1 >= 189


def test_no_second_sees_more_calls_than_the_rate() -> None:
    left = departures(PACE, 20, late=AHEAD * 1.5)
    assert max(sum(start <= moment < start + 1 for moment in left) for start in left) <= 5


def test_without_a_rate_calls_leave_at_once() -> None:
    state, pace = State(), Pace(per_second=0, at_a_time=100)
    for _ in range(100):
        state, moment = enter(state, pace, "a", NOW)
        assert moment == NOW


def test_a_call_that_misses_its_moment_takes_another_one_that_nobody_has() -> None:
    state, first = enter(State(), PACE, "a", NOW)
    state, second = enter(state, PACE, "b", NOW + 0.2)
    state, again = missed(state, PACE, first, NOW + 0.15)
    state, third = enter(state, PACE, "b", NOW + 0.6)
    assert first == NOW
    assert all(later - earlier > 0.2 for earlier, later in pairwise([first, second, again, third]))


def test_a_call_that_misses_its_moment_and_has_nobody_behind_it_leaves_at_once() -> None:
    state, moment = enter(State(), PACE, "a", NOW)
    state, again = missed(state, PACE, moment, NOW + 0.08)
    assert again == NOW + 0.08
    assert not is_let_through(state, PACE, again + 0.2 - AHEAD)


def test_only_so_many_calls_are_in_the_air_whoever_makes_them() -> None:
    state = State()
    for holder in "aab":
        state, moment = enter(state, replace(PACE, per_second=0), holder, NOW)
        assert moment == NOW
    assert wait_of(state, PACE, NOW).why is Why.FULL
    state = leave(state, PACE, "a", NOW, OK)
    assert is_let_through(state, replace(PACE, per_second=0), NOW)


def test_the_calls_of_a_process_that_died_do_not_count_for_long() -> None:
    state = State(holders={"dead": (3, NOW), "alive": (2, NOW)})
    later = NOW + HOLDER_SECONDS + 1
    state = still_there(state, "alive", NOW + 10)
    assert state.in_the_air(later) == 2
    assert is_let_through(state, PACE, later)


@pytest.mark.parametrize(
    ("outcome", "seconds"),
    [(Outcome(refused=True, retry_after=7), 7), (Outcome(failed=True, retry_after=9), 9), (REFUSED, 2)],
)
def test_nobody_asks_before_the_provider_wants_it(outcome: Outcome, seconds: float) -> None:
    state = after(outcome)
    assert wait_of(state, PACE, NOW + seconds - 0.001).why is Why.PAUSED
    assert is_let_through(state, PACE, NOW + seconds)


def test_refusals_without_a_time_make_the_pause_longer_up_to_a_minute() -> None:
    pauses = [after(*[REFUSED] * times).paused_until - NOW for times in (1, 2, 3, 9)]
    assert pauses == [2, 4, 8, 64]
    assert after(REFUSED, REFUSED, OK, REFUSED).refusals == 1


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    long, short = Outcome(refused=True, retry_after=60), Outcome(refused=True, retry_after=1)
    assert after(long, short).paused_until == NOW + 60


def test_a_provider_that_fails_again_and_again_is_left_in_peace() -> None:
    assert is_let_through(after(FAILED, FAILED), PACE, NOW)
    assert wait_of(after(FAILED, FAILED, FAILED), PACE, NOW + 29).why is Why.RESTING


def test_after_its_rest_one_call_goes_first_and_what_becomes_of_it_decides() -> None:
    state, moment = enter(after(FAILED, FAILED, FAILED), PACE, "b", NOW + 30)
    assert moment == NOW + 30
    assert not is_let_through(state, PACE, NOW + 31)
    assert is_let_through(leave(state, PACE, "b", NOW + 31, OK), PACE, NOW + 32)
    assert not is_let_through(leave(state, PACE, "b", NOW + 31, FAILED), PACE, NOW + 32)


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
