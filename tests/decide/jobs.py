"""Jobs that several decision tests start from."""

from awsml.decide.decision import Grounds
from awsml.decide.training.decide import decide
from awsml.workload.training import ChannelData, TrainingWorkload

GROUNDS = Grounds("us-east-1")

# The question that was asked: a 100 GB volume, more I/O and a shorter start wanted, an
# algorithm that takes File and Pipe.
ASKED = TrainingWorkload(
    "us-east-1",
    "ml.m5.4xlarge",
    volume_gib=100,
    channels=(ChannelData("train", mode="file", reads="both", size_bytes=78e9, objects=780),),
    epochs=1,
    compute_seconds=17 * 60,
    algorithm="linear-learner",
)


def script(mode="auto", volume_gib=None, instance="ml.m5.4xlarge", data=None, **work):
    """A script of one's own over one channel."""
    channel = ChannelData("train", mode=mode, **(data or {}))
    return TrainingWorkload(
        "us-east-1", instance, volume_gib=volume_gib, channels=(channel,), **work
    )


def decided(workload):
    return decide(None, workload, GROUNDS)


def mode_advice(workload):
    return next(a for a in decided(workload).advice if a.subject == "input mode")


def rows(advice):
    return {alternative.option: alternative for alternative in advice.alternatives}
