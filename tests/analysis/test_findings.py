"""What is found, and how sure it is. `tests/analysis/invented.py` does the same with thousands of files."""

import math

import numpy as np
import pytest
from scipy import stats

from jobs.analysis import inference
from jobs.analysis.analysis import analyse
from jobs.analysis.source import File
from tests.analysis import invented

RANDOM = np.random.default_rng(7)
FILES = 40


def found(folder, columns, before=None):
    path = folder / "now.csv"
    invented.Invented(columns, {}).write(path)
    return analyse(File(path, "now.csv"), 1 << 30, lambda percent, words: None, before).findings


@pytest.mark.parametrize("kind", invented.KINDS)
def test_what_was_planted_is_found(tmp_path, kind):
    hits = 0
    for seed in range(10):
        table = invented.planted(kind, 90_000 + seed, 25)
        hits += any(
            each.type == invented.SOME[kind] and table.is_true(each) and each.confidence > 0.9
            for each in invented.findings(table, tmp_path)
        )
    assert hits >= (6 if kind == "outlier" else 10)  # one far count among small ones, or in a heavy tail, tells nothing


def test_pure_noise_gives_no_finding_above_one_half(tmp_path):
    assert invented.alarming(FILES, tmp_path) <= FILES * 0.1  # 0.05 in thousands of files; so few vary


def test_what_is_almost_certain_is_true(tmp_path):
    bins = invented.calibration(60, tmp_path)
    count, _, true = bins["0.99 – 1"]
    assert (count > 15, true > 0.97) == (True, True)


def test_the_same_file_gives_the_same_findings(tmp_path):
    table = invented.mixed(4)
    first, second = (analyse(table.write(tmp_path / name), 1 << 30, lambda p, w: None).as_json() for name in "ab")
    assert first == second


def test_the_parts_of_a_week_that_differ_are_found(tmp_path):
    days = np.arange("2026-01-01", "2026-06-01", dtype="datetime64[D]")
    weekday = (days.astype(int) + 3) % 7
    amount = RANDOM.normal(100, 5, len(days)) + np.where(weekday == 5, 20, 0)
    findings = found(tmp_path, {"day": [str(day) for day in days], "amount": [f"{a:.3f}" for a in amount]})
    season = next(each for each in findings if each.type == "seasonality")
    assert "highest Saturday" in season.title
    assert season.confidence > 0.99


def test_gaps_copies_and_cells_of_another_kind_are_counted(tmp_path):
    amount = [str(n) for n in range(97)] + ["n/a", "", "about 5"]
    place = ["Bern" if n % 2 else "" for n in range(100)]
    findings = found(tmp_path, {"amount": [*amount, "0"], "place": [*place, ""]})
    what = {each.content.get("what"): each for each in findings}
    assert what["mixed_types"].content["examples"] == ["about 5"]
    assert "“place” is missing in 50% of the rows" in what["missing"].title
    assert what["duplicates"].content["count"] == 1
    assert {each.confidence for each in what.values()} == {1.0}


def test_one_value_that_fills_a_column_is_told(tmp_path):
    amount = ["0"] * 60 + [f"{value:.3f}" for value in RANDOM.lognormal(3, 1, 60)]
    findings = found(tmp_path, {"amount": amount})
    assert "“0” fills 50%" in next(each for each in findings if each.type == "distribution").title


def test_what_changed_since_the_file_before_is_told(tmp_path):
    old, new = RANDOM.normal(100, 10, 400), RANDOM.normal(110, 10, 300)
    before = invented.Invented({"amount": [f"{v:.3f}" for v in old], "gone": ["x", "y"] * 200}, {}).write(
        tmp_path / "old.csv"
    )
    amounts = [f"{v:.3f}" for v in new]
    findings = found(tmp_path, {"amount": amounts, "new": ["x", "y", ""] * 100}, before)
    titles = " | ".join(each.title for each in findings if each.type == "change")
    assert "new: new; gone: gone" in titles
    assert "300 rows; “old.csv” had 400" in titles
    assert "“amount” is higher than in “old.csv”" in titles


def test_a_file_before_that_cannot_be_read_any_more_is_left_out(tmp_path):
    (tmp_path / "old.csv").write_bytes(b"\x89PNG")
    assert found(tmp_path, {"amount": ["1", "2", "3"]}, File(tmp_path / "old.csv", "old.csv")) == []


def test_every_finding_says_what_it_was_computed_from(tmp_path):
    for each in invented.findings(invented.planted("segment", 3, 25), tmp_path):
        data = each.as_json()
        assert data["evidence"]["columns"]
        assert data["evidence"]["rows"] > 0
        assert set(data["evidence"]["test"]) == {
            *("name", "statistic", "p", "corrected_p", "correction", "tests", "effect", "effect_name"),
        }
        assert "Holm" in data["basis"]
        assert 0 <= data["confidence"] <= 1


def test_the_tests_agree_with_another_library():
    x, y = RANDOM.normal(size=200).round(1), RANDOM.normal(size=200).round(1)
    y[:100] += 0.4
    groups = RANDOM.integers(0, 4, 200)
    rho, p = stats.spearmanr(x, y)
    own = inference.spearman(inference.ranks(x), inference.ranks(y))
    assert (own.effect, own.p) == (pytest.approx(rho), pytest.approx(p))
    h, p = stats.kruskal(*(y[groups == group] for group in range(4)))
    own = inference.kruskal_wallis(inference.ranks(y), groups, 4)
    assert (own.statistic, own.p) == (pytest.approx(h), pytest.approx(p))
    u = stats.mannwhitneyu(y, x, method="asymptotic", use_continuity=False)
    assert inference.mann_whitney(x, y).p == pytest.approx(u.pvalue)
    tau = stats.kendalltau(np.arange(200), y, variant="c")
    assert inference.mann_kendall(y)[0].effect == pytest.approx(tau.statistic, abs=0.02)
    assert inference.mann_kendall(y)[1] == pytest.approx(stats.theilslopes(y).slope)


def test_holms_correction_is_that_of_its_paper():
    assert inference.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert inference.holm([]) == []


def test_confidence_falls_with_p_and_is_one_half_at_five_in_a_hundred():
    values = [inference.confidence(p) for p in (1e-300, 1e-6, 0.003, 0.05, 0.2, 1 / math.e, 1)]
    assert values == sorted(values, reverse=True)
    assert inference.confidence(0.05) == pytest.approx(0.5, abs=0.01)
    assert inference.confidence(0.003) == pytest.approx(0.9, abs=0.01)
    assert values[-2:] == [0, 0]
