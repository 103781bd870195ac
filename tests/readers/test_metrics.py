"""Utilisation from files: sums, gaps, and values that cannot be."""

import json

import pytest

from awsml.errors import UsageError
from awsml.readers.metric_files import read_metrics


def read(text, cores=8, gpus=4):
    return read_metrics(text, "metrics.csv", cores, gpus)


def test_cloudwatch_sums_are_divided_by_cores_and_gpus():
    found = read("timestamp,CPUUtilization,GPUUtilization\n1,400,180\n2,400,180\n")
    assert found.series["cpu"] == [0.5, 0.5]
    assert found.series["gpu"] == [0.45, 0.45]
    assert found.problems == ()


def test_a_column_in_our_own_words_is_a_share_of_one_device():
    found = read("time,cpu,gpu\n1,50,45%\n2,60,55%\n")
    assert found.series == {"cpu": [0.5, 0.6], "gpu": [0.45, 0.55]}


def test_our_own_word_with_more_than_a_hundred_percent_is_taken_for_a_sum():
    assert read("gpu\n180\n60\n").series["gpu"] == [0.45, 0.15]


def test_rows_may_name_the_metric():
    text = "Timestamp,MetricName,Value\n2,GPUUtilization,200\n1,GPUUtilization,100\n"
    assert read(text).series["gpu"] == [0.25, 0.5]  # in order of time


def test_get_metric_data_is_read_as_it_was_saved():
    saved = {
        "MetricDataResults": [
            {
                "Id": "m1",
                "Label": "job/algo-1 GPUUtilization",
                "Timestamps": ["2026-01-01T00:01:00Z", "2026-01-01T00:00:00Z"],
                "Values": [300.0, 100.0],
            }
        ]
    }
    assert read(json.dumps(saved)).series["gpu"] == [0.25, 0.75]


def test_get_metric_statistics_is_read_as_it_was_saved():
    saved = {
        "Label": "CPUUtilization",
        "Datapoints": [{"Timestamp": "2026-01-01T00:00:00Z", "Average": 200.0}],
    }
    assert read(json.dumps(saved)).series["cpu"] == [0.25]


def test_a_mapping_of_lists_is_enough():
    assert read('{"gpu": [10, null, 30], "io_wait": [60]}').series == {
        "gpu": [0.1, 0.3],
        "io_wait": [0.6],
    }


def test_a_sum_that_no_machine_reaches_is_left_out_and_said():
    found = read("GPUUtilization\n900\n200\n")
    assert found.series["gpu"] == [0.5]
    assert "900 % where 400 is all there is" in found.problems[0]


def test_a_gpu_metric_of_a_machine_without_gpus_is_left_out_and_said():
    found = read("GPUUtilization,CPUUtilization\n50,80\n", gpus=0)
    assert "gpu" not in found.series
    assert "no GPU" in found.problems[0]


def test_a_sum_over_an_unknown_number_of_cores_is_not_guessed():
    found = read("CPUUtilization,gpu\n350,20\n", cores=None)
    assert "cpu" not in found.series
    assert "unknown" in found.problems[0]


def test_gaps_in_time_are_said():
    rows = "".join(f"{minute * 60},{50}\n" for minute in (0, 1, 2, 3, 13, 14))
    found = read("timestamp,gpu\n" + rows)
    assert "lacks 64% of its time" in found.problems[0]


def test_empty_cells_and_nan_are_gaps_not_zeros():
    assert read("gpu,cpu\n50,\n,20\nnan,30\n").series == {"gpu": [0.5], "cpu": [0.2, 0.3]}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "{}", "[1, 2]", '{"MetricDataResults": []}'])
def test_a_file_without_anything_known_is_refused(text):
    with pytest.raises(UsageError, match="no utilisation that is known"):
        read(text)


def test_a_word_where_a_number_belongs_is_refused_with_its_line():
    with pytest.raises(UsageError) as refused:
        read("gpu\n50\nhigh\n")
    assert refused.value.where.line == 3


def test_broken_json_is_refused_with_its_place():
    with pytest.raises(UsageError) as refused:
        read('{"gpu": [1,\n}')
    assert refused.value.where.line == 2
