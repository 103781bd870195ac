"""Limits shorter than the work, and disks smaller than the copy: each is a finding."""

from dataclasses import replace

import pytest

from awsml.decide.decision import Grounds
from awsml.decide.tuning.decide import decide as decide_search
from awsml.workload.training import ChannelData, SpotTerms
from awsml.workload.tuning import SearchedJob, SearchRange, TuningWorkload
from tests.decide.jobs import ASKED, decided, mode_advice, rows, script

MINUTE, HOUR = 60, 3600


def found(workload, slug):
    return [each for each in decided(workload).findings if each.slug == slug]


def test_a_limit_below_the_work_is_found_and_the_bill_says_that_it_stops_there():
    decision = decided(replace(ASKED, runtime_limit_seconds=10 * MINUTE))
    (one,) = [f for f in decision.findings if f.slug == "limit-below-work"]
    assert one.field == "limits.runtime" and "even at best" in one.message
    assert "stops it at 10m" in one.message
    assert decision.cost.lines[0].what.endswith("stopped at the limit")
    assert decision.cost.usd.expected == pytest.approx(decision.cost.ceiling, rel=1e-4)


def test_a_limit_within_the_range_is_called_probable():
    billed = decided(ASKED).time.by_input_mode["file"]["billed_seconds"]
    (one,) = found(replace(ASKED, runtime_limit_seconds=billed.expected - 1), "limit-below-work")
    assert "probably takes" in one.message


@pytest.mark.parametrize(
    "workload",
    [
        replace(ASKED, runtime_limit_seconds=2 * HOUR),
        replace(ASKED, compute_seconds=None, runtime_limit_seconds=MINUTE),
        replace(ASKED, instance="ml.new9.large", runtime_limit_seconds=MINUTE),
    ],
    ids=["enough", "unknown work", "unknown machine"],
)
def test_what_is_enough_or_unknown_is_no_finding(workload):
    assert not found(workload, "limit-below-work")


def test_on_spot_what_interruptions_repeat_counts():
    job = script(compute_seconds=20 * HOUR, data={"size_bytes": 1e9, "objects": 10})
    kept = SpotTerms(checkpoints=True, checkpoint_every_seconds=600)
    limit = 21 * HOUR
    assert not found(replace(job, runtime_limit_seconds=limit), "limit-below-work")
    assert found(replace(job, spot=kept, runtime_limit_seconds=limit), "limit-below-work")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"volume_gib": 50}, "compute.volume"),
        ({"volume_gib": None, "instance": "ml.g4dn.xlarge"}, "compute.instance"),
    ],
)
def test_a_copy_that_does_not_fit_is_found(changes, field):
    data = replace(ASKED.channels[0], size_bytes=780e9)
    (one,) = found(replace(ASKED, channels=(data,), **changes), "copy-exceeds-disk")
    assert one.field == field and "fastfile or pipe" in one.hint


def test_channels_have_to_fit_together_and_sharded_ones_by_their_part():
    half = replace(ASKED.channels[0], size_bytes=70e9)
    both = replace(ASKED, channels=(half, replace(half, name="validation")))
    assert not found(replace(ASKED, channels=(half,)), "copy-exceeds-disk")
    assert found(both, "copy-exceeds-disk")
    parts = tuple(replace(each, sharded=True) for each in both.channels)
    assert not found(replace(both, channels=parts, count=2), "copy-exceeds-disk")


def test_streams_and_volumes_left_open_need_no_room():
    piped = replace(ASKED.channels[0], mode="pipe", size_bytes=5e12)
    assert not found(replace(ASKED, channels=(piped,)), "copy-exceeds-disk")
    copied = replace(piped, mode="file")
    assert not found(replace(ASKED, channels=(copied,), volume_gib=None), "copy-exceeds-disk")


IMAGES = ChannelData(
    "train", reads="both", size_bytes=5e12, objects=40_000, content="application/x-image"
)


def test_auto_is_no_pipe_where_the_algorithm_reads_the_content_from_files():
    job = replace(ASKED, algorithm="object-detection", instance="ml.p3.2xlarge", volume_gib=None)
    chosen = decided(replace(job, channels=(IMAGES,))).choices["inputs.train.mode"]
    assert chosen.value != "pipe"
    records = replace(IMAGES, content="application/x-recordio")
    assert decided(replace(job, channels=(records,))).choices["inputs.train.mode"].value == "pipe"


def test_a_volume_that_holds_the_data_is_among_those_offered():
    job = replace(ASKED, channels=(replace(ASKED.channels[0], size_bytes=5e12),))
    volumes = {n: r.verdict for n, r in rows(mode_advice(job)).items() if "volume" in n}
    assert volumes and "impossible" not in volumes.values()


def test_packing_is_not_advised_where_it_gains_nothing():
    tiny = replace(ASKED.channels[0], size_bytes=48e9, objects=1_200_000)
    subjects = {
        mode: [a.subject for a in decided(with_mode(tiny, mode)).advice]
        for mode in ("pipe", "fastfile")
    }
    assert "small files" in subjects["fastfile"]
    streamed = decided(with_mode(tiny, "pipe")).advice
    assert all(a.saves_seconds.expected > 0 for a in streamed if a.subject == "small files")


def with_mode(channel, mode):
    return replace(ASKED, channels=(replace(channel, mode=mode),))


def search(trial, **terms):
    ranges = (SearchRange("rate", "log", 1e-5, 0.1),)
    work = TuningWorkload((SearchedJob(trial, ranges),), "bayesian", 80, **terms)
    return decide_search(None, work, Grounds("us-east-1"))


def test_trials_and_the_whole_search_have_limits_too():
    short = replace(ASKED, runtime_limit_seconds=10 * MINUTE)
    (trial,) = [f for f in search(short).findings if f.slug == "limit-below-work"]
    assert trial.field == "training.limits.runtime" and trial.message.startswith("a trial")
    whole = search(replace(ASKED, runtime_limit_seconds=2 * HOUR), runtime_limit_seconds=5 * HOUR)
    (one,) = [f for f in whole.findings if f.slug == "limit-below-work"]
    assert one.field == "budget.runtime" and "the search of 80 trials" in one.message
