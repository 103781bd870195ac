"""A measured rate replaces a constant only where backend, instance, image and data agree."""

from dataclasses import replace

import pytest

from awsml.basis import Basis
from awsml.decide.decision import Grounds
from awsml.decide.training.decide import decide
from awsml.estimate.measured import Conditions, PastRun, billed_elsewhere, measured_rates
from tests.decide.jobs import ASKED

HERE = Conditions("aws", "ml.m5.4xlarge", "linear-learner:1", "s3://acme/clicks/ 78e9 780")
RUN = PastRun(HERE, "file", {"Starting": 90.0, "Downloading": 500.0, "Uploading": 4.0})


def planned(measured):
    return decide(None, ASKED, Grounds("us-east-1", measured=measured))


def test_the_same_job_again_rests_on_what_was_measured():
    again = replace(RUN, phases={"Starting": 110.0, "Downloading": 520.0})
    decision = planned(measured_rates(HERE, [RUN, again]))
    phases = {phase.name: phase.seconds for phase in decision.time.phases}
    assert phases["provision"].expected == 100.0
    assert (phases["download"].low, phases["download"].high) == (500.0, 520.0)
    assert phases["download"].basis is Basis.MEASURED


@pytest.mark.parametrize(
    "other",
    [
        {"backend": "local"},
        {"instance": "ml.m5.2xlarge"},
        {"image": "linear-learner:2"},
        {"data": "s3://acme/clicks/ 79e9 780"},
    ],
)
def test_a_run_that_differs_in_one_thing_says_nothing(other):
    assert measured_rates(HERE._replace(**other), [RUN]) == {}


def test_data_that_cannot_be_identified_match_nothing():
    blank = HERE._replace(data=None)
    assert measured_rates(blank, [replace(RUN, conditions=blank)]) == {}


def test_a_copy_measures_copies_and_not_streams():
    before, after = planned({}), planned(measured_rates(HERE, [RUN]))
    for mode in ("fastfile", "pipe"):
        assert (
            before.time.by_input_mode[mode]["download_seconds"]
            == after.time.by_input_mode[mode]["download_seconds"]
        )
    assert after.time.by_input_mode["file"]["download_seconds"].expected == 500.0


def test_a_measured_rate_of_samples_fills_a_gap_but_never_overrides_the_scenario():
    rate = measured_rates(HERE, [replace(RUN, samples_per_second=1000.0)])
    open_job = replace(ASKED, compute_seconds=None, samples=1e6)
    grounds = Grounds("us-east-1", measured=rate)
    epochs = {p.name: p.seconds for p in decide(None, open_job, grounds).time.phases}["epochs"]
    assert epochs.expected == pytest.approx(1000, rel=0.05)
    stated = replace(open_job, samples_per_second=500.0)
    epochs = {p.name: p.seconds for p in decide(None, stated, grounds).time.phases}["epochs"]
    assert epochs.expected == pytest.approx(2000, rel=0.05)


def test_the_same_job_on_another_type_is_known_by_its_bill():
    there = HERE._replace(instance="ml.c5.9xlarge")
    run = PastRun(there, "file", {"Starting": 90.0, "Downloading": 500.0, "Training": 600.0})
    assert billed_elsewhere(HERE, [run])["ml.c5.9xlarge"].expected == 1100.0
    assert billed_elsewhere(HERE, [RUN]) == {}
    assert billed_elsewhere(HERE._replace(data="other"), [run]) == {}
