"""Findings in the formats of other tools, read by readers that know those formats."""

import json
from pathlib import Path

import pytest
from junitparser import JUnitXml

from awsml.finding import Finding, Level, Place, Related
from awsml.render.annotations import annotation_lines
from awsml.render.junit import junit
from awsml.render.sarif import fingerprint, sarif

FOUND = [
    Finding(
        "log-scale-range",
        Level.ERROR,
        "`lr` <starts> & at 0",
        "set it: above 0, say",
        place=Place("a b/t.yaml", 14, 9, 14, 12),
        related=(Related("here", Place("a b/t.yaml", 3, 1, 3, 4)),),
    ),
    Finding(
        "old-generation",
        Level.ADVICE,
        "older\x00 type\n100% sure",
        place=Place("a b/t.yaml", 2, 3, 5, 1),
    ),
]


def line(place: Place) -> str:
    return f"  line {place.line} of it"


def test_sarif_has_regions_help_and_stable_fingerprints() -> None:
    run = sarif(FOUND, line)["runs"][0]
    first, second = run["results"]
    location = first["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "a%20b/t.yaml"
    assert location["region"] == {"startLine": 14, "startColumn": 9, "endLine": 14, "endColumn": 12}
    assert (first["level"], second["level"]) == ("error", "note")
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "log-scale-range"
    assert run["tool"]["driver"]["rules"][0]["helpUri"].startswith("https://")
    assert first["relatedLocations"][0]["message"]["text"] == "here"


def test_a_fingerprint_survives_lines_added_above() -> None:
    moved = Finding("log-scale-range", Level.ERROR, "x", place=Place("t.yaml", 20, 9, 20, 12))
    stayed = Finding("log-scale-range", Level.ERROR, "x", place=Place("t.yaml", 14, 9, 14, 12))
    assert fingerprint(moved, lambda _: "low: 0") == fingerprint(stayed, lambda _: "  low: 0")
    assert fingerprint(moved, lambda _: "low: 0") != fingerprint(moved, lambda _: "low: 1")


def test_junit_shows_what_passed_and_what_failed(tmp_path: Path) -> None:
    path = tmp_path / "out.xml"
    path.write_text(
        junit(FOUND, {"a b/t.yaml": ("log-scale-range", "range-order")}), encoding="utf-8"
    )
    (suite,) = list(JUnitXml.fromfile(str(path)))
    assert (suite.name, suite.tests, suite.failures) == ("a b/t.yaml", 3, 1)
    by_name = {case.name: case for case in suite}
    assert by_name["range-order"].is_passed
    assert not by_name["log-scale-range"].is_passed
    assert by_name["old-generation"].is_passed
    assert "`lr` <starts> & at 0" in by_name["log-scale-range"].result[0].text


@pytest.mark.parametrize("level", [None, Level.ADVICE])
def test_junit_fails_at_the_level_asked_for(level: Level | None, tmp_path: Path) -> None:
    path = tmp_path / "out.xml"
    path.write_text(junit(FOUND, {}, (), level), encoding="utf-8")
    (suite,) = list(JUnitXml.fromfile(str(path)))
    assert suite.failures == (0 if level is None else 2)


def test_annotations_are_escaped_and_worst_first() -> None:
    first, second = annotation_lines(list(reversed(FOUND))).splitlines()
    assert first.startswith("::error file=a b/t.yaml,line=14,col=9,endLine=14,endColumn=12,")
    assert first.endswith("title=log-scale-range::`lr` <starts> & at 0%0Aset it: above 0, say")
    assert second.startswith("::notice file=a b/t.yaml,line=2,col=3,title=old-generation::")
    assert "%0A100%25 sure" in second


def test_sarif_is_json_of_version_2_1_0() -> None:
    assert json.loads(json.dumps(sarif(FOUND, line)))["version"] == "2.1.0"
