"""A few tries of the campaign every day, so that it stays fit; all of it is by command."""

from __future__ import annotations

import json

from tests.campaign import aws_world, clocks, kills_aws, kills_here
from tests.campaign.driver import Strike, bench
from tests.campaign.figures import figure
from tests.campaign.page import Part, page
from tests.campaign.projects import TRAIN


def test_a_sample_of_the_tries_ends_well() -> None:
    """In one test, because a victim has to import all of awsml first."""
    killed = Strike("supervisor", 60, "both")
    unanswered = Strike("viewer", 42)
    jumped = Strike("supervisor", 70, "jump", -108_000.0)
    with bench(1) as victims:
        mine = victims.one
        assert mine(lambda one: kills_here.tried(victims, one, TRAIN, killed)) == []
        assert mine(lambda one: kills_aws.tried(victims, one, aws_world.STEPS, unanswered)) == []
        assert mine(lambda one: clocks.tried(victims, one, TRAIN, jumped)) == []


def test_steps_are_chosen_evenly_over_both_processes() -> None:
    chosen = kills_here.strikes({"viewer": 20, "supervisor": 100}, 12)
    assert [one.at for one in chosen if one.role == "viewer"] == [6, 16]
    places = [one.at for one in chosen if one.role == "supervisor"]
    assert len(places) == 10
    assert all(10 * n < at <= 10 * (n + 1) for n, at in enumerate(places))
    assert {one.how for one in chosen} == {"kill", "both"}


def test_a_failure_stands_on_the_page() -> None:
    good, bad = figure("kills", "all", [[], []]), figure("faults", "all", [[], ["step 3", "lost"]])
    parts = [Part("Here", "2026-11-21", [good]), Part("There", "2026-11-21", [bad])]
    text = page([Part.from_json(json.loads(json.dumps(part.as_json()))) for part in parts])
    assert "4 tries, 1 failure." in text
    assert "| kills | 2 | 0 | all |" in text
    assert "- faults: step 3; lost" in text
