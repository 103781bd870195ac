"""Whatever the job, `auto` takes what the script can read, and the advice is in order."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from awsml.decide.decision import Grounds
from awsml.decide.training.barriers import S3_MODES, barrier
from awsml.decide.training.decide import decide
from awsml.decide.training.evidence import evidence_of
from awsml.workload.training import ChannelData, SpotTerms, TrainingWorkload

sizes = st.one_of(st.none(), st.floats(0, 1e14))
counts = st.one_of(st.none(), st.integers(0, 10**8))
channels = st.builds(
    ChannelData,
    name=st.just("train"),
    mode=st.sampled_from(["auto", "file", "fastfile", "pipe"]),
    reads=st.sampled_from(["files", "stream", "both"]),
    size_bytes=sizes,
    objects=counts,
    access=st.sampled_from(["sequential", "random"]),
    sharded=st.booleans(),
    compressed=st.booleans(),
    wrapped=st.booleans(),
    file_system=st.sampled_from([None, None, None, "fsx", "efs"]),
    manifest=st.booleans(),
    augmented=st.booleans(),
)
workloads = st.builds(
    TrainingWorkload,
    region=st.sampled_from(["us-east-1", "ap-northeast-2", None]),
    instance=st.sampled_from(["ml.m5.4xlarge", "ml.g5.2xlarge", "ml.p4d.24xlarge", "ml.x.y", None]),
    count=st.integers(1, 32),
    volume_gib=st.one_of(st.none(), st.integers(1, 16_384)),
    channels=st.lists(channels, max_size=2).map(tuple),
    epochs=st.one_of(st.none(), st.floats(0.01, 500)),
    samples=st.one_of(st.none(), st.floats(0, 1e9)),
    samples_per_second=st.one_of(st.none(), st.floats(0.01, 1e6)),
    compute_seconds=st.one_of(st.none(), st.floats(0, 1e7)),
    megapixels_per_sample=st.one_of(st.none(), st.floats(0.01, 100)),
    algorithm=st.sampled_from([None, None, "linear-learner", "object2vec", "image-classification"]),
    image=st.sampled_from([None, "pytorch", "sklearn"]),
    spot=st.one_of(st.none(), st.builds(SpotTerms, checkpoints=st.booleans())),
)


def named(workload):
    """Channels of one job have names of their own."""
    numbered = (replace(c, name=f"c{index}") for index, c in enumerate(workload.channels))
    return replace(workload, channels=tuple(numbered))


@settings(max_examples=50)
@given(workloads.map(named))
def test_auto_takes_a_mode_that_nothing_stands_against(workload):
    grounds = Grounds("us-east-1")
    decision = decide(None, workload, grounds)
    evidence = evidence_of(workload, grounds)
    if evidence.setting is None and (choice := decision.choices.get("compute.instance")):
        evidence = evidence.on(choice.value)
    for channel in workload.channels:
        if channel.mode != "auto" or channel.file_system:
            continue
        able = [mode for mode in S3_MODES if barrier(channel, mode, evidence) is None]
        assert not able or decision.choices[f"inputs.{channel.name}.mode"].value in able


@settings(max_examples=40)
@given(workloads.map(named))
def test_every_advice_is_in_order_and_prints(workload):
    decision = decide(None, workload, Grounds(workload.region))
    for advice in decision.advice:
        advice.as_json()
        chosen = [row for row in advice.alternatives if row.verdict == "chosen"]
        assert len(chosen) <= 1
        for estimate in (advice.saves_usd, advice.saves_seconds):
            if estimate.expected is None:
                assert estimate.missing
            else:
                assert estimate.low <= estimate.expected <= estimate.high
    for figures in decision.time.by_input_mode.values():
        for figure in figures.values():
            assert figure.expected is not None or figure.missing
