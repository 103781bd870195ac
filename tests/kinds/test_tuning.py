"""A tuning scenario as one CreateHyperParameterTuningJob."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from awsml import api
from awsml.api import Planned, Terms
from awsml.kinds import INCLUDES, KINDS
from awsml.plan import Source, as_json
from awsml.regex.search import Search
from awsml.scenario.loader import load
from tests.contracts import check

TRAINING = """
kind: training
name: classifier
code: {dir: ./src, entry: train.py}
image: {framework: pytorch, version: "2.10"}
compute: {instance: ml.g5.2xlarge, volume: 50 GB}
inputs: {train: {from: "s3://acme/train/", mode: file, data: {size: 1 GB, objects: 10}}}
workload: {epochs: 10, compute: 30m}
hyperparameters: {epochs: 10, lr: 0.1}
metrics: {acc: 'acc=([0-9.]+)'}
limits: {runtime: 2h}
"""
HEAD = """
kind: tuning
name: a-rather-long-name
region: us-east-1
role: arn:aws:iam::111122223333:role/sm
"""
REST = """
objective: {metric: acc, goal: maximize}
budget: {trials: 20, parallel: 4}
parameters:
  lr: {low: 1e-5, high: 1e-1}
  batch: {low: 16, high: 64}
  optimizer: {choices: [sgd, adam]}
"""


def planned(text: str, folder: Path) -> Planned:
    (folder / "train.yaml").write_text(TRAINING)
    (folder / "tune.yaml").write_text(text)
    path = str(folder / "tune.yaml")
    loaded = load(path, environ={}, kinds=KINDS, includes=INCLUDES)
    return api.plan(loaded.documents[0], Terms(target="aws"), loaded.findings)


def request(text: str, folder: Path) -> dict[str, Any]:
    work = planned(text, folder)
    assert work.plan.calls, [f.message for f in work.report.findings]
    sent: dict[str, Any] = as_json(work.plan.calls[0].params)
    return sent


def inline() -> str:
    lines = TRAINING.strip().splitlines()[2:]
    return "training:\n" + "".join(f"  {line}\n" for line in lines)


def slugs(work: Planned) -> set[str]:
    return {finding.slug for finding in work.report.findings if finding.level == "error"}


def test_a_named_file_and_an_inline_training_come_to_the_same(tmp_path: Path) -> None:
    named = request(HEAD + "training: ./train.yaml\n" + REST, tmp_path)
    written = request(HEAD + inline() + REST, tmp_path)
    for sent in (named, written):
        sent["TrainingJobDefinition"].pop("OutputDataConfig")
        sent["TrainingJobDefinition"]["StaticHyperParameters"].pop("sagemaker_job_name")
    assert named == written


def test_bounds_and_choices_are_texts_and_scales_have_aws_s_names(tmp_path: Path) -> None:
    config = request(HEAD + inline() + REST, tmp_path)["HyperParameterTuningJobConfig"]
    ranges = config["ParameterRanges"]
    assert ranges["ContinuousParameterRanges"] == [
        {"Name": "lr", "MinValue": "1e-5", "MaxValue": "1e-1", "ScalingType": "Logarithmic"}
    ]
    (batch,) = ranges["IntegerParameterRanges"]
    assert (batch["MinValue"], batch["MaxValue"]) == ("16", "64")
    (choices,) = ranges["CategoricalParameterRanges"]
    assert choices["Values"] == ['"sgd"', '"adam"']


def test_what_is_tuned_is_not_static(tmp_path: Path) -> None:
    definition = request(HEAD + inline() + REST, tmp_path)["TrainingJobDefinition"]
    assert definition["StaticHyperParameters"]["epochs"] == "10"
    assert "lr" not in definition["StaticHyperParameters"]


def test_the_name_leaves_room_for_the_run(tmp_path: Path) -> None:
    name = request(HEAD + inline() + REST, tmp_path)["HyperParameterTuningJobName"]["text"]
    assert len(name.replace("‹run›", "")) + len("261121-093012-k7q") <= 32


def test_every_origin_leads_to_a_value(tmp_path: Path) -> None:
    work = planned(HEAD + "training: ./train.yaml\n" + REST, tmp_path)
    (call,) = work.plan.calls
    origin = call.origin("TrainingJobDefinition.ResourceConfig.InstanceType")
    assert origin is not None and origin.place is not None
    assert origin.place.file.endswith("train.yaml")
    scale = call.origin(
        "HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[0].ScalingType"
    )
    assert scale is not None and scale.source is Source.CHOSEN
    assert "decades" in (scale.because or "")


def test_several_definitions_have_their_own_ranges_and_objectives(tmp_path: Path) -> None:
    body = "\n".join(f"    {line}" for line in (inline() + REST).splitlines())
    body = body.replace("    budget: {trials: 20, parallel: 4}\n", "")
    several = f"{HEAD}definitions:\n  one:\n{body}\n  two:\n{body}\nbudget: {{trials: 9}}\n"
    sent = request(several, tmp_path)
    names = [each["DefinitionName"] for each in sent["TrainingJobDefinitions"]]
    assert names == ["one", "two"]
    assert "ParameterRanges" not in sent["HyperParameterTuningJobConfig"]
    for each in sent["TrainingJobDefinitions"]:
        assert each["TuningObjective"] == {"Type": "Maximize", "MetricName": "acc"}
        assert each["HyperParameterRanges"]["ContinuousParameterRanges"][0]["Name"] == "lr"


def test_warm_start_completion_hyperband_and_seed_are_sent(tmp_path: Path) -> None:
    more = """
strategy: hyperband
hyperband: {min: 1, max: 27}
completion: {value: 0.95, not_improving: 5, converged: true}
warm_start: {parents: [earlier], type: transfer}
retries: 3
seed: 4
"""
    sent = request(HEAD + inline() + REST + more, tmp_path)
    config = sent["HyperParameterTuningJobConfig"]
    settings = config["StrategyConfig"]["HyperbandStrategyConfig"]
    assert settings == {"MinResource": 1, "MaxResource": 27}
    criteria = config["TuningJobCompletionCriteria"]
    assert criteria["TargetObjectiveMetricValue"] == 0.95
    assert criteria["ConvergenceDetected"] == {"CompleteOnConvergence": "Enabled"}
    assert config["RandomSeed"] == 4
    assert sent["WarmStartConfig"]["WarmStartType"] == "TransferLearning"
    assert sent["TrainingJobDefinition"]["RetryStrategy"] == {"MaximumRetryAttempts": 3}


def test_fallback_instances_become_the_tuning_job_s_own_choice(tmp_path: Path) -> None:
    text = inline().replace("ml.g5.2xlarge,", "ml.g5.2xlarge, fallback: [ml.g6.2xlarge],")
    definition = request(HEAD + text + REST, tmp_path)["TrainingJobDefinition"]
    assert "ResourceConfig" not in definition
    resources = definition["HyperParameterTuningResourceConfig"]
    types = [choice["InstanceType"] for choice in resources["InstanceConfigs"]]
    assert types == ["ml.g5.2xlarge", "ml.g6.2xlarge"]


def test_a_command_of_an_own_image_cannot_be_tuned(tmp_path: Path) -> None:
    text = inline().replace('{framework: pytorch, version: "2.10"}', "{uri: acme/train:1}")
    text = text.replace("  code: {dir: ./src, entry: train.py}\n", "  command: [python, t.py]\n")
    assert "entry-point-not-tunable" in slugs(planned(HEAD + text + REST, tmp_path))


def test_code_of_an_own_image_goes_by_the_toolkit(tmp_path: Path) -> None:
    text = inline().replace('{framework: pytorch, version: "2.10"}', "{uri: acme/train:1}")
    definition = request(HEAD + text + REST, tmp_path)["TrainingJobDefinition"]
    assert definition["StaticHyperParameters"]["sagemaker_program"] == '"train.py"'
    assert [c["ChannelName"] for c in definition["InputDataConfig"]] == ["train"]
    assert "ContainerEntrypoint" not in definition["AlgorithmSpecification"]


def test_what_no_definition_has_is_an_error_and_not_lost_silently(tmp_path: Path) -> None:
    text = inline() + "  aws: {CreateTrainingJob: {ProfilerConfig: {DisableProfiler: true}}}\n"
    assert "not-in-tuning" in slugs(planned(HEAD + text + REST, tmp_path))


def test_the_regex_of_the_objective_is_tried_on_a_log(tmp_path: Path) -> None:
    (tmp_path / "good.log").write_text("epoch 1 acc=0.5\nepoch 2 acc=0.7\n")
    (tmp_path / "bad.log").write_text("epoch 1 accuracy: 0.5\n")
    for name, expected in (("good.log", set()), ("bad.log", {"metric-not-in-log"})):
        text = REST.replace("goal: maximize", f"goal: maximize, log: ./{name}")
        found = planned(HEAD + inline() + text, tmp_path).report.findings
        assert {f.slug for f in found if f.slug.startswith("metric-")} == expected


def test_a_regex_that_runs_away_on_a_log_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("awsml.kinds.tuning.metric_log.Search", partial(Search, seconds=0.05))
    (tmp_path / "slow.log").write_text("a" * 64 + "\n")
    text = REST.replace("goal: maximize", "goal: maximize, log: ./slow.log")
    slow = (HEAD + inline() + text).replace("acc=([0-9.]+)", "(?:a+)+cc=([0-9.]+)")
    found = planned(slow, tmp_path).report.findings
    messages = [f.message for f in found if f.slug == "metric-regex-slow"]
    assert "the regex of `acc` runs away on a line of that log" in messages


def test_missing_parts_say_what_to_write(tmp_path: Path) -> None:
    work = planned(HEAD + inline() + REST.replace("objective", "tags"), tmp_path)
    assert not work.plan.calls
    assert any("`objective` is missing" in f.message for f in work.report.findings)


def test_the_plan_keeps_its_contract_with_and_without_a_target(tmp_path: Path) -> None:
    for more in ("", "target: {top: 2%}\n"):
        report = planned(HEAD + inline() + REST + more, tmp_path).report.as_json()
        check("plan", json.loads(json.dumps(report)))
        row = report["search"]["by_parallel"][0]
        assert {"parallel", "trials_to_target", "usd", "wall_seconds"} <= row.keys()
        known = row["trials_to_target"]["expected"] is not None
        assert known is bool(more)


def test_a_range_that_runs_backwards_is_an_error_at_its_low_end(tmp_path: Path) -> None:
    text = HEAD + inline() + REST.replace("{low: 1e-5, high: 1e-1}", "{low: 1e-1, high: 1e-5}")
    (found,) = planned(text, tmp_path).report.findings
    assert (found.slug, found.field) == ("bad-value", "parameters.lr.low")
    assert found.hint == "write `{low: 1e-5, high: 1e-1}`"


def runtime_hint(budget: str, folder: Path) -> str:
    text = HEAD + inline() + REST.replace("{trials: 20, parallel: 4}", budget)
    found = planned(text, folder).report.findings
    (hint,) = [each.hint for each in found if each.slug == "tuning-runtime-limit"]
    return hint or ""


def test_a_limit_is_moved_by_the_field_that_sets_it(tmp_path: Path) -> None:
    typed = runtime_hint("{trials: 20, parallel: 4, runtime: 3h}", tmp_path)
    assert "set `budget.runtime` to 10h" in typed
    by_dollars = runtime_hint("{trials: 20, parallel: 4, runtime: 36000 s, cost: 20 USD}", tmp_path)
    assert "raise what sets `budget.runtime` (`budget.cost`: $20" in by_dollars
