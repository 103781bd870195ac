"""The phases around the work: what the image, the model and the number of objects make of them."""

from dataclasses import replace

import pytest

from awsml.basis import Basis, Estimate
from awsml.decide.decision import Grounds
from awsml.decide.training.evidence import evidence_of
from awsml.estimate.training import billed_seconds, phases
from awsml.workload.training import ChannelData, TrainingWorkload

GROUNDS = Grounds("us-east-1")
TINY = ChannelData("train", mode="file", size_bytes=2e5, objects=1)
ECR = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
DLC = "763104351884.dkr.ecr.us-east-1.amazonaws.com"


def job(instance="ml.c5.xlarge", channel=TINY, **work):
    return TrainingWorkload(
        "us-east-1", instance, channels=(channel,), **{"compute_seconds": 10, **work}
    )


def phase(name, workload, grounds=GROUNDS):
    evidence = evidence_of(workload, grounds)
    found = phases(evidence.workload, evidence.setting)
    return next(each.seconds for each in found if each.name == name)


def billed(workload):
    evidence = evidence_of(workload, GROUNDS)
    return billed_seconds(evidence.workload, evidence.setting)


class TestImage:
    @pytest.mark.parametrize(
        "named",
        [
            {"image": "xgboost"},
            {"image": "sklearn"},
            {"image": f"{ECR}/sagemaker-xgboost:3.0-5"},
            {"image": f"{ECR}/sagemaker-scikit-learn:1.4-2-cpu-py3"},
        ],
    )
    def test_the_same_small_image_takes_as_long_however_it_is_named(self, named):
        wanted = job(algorithm="xgboost")
        for name in ("image", "init", "epochs", "upload"):
            assert phase(name, job(**named)) == phase(name, wanted)

    def test_published_bills_of_small_jobs_lie_in_the_range(self):
        """Logs of scikit-learn and XGBoost in public notebooks: 44 to 105 s billed."""
        found = billed(job(image="sklearn", compute_seconds=3))
        assert found.low <= 44 and found.high >= 105
        assert 44 < found.expected < 105

    def test_deep_learning_is_large_and_an_own_image_may_be_either(self):
        large = phase("image", job(image="pytorch"))
        assert phase("image", job(image=f"{DLC}/pytorch-training:2.10-cpu-py313")) == large
        own = phase("image", job(image="111122223333.dkr.ecr.us-east-1.amazonaws.com/xgboost:1"))
        assert own.expected == large.expected
        assert own.low == phase("image", job(image="sklearn")).low

    def test_only_classical_learning_starts_lightly(self):
        """AWS's blog has 90 s from the machine to a built-in algorithm reading its pipe."""
        assert phase("init", job(algorithm="kmeans")) == phase("init", job(image="pytorch"))
        on_gpu = job("ml.g5.xlarge", algorithm="xgboost")
        assert phase("init", on_gpu) == phase("init", job(image="pytorch"))


def test_starting_spans_what_logs_show_and_is_no_measurement_of_this_job():
    found = phase("provision", job())
    assert found.low == 39 and found.high == 206
    assert found.basis is Basis.ESTIMATED


class TestUpload:
    def test_an_unstated_model_of_deep_learning_may_take_minutes(self):
        found = phase("upload", job(image="pytorch"))
        assert found.expected < 10 and found.high == 317
        assert found.missing == ("workload.model_size",)

    def test_a_stated_size_is_packed_and_sent(self):
        small, large = (phase("upload", job(image="pytorch", model_bytes=b)) for b in (1e6, 9e9))
        assert small.high < 30 and not small.missing
        assert large.low <= 317 <= large.high

    def test_a_measured_upload_counts_its_model_already(self):
        took = Estimate(50, 60, 70, "s", Basis.MEASURED)
        grounds = replace(GROUNDS, measured={"upload_seconds": took})
        found = phase("upload", job(image="pytorch", model_bytes=9e9), grounds)
        assert (found.low, found.expected, found.high) == (50, 60, 70)


class TestObjects:
    def copy(self, objects, size=1e12, instance="ml.p4d.24xlarge"):
        return phase("download", job(instance, ChannelData("t", "file", "files", size, objects)))

    def test_few_objects_cannot_fill_a_fast_network(self):
        few, many = self.copy(2), self.copy(10_000)
        assert few.expected > 5 * many.expected
        assert few.expected / 3600 == pytest.approx(1e12 / 130e6 / 3600, rel=0.05)

    def test_the_range_allows_for_agents_that_fetch_one_object_in_parts(self):
        assert self.copy(2).low < self.copy(2).expected / 4

    def test_more_objects_are_no_slower_until_their_number_itself_costs(self):
        times = [self.copy(count).expected for count in (1, 2, 4, 8, 16, 32)]
        assert times == sorted(times, reverse=True)

    def test_a_slow_volume_is_filled_by_a_few(self):
        slow = [self.copy(n, 5e10, "ml.p3.2xlarge").expected for n in (5, 10)]
        assert slow[0] == pytest.approx(slow[1], rel=0.01)

    def test_the_copy_rests_on_what_bounds_it(self):
        bases = [self.copy(n, 5e10, "ml.m5.4xlarge").basis for n in (2, 500)]
        assert bases == [Basis.ESTIMATED, Basis.MEASURED]
        assert phase("download", job()).basis is Basis.MEASURED  # a second of it at most
