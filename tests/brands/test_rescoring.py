"""A rescore shows what it changes before it counts, and throws nothing away."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from brands.correcting import correct
from brands.models import Answer, Brand, Correction, Rescore, Score
from brands.rescoring import Overtaken, apply, compare, discard, outdated, rescore
from brands.results import by_collector
from brands.scorers.mentions import MentionsScorer
from jobs.execution import execute
from tests.brands.answers import make_answer, make_brand, make_competitor, make_query, person
from tests.brands.factories import make_run
from tests.brands.test_totals import score_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    brand = make_brand()
    make_competitor(brand)
    query = make_query(brand)
    score_all([make_answer(query, text) for text in ("Kestrel is great.", "Windy is slow.", "Skylark.")])
    return brand


def rename(brand: Brand) -> None:
    brand.aliases = ["Kestrel"]
    brand.save()


def current(brand: Brand) -> list[int]:
    scores = Score.objects.filter(scorer="mentions", brand=brand, is_current=True).order_by("answer__text")
    return [score.measures["mention_count"] for score in scores]


def test_a_new_alias_makes_scores_outdated_and_changes_none(brand: Brand) -> None:
    assert outdated(brand) == 0
    rename(brand)
    assert outdated(brand) == 3
    assert current(brand) == [0, 1, 0]


def test_a_dry_run_says_what_would_change_and_writes_nothing(brand: Brand) -> None:
    rename(brand)
    before = Score.objects.count()
    found = compare(brand, keep=False)
    [gained] = [each for each in found.differences if each.kind == "mention gained"]
    assert (found.answers, gained.entity, gained.now) == (3, "Skylark", "Kestrel is great.")
    assert gained.why == "It is found as “Kestrel”."
    assert found.counts["label"] == 1
    assert (Score.objects.count(), Rescore.objects.count()) == (before, 0)


def test_new_scores_wait_beside_the_old_ones_until_they_are_applied(brand: Brand) -> None:
    rename(brand)
    before = set(Score.objects.values_list("pk", flat=True))
    made = rescore(brand, "ada")
    assert current(brand) == [0, 1, 0]
    assert by_collector(brand)[0].visibility == 1 / 3
    apply(made)
    assert current(brand) == [1, 1, 0]
    assert by_collector(brand)[0].visibility == 2 / 3
    assert before <= set(Score.objects.values_list("pk", flat=True))
    assert outdated(brand) == 0


def test_a_discarded_rescore_changes_nothing(brand: Brand) -> None:
    rename(brand)
    made = rescore(brand, "ada")
    discard(made)
    assert current(brand) == [0, 1, 0]
    with pytest.raises(Overtaken):
        apply(made)


def test_a_rescore_is_overtaken_when_names_change_again(brand: Brand) -> None:
    rename(brand)
    made = rescore(brand, "ada")
    brand.aliases = ["Kestrel", "Lark"]
    brand.save()
    with pytest.raises(Overtaken):
        apply(made)
    again = rescore(brand, "ada")
    made.refresh_from_db()
    assert (made.state, again.state) == ("discarded", "ready")


def test_going_back_to_old_names_finds_the_old_scores_again(brand: Brand) -> None:
    rename(brand)
    apply(rescore(brand, "ada"))
    brand.aliases = []
    brand.save()
    number = Score.objects.count()
    apply(rescore(brand, "ada"))
    assert current(brand) == [0, 1, 0]
    assert Score.objects.count() == number


def test_a_lost_mention_says_why(brand: Brand) -> None:
    rename(brand)
    apply(rescore(brand, "ada"))
    brand.rules = [{"name": "Kestrel", "required": ["kite"]}]
    brand.save()
    [lost] = [each for each in compare(brand, keep=False).differences if each.kind == "mention lost"]
    assert lost.why == "The rule of “Kestrel” does not allow it here: with: kite."
    brand.aliases, brand.rules = [], []
    brand.save()
    [lost] = [each for each in compare(brand, keep=False).differences if each.kind == "mention lost"]
    assert lost.why == "“Kestrel” is no longer one of its names."


def test_an_added_competitor_is_scored_by_a_rescore(brand: Brand) -> None:
    make_competitor(brand, "Kestrel", domains=[])
    apply(rescore(brand, "ada"))
    score = Score.objects.get(competitor__name="Kestrel", scorer="mentions", answer__text__startswith="Kestrel")
    assert (score.is_current, score.measures["mention_count"]) == (True, 1)


def test_corrections_hold_in_a_rescore_and_those_made_meanwhile_stay(brand: Brand) -> None:
    rename(brand)
    made = rescore(brand, "ada")
    answer = Answer.objects.get(text__startswith="Kestrel")
    correct(answer, brand, Correction.Kind.NOT_A_MENTION, person("ada"), start=0, end=7)
    apply(made)
    assert current(brand) == [0, 1, 0]
    apply(rescore(brand, "ada"))
    assert current(brand) == [0, 1, 0]


def test_answers_that_nobody_has_scored_are_left_to_scoring(brand: Brand) -> None:
    late = make_answer(make_query(brand, "Late?"), "Skylark.")
    rename(brand)
    apply(rescore(brand, "ada"))
    assert not late.scores.exists()
    execute(make_run(brand, "scoring").pk, worker="w1")
    assert late.scores.filter(is_current=True).exists()


def test_scores_of_an_earlier_version_count_until_a_rescore(brand: Brand) -> None:
    Score.objects.filter(scorer="mentions").update(version="0")
    assert outdated(brand) == 3
    execute(make_run(brand, "scoring").pk, worker="w1")
    counting = Score.objects.filter(scorer="mentions", is_current=True).order_by().values_list("version", flat=True)
    assert set(counting) == {"0"}
    apply(rescore(brand, "ada"))
    assert set(counting.all()) == {MentionsScorer.version}
    assert Score.objects.filter(scorer="mentions", version="0").count() == 6


def test_the_job_leaves_a_rescore_that_waits(brand: Brand) -> None:
    rename(brand)
    run = make_run(brand, "rescoring")
    execute(run.pk, worker="w1")
    run.refresh_from_db()
    assert (run.status, run.metrics["answers_rescored"]) == ("completed", 3)
    assert brand.rescores.get().state == "ready"


def test_the_command_shows_the_difference_and_applies_only_when_told(brand: Brand, capsys: Any) -> None:
    rename(brand)
    call_command("rescore", "--brand", brand.name, "--dry-run", "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["answers"], report["counts"]["mention gained"]) == (3, 1)
    assert not Rescore.objects.exists()
    call_command("rescore", "--brand", str(brand.pk))
    assert "mention gained: – → Kestrel is great. (It is found as “Kestrel”.)" in capsys.readouterr().out
    assert current(brand) == [0, 1, 0]
    call_command("rescore", "--brand", brand.name, "--apply")
    assert current(brand) == [1, 1, 0]
    with pytest.raises(CommandError, match="There is no brand “Nobody”"):
        call_command("rescore", "--brand", "Nobody")
