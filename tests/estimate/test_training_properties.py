"""What must hold for every job: ranges in order, and the direction in which each input works."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml.basis import Basis, Estimate
from awsml.estimate.breakdown import Setting, breakdown, with_mode
from awsml.estimate.rates import Case
from awsml.estimate.training import mode_figures, phases
from awsml.workload.training import ChannelData, TrainingWorkload
from tests.estimate.doubles import G5, M5, P3, RATES

MODES = ("file", "fastfile", "pipe", "fsx")
PRICE = Estimate.exact(1.0, "USD/hour", Basis.LISTED)

machines = st.sampled_from([P3, G5, M5])
modes = st.sampled_from(MODES)
channels = st.builds(
    ChannelData,
    name=st.just("train"),
    size_bytes=st.floats(1e5, 1e13),
    objects=st.integers(1, 10**7),
    access=st.sampled_from(["sequential", "random"]),
    share_read=st.floats(0.01, 1.0),
    sharded=st.booleans(),
)
workloads = st.builds(
    TrainingWorkload,
    region=st.just("us-east-1"),
    instance=st.just("ml.p3.2xlarge"),
    count=st.integers(1, 16),
    volume_gib=st.integers(1, 16_384),
    channels=st.tuples(channels),
    epochs=st.floats(0.1, 300),
    samples=st.floats(1, 1e8),
    samples_per_second=st.floats(1, 1e5),
    loader_workers=st.integers(1, 64),
    distributed=st.booleans(),
)


def billed(workload, machine, case=Case.EXPECTED):
    return breakdown(workload, Setting(machine, RATES), case).billed


@given(workloads, machines, modes)
def test_every_figure_lies_within_its_own_range(workload, machine, mode):
    job, setting = with_mode(workload, mode), Setting(machine, RATES)
    figures = [
        *mode_figures(job, setting, PRICE).values(),
        *(phase.seconds for phase in phases(job, setting)),
    ]
    for figure in figures:
        assert 0 <= figure.low <= figure.expected <= figure.high


@given(workloads, machines, modes)
def test_phases_as_expected_add_up_to_what_is_billed(workload, machine, mode):
    job, setting = with_mode(workload, mode), Setting(machine, RATES)
    parts = sum(phase.seconds.expected for phase in phases(job, setting) if phase.billed)
    whole = mode_figures(job, setting, PRICE)["billed_seconds"].expected
    assert parts == pytest.approx(whole)


@given(workloads, machines, modes, st.floats(1, 100))
def test_more_bandwidth_is_never_slower(workload, machine, mode, factor):
    job = with_mode(workload, mode)
    wide = machine._replace(
        network_base=machine.network_base * factor,
        network_peak=machine.network_peak * factor,
        ebs_base=machine.ebs_base * factor,
        ebs_peak=machine.ebs_peak * factor,
    )
    assert billed(job, wide) <= billed(job, machine) * (1 + 1e-9)


@given(workloads, machines, st.floats(1, 100))
def test_a_higher_peak_alone_is_never_slower(workload, machine, factor):
    job = with_mode(workload, "fastfile")
    quick = machine._replace(network_peak=machine.network_peak * factor)
    assert billed(job, quick) <= billed(job, machine) * (1 + 1e-9)


@given(workloads, machines, modes, st.floats(1, 100))
def test_a_download_grows_with_bytes(workload, machine, mode, factor):
    job, setting = with_mode(workload, mode), Setting(machine, RATES)
    (channel,) = job.channels
    larger = replace(job, channels=(replace(channel, size_bytes=channel.size_bytes * factor),))
    assert breakdown(larger, setting).download >= breakdown(job, setting).download
    if mode != "fsx":  # more data get a larger file system, which is faster
        assert breakdown(larger, setting).billed >= breakdown(job, setting).billed * (1 - 1e-9)


@given(workloads, machines, modes, st.integers(1, 100))
def test_a_download_grows_with_objects(workload, machine, mode, factor):
    job, setting = with_mode(workload, mode), Setting(machine, RATES)
    (channel,) = job.channels
    more = replace(job, channels=(replace(channel, objects=channel.objects * factor),))
    assert breakdown(more, setting).download >= breakdown(job, setting).download
    assert breakdown(more, setting).billed >= breakdown(job, setting).billed * (1 - 1e-9)


@given(workloads, machines, st.sampled_from(list(Case)))
def test_fastfile_never_starts_later_than_file_nor_pipe_later_than_fastfile(
    workload, machine, case
):
    setting = Setting(machine, RATES)
    file, fastfile, pipe = (
        breakdown(with_mode(workload, mode), setting, case).start
        for mode in ("file", "fastfile", "pipe")
    )
    assert pipe <= fastfile <= file


@given(workloads, machines, modes)
def test_cost_is_linear_in_the_number_of_machines_where_each_does_the_same(workload, machine, mode):
    alone = replace(
        with_mode(workload, mode),
        count=1,
        distributed=False,
        channels=tuple(replace(c, sharded=False) for c in workload.channels),
    )
    setting = Setting(machine, RATES)
    one = mode_figures(alone, setting, PRICE)["usd"].expected
    four = mode_figures(replace(alone, count=4), setting, PRICE)["usd"].expected
    assert four == pytest.approx(4 * one)


@given(workloads, machines, modes)
def test_an_unknown_size_is_unknown_and_says_what_is_missing(workload, machine, mode):
    (channel,) = workload.channels
    blank = replace(workload, channels=(replace(channel, size_bytes=None, objects=None),))
    figures = mode_figures(with_mode(blank, mode), Setting(machine, RATES), PRICE)
    assert figures["billed_seconds"].expected is None
    assert figures["usd"].expected is None
    assert "inputs.train.data.size" in figures["billed_seconds"].missing
    assert (figures["download_seconds"].expected is None) == (mode in ("file", "fastfile"))


def test_without_a_machine_every_figure_asks_for_the_instance():
    job = TrainingWorkload("us-east-1", None, channels=(ChannelData("train", size_bytes=1e9),))
    for phase in phases(job, None):
        assert phase.seconds.expected is None
        assert "compute.instance" in phase.seconds.missing


def test_an_unknown_number_of_objects_widens_the_range_and_is_named():
    job = TrainingWorkload(
        "us-east-1",
        "ml.p3.2xlarge",
        volume_gib=500,
        channels=(ChannelData("train", mode="file", size_bytes=54e9),),
        compute_seconds=600,
    )
    unsure = mode_figures(job, Setting(P3, RATES), PRICE)["download_seconds"]
    (channel,) = job.channels
    known = replace(job, channels=(replace(channel, objects=540),))
    sure = mode_figures(known, Setting(P3, RATES), PRICE)["download_seconds"]
    assert unsure.missing == ("inputs.train.data.objects",)
    assert sure.missing == ()
    assert unsure.high - unsure.low > sure.high - sure.low
