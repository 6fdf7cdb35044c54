"""Faults 2 and 3: beats that come and go, and beats that are killed."""

import pytest

from tests.faults.amounts import amounts

ON_TIME = 5.0  # seconds


def watch_all_kinds(scene, seconds):
    """Schedules of every kind that a beat fires, each tick of which is to have its row."""
    scene.watch("every second", every=1, seconds=seconds)
    scene.watch("every two", every=2, seconds=seconds, overlap="skip")
    scene.watch("in turn", every=3, seconds=seconds, overlap="queue", catch_up="all")
    scene.watch("cron", cron="* * * * *", seconds=seconds)
    scene.watch("cron of a zone", cron="*/2 * * * *", seconds=seconds, jitter_seconds=2)


@pytest.mark.parametrize("seconds", amounts(6, 600))
def test_two_or_three_beats_that_come_and_go_run_each_tick_once(scene, finish, seconds):
    beats = ["beat-1", "beat-2", "beat-3"]
    scene.man("worker-1", *beats)
    watch_all_kinds(scene, seconds)
    is_over, changes = scene.in_seconds(seconds), 0
    while not is_over():
        scene.sleep((0.5, 3))
        away = scene.chance.choice(beats)
        scene.leave(away)
        scene.sleep((0, 3))
        scene.launch(away)
        changes += 1
    finish("2", "two or three beats, started and stopped at random", f"{changes} stops")


@pytest.mark.parametrize("seconds", amounts(6, 600))
def test_a_beat_killed_at_any_moment_loses_no_tick_and_the_other_one_is_on_time(scene, finish, seconds):
    beats = ["beat-1", "beat-2"]
    scene.man("worker-1", *beats)
    watch_all_kinds(scene, seconds)
    is_over, kills = scene.in_seconds(seconds), 0
    while not is_over():
        scene.sleep((0.2, 3))
        scene.kill(beats[kills % 2])
        scene.man(beats[kills % 2])
        scene.observe()
        kills += 1
    result = finish("3", "kill -9 of one beat of two", f"{kills} kills")
    assert max(result.lateness) < ON_TIME
