"""From utilisation to a verdict and a fix with its price."""

import re
from dataclasses import replace

from awsml.decide.training.diagnosis import explain_utilisation
from awsml.readers.metric_files import read_metrics
from tests.decide.jobs import GROUNDS, script

JOB = replace(
    script(
        mode="fastfile",
        instance="ml.g5.2xlarge",
        data={"size_bytes": 54e9, "objects": 500},
    ),
    epochs=10,
    samples=1.2e6,
    samples_per_second=900,
    loader_workers=8,
)
IMAGES = replace(JOB, channels=(replace(JOB.channels[0], objects=1_200_000),))


def explained(text, job=JOB):
    return explain_utilisation(job, GROUNDS, read_metrics(text, "metrics.csv", cores=8, gpus=1))


def columns(**percents):
    names = ",".join(percents)
    return f"{names}\n" + (",".join(str(each) for each in percents.values()) + "\n") * 5


def test_a_starved_gpu_gets_the_feed_that_suits_it_with_its_saving():
    found = explained(columns(cpu=30, gpu=20, io_wait=65, network=10, gpu_memory=80), IMAGES)
    assert found.diagnosis.verdict == "io"
    subjects = {each.subject: each for each in found.advice}
    assert subjects["small files"].saves_usd.expected > 1
    assert subjects["input mode"].recommend == "read with file"


def test_waiting_for_data_is_predicted_where_no_metric_tells():
    found = explained(columns(cpu=30, gpu=20, gpu_memory=80, network=10), IMAGES)
    assert found.diagnosis.verdict == "io"
    assert "data wait" in found.diagnosis.because


def test_full_processors_get_more_of_them_only_where_that_pays():
    found = explained(columns(cpu=92, gpu=30, network=10))
    assert found.diagnosis.verdict == "cpu"
    (advice,) = found.advice
    (row,) = advice.alternatives
    assert row.option == "ml.g5.4xlarge"
    # Twice the cores for 1.34 times the price.
    assert row.verdict == "better"
    assert advice.saves_usd.low < 0 < advice.saves_usd.high


def test_a_small_batch_is_told_how_far_memory_goes():
    found = explained(columns(cpu=40, gpu=45, gpu_memory=30, io_wait=5, network=5))
    assert found.diagnosis.verdict == "batch-size"
    assert "3.0 times" in found.advice[0].recommend


def test_a_busy_gpu_is_no_fault():
    found = explained(columns(cpu=40, gpu=92, io_wait=5, network=5))
    assert found.diagnosis.verdict == "gpu"
    assert found.advice[0].saves_usd.expected is None


def test_each_fix_says_what_the_idle_gpu_costs():
    found = explained(columns(cpu=40, gpu=45, gpu_memory=30, io_wait=5, network=5))
    assert re.search(r"\$0\.83 of each \$1\.5", found.advice[0].because)


def test_too_little_is_said_to_be_too_little():
    found = explained(columns(gpu=50))
    assert found.diagnosis.verdict is None
    assert found.advice == ()
    assert found.diagnosis.skipped
