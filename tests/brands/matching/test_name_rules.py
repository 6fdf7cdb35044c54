"""Rules of ambiguous names: how they are written, what they let through, and which one is proposed."""

import json
from pathlib import Path

import pytest

from brands.matching import AnswerText, Entity, NameRule
from brands.matching.ambiguity import ambiguities, hit_rate
from brands.matching.name_rule import check_rules, kept_rule, parse_rule, rule_line, rule_of
from tests.brands.matching.entities import entities

AMBIGUITY = Path(__file__).parents[4] / "shared" / "ambiguity-dev.jsonl"
LINE = "Visible: case-sensitive, exact, with: carrier | phone plan, without: light"
RULED = [
    ("Visible: case-sensitive", "Visible is cheap, VISIBLE and visible are not", ["Visible"]),
    ("iFone: case-sensitive", "iFone, not IFONE or Ifone", ["iFone"]),
    ("sharp: case-sensitive", "sharp makes screens, Sharp does not", ["sharp"]),
    ("Verdano: exact", "Verdano, Verdanos, Verdano's, Verda-no", ["Verdano", "Verdano"]),
    ("Red Oxen: exact", "Red Oxen, RedOxen, red-oxen", ["Red Oxen"]),
    ("Target: with: shop | retailer", "Target is open.", []),
    ("Target: with: shop | retailer", "Of the shops, Target is open.", ["Target"]),
    ("Target: with: shop", "A workshop at Target.", []),
    ("Target: without: audience", "Target the audience. Target sells shirts.", ["Target"]),
    ("Target: without: Target group", "A Target group. Target sells.", ["Target"]),
    ("Лента: case-sensitive", "в Ленте, в ленте", ["Ленте"]),
    ("花: exact", "花は花", ["花", "花"]),
]


@pytest.mark.parametrize(("line", "text", "found"), RULED)
def test_a_name_counts_only_where_its_rule_lets_it(line: str, text: str, found: list[str]) -> None:
    rule = parse_rule(line)
    entity = Entity("e", rule.name, "brand", rules=(rule,))
    mentions = AnswerText(text).mentions([entity])
    assert [mention.text for mention in mentions] == found
    assert all(mention.rule == rule for mention in mentions)


def test_a_rule_is_for_its_name_and_for_no_other() -> None:
    entity = Entity("e", "Verdano", "brand", ("Target",), rules=(NameRule("target", required=("shop",)),))
    assert [mention.text for mention in AnswerText("Verdano, Target").mentions([entity])] == ["Verdano"]


def test_a_rule_reads_as_it_is_written() -> None:
    rule = parse_rule(LINE)
    assert rule == NameRule("Visible", True, True, ("carrier", "phone plan"), ("light",))
    assert rule_line(rule) == LINE
    assert rule_of(kept_rule(rule)) == rule
    assert kept_rule(parse_rule("A: exact")) == {"name": "A", "exact": True}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Visible", "is not a rule"),
        ("Visible: loud", "is no condition"),
        ("Visible: with:", "is no condition"),
        (": exact", "is not a rule"),
        ("Visible: ", "asks for nothing"),
    ],
)
def test_a_line_that_is_no_rule_is_refused_in_a_sentence(line: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_rule(line)


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ("x", "one rule a line"),
        ([{"name": "A", "exact": True}, {"name": "a", "exact": True}], "two rules"),
        ([{"exact": True}], "names the name"),
        ([{"name": "A", "exact": 1}], "true or false"),
        ([{"name": "A", "required": [""]}], "list of words"),
        ([{"name": "A", "required": ["x"] * 51}], "at most 50"),
        ([{"name": "A", "regex": ".*"}], "has no “regex”"),
    ],
)
def test_what_is_kept_is_checked(kept: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_rules(kept)


def test_ordinary_short_and_contained_names_are_ambiguous() -> None:
    brand, other = entities("Visible=Verdano|HP|Alba", "Alba Nova")
    found = {each.name: each for each in ambiguities(brand, [brand, other], ["Verdano Sud", "Alba Nova"])}
    assert found["Visible"].reasons == ("It is an ordinary word.",)
    assert found["Visible"].proposed == NameRule("Visible", case_sensitive=True)
    assert found["HP"].proposed == NameRule("HP", case_sensitive=True, exact=True)
    assert found["Alba"].reasons == ("It is a part of “Alba Nova”.",)
    assert found["Alba"].proposed.excluded == ()  # it is tracked: the longer name goes first
    assert found["Verdano"].proposed.excluded == ("Verdano Sud",)


def test_a_clear_name_and_one_with_a_rule_are_not_ambiguous() -> None:
    assert ambiguities(*entities("Verdano")) == []
    assert ambiguities(Entity("e", "Visible", "brand", rules=(NameRule("VISIBLE", exact=True),))) == []


def test_the_rate_of_false_hits_is_over_the_places_in_stored_answers() -> None:
    texts = ["A visible gap. Visible is cheap.", "Nothing.", "Clearly visible."]
    found = hit_rate("Visible", NameRule("Visible", case_sensitive=True), texts)
    assert (found.answers, found.places, found.left_out) == (2, 3, 2)
    assert hit_rate("Visible", NameRule("Visible", exact=True), []).rate is None


@pytest.mark.parametrize("path", [AMBIGUITY] if AMBIGUITY.exists() else [])
def test_the_proposed_rules_tell_brands_from_words_in_real_sentences(path: Path) -> None:
    hits = {True: [0, 0], False: [0, 0]}
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        name = Entity("b", row["brand"], "brand")
        ruled = Entity("b", row["brand"], "brand", rules=tuple(each.proposed for each in ambiguities(name)))
        found = AnswerText(row["text"]).mentions([ruled])
        hits[row["is_brand"]][0] += any(each.start < row["end"] and row["start"] < each.end for each in found)
        hits[row["is_brand"]][1] += 1
    assert hits[True][0] / hits[True][1] >= 0.95
    assert hits[False][0] / hits[False][1] <= 0.02
