"""CloudWatch is asked for every host, at a step that it still keeps."""

import json
from datetime import UTC, datetime

import botocore.session
import pytest
from botocore.validate import ParamValidator

from awsml.aws.endpoints import endpoint_metrics
from awsml.aws.utilisation import utilisation_data
from awsml.readers.metric_files import read_metrics

DAY = 86_400.0
NOW = 1_800_000_000.0


class FakeAws:
    """Answers one page of two points for the first query."""

    def __init__(self):
        self.params = None
        self.queries = 0

    def pages(self, service, operation, params, key):
        assert (service, operation, key) == ("cloudwatch", "GetMetricData", "MetricDataResults")
        self.params = params
        self.queries += len(params["MetricDataQueries"])
        assert len(params["MetricDataQueries"]) <= 500  # CloudWatch takes no more
        times = [datetime.fromtimestamp(NOW - 120 + 60 * index, UTC) for index in range(2)]
        for query in params["MetricDataQueries"]:
            gpu = query["MetricStat"]["Metric"]["MetricName"] == "GPUUtilization"
            values = [180.0, 20.0] if gpu else []
            yield {"Id": query["Id"], "Timestamps": times[: len(values)], "Values": values}


def asked(age_days, count=1):
    aws = FakeAws()
    started = NOW - age_days * DAY
    answer = utilisation_data(aws, "job-1", count, started, started + 3600, NOW)
    return aws.params, answer


def test_the_request_is_one_that_the_api_takes():
    params, _ = asked(1)
    model = botocore.session.get_session().get_service_model("cloudwatch")
    shape = model.operation_model("GetMetricData").input_shape
    assert not ParamValidator().validate(params, shape).has_errors()


@pytest.mark.parametrize(("age", "period"), [(1, 60), (20, 300), (100, 3600)])
def test_older_jobs_are_asked_for_in_coarser_steps(age, period):
    params, _ = asked(age)
    assert {q["MetricStat"]["Period"] for q in params["MetricDataQueries"]} == {period}


def test_every_host_of_the_job_is_asked_for():
    params, _ = asked(1, count=2)
    hosts = {
        q["MetricStat"]["Metric"]["Dimensions"][0]["Value"] for q in params["MetricDataQueries"]
    }
    assert hosts == {"job-1/algo-1", "job-1/algo-2"}


def test_many_hosts_are_asked_for_in_several_requests():
    aws = FakeAws()
    utilisation_data(aws, "job-1", 120, NOW - DAY, NOW, NOW)
    assert aws.queries == 120 * 5


@pytest.mark.parametrize(("age", "period"), [(1, 60), (20, 300), (100, 3600)])
def test_older_endpoints_are_asked_for_in_coarser_steps(age, period):
    started = NOW - age * DAY
    assert endpoint_metrics(FakeAws(), "e", "all", started, NOW, NOW)["period"] == period


def test_the_answer_reads_as_a_saved_one_does():
    _, answer = asked(1)
    found = read_metrics(json.dumps(answer), "cloudwatch", cores=8, gpus=4)
    assert found.series == {"gpu": [0.45, 0.05]}
