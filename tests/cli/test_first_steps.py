"""What somebody sees who has never used awsml: no command, a first mistake, a first answer."""

import json
from pathlib import Path

import pytest

from awsml.units import format_count, format_usd
from tests.conftest import CommandLine

ROOT = Path(__file__).parents[2]


@pytest.fixture
def demo(awsml: CommandLine, tmp_path: Path) -> Path:
    awsml("init", "training", "demo")
    return tmp_path / "demo"


@pytest.mark.parametrize("words", [(), ("endpoint",)])
def test_help_without_a_command_is_help_and_no_error(
    awsml: CommandLine, words: tuple[str, ...]
) -> None:
    ran = awsml(*words)
    assert ran.code == 2
    assert ran.err.startswith("Usage: awsml")
    assert len(ran.err.splitlines()) > 10
    assert "error[" not in ran.err


@pytest.mark.parametrize("group", ["endpoint", "batch", "cluster", "catalog", "data"])
def test_no_line_of_a_list_of_commands_is_cut(awsml: CommandLine, group: str) -> None:
    listed = awsml(group, "--help").out.partition("Commands:")[2]
    assert len(listed.splitlines()) > 3
    assert "..." not in listed


@pytest.mark.parametrize("command", ["plan", "train"])
def test_a_scenario_that_cannot_be_read_is_not_a_missing_one(
    awsml: CommandLine, demo: Path, command: str
) -> None:
    scenario = demo / "training.yaml"
    scenario.write_text(scenario.read_text().replace("count: 1}", "count: 1"))
    ran = awsml(command, cwd=demo)
    assert ran.code == 2
    assert "error[bad-yaml]" in ran.err
    assert "training.yaml:9:10" in ran.err


@pytest.mark.parametrize(("command", "code"), [("plan", 1), ("train", 2)])
def test_a_kind_that_is_mistyped_is_told_by_each_command(
    awsml: CommandLine, demo: Path, command: str, code: int
) -> None:
    scenario = demo / "training.yaml"
    scenario.write_text(scenario.read_text().replace("kind: training", "kind: trainning"))
    ran = awsml(command, cwd=demo)
    assert ran.code == code
    assert "write `kind: training`" in ran.out + ran.err


def test_another_tools_kind_is_no_second_scenario(awsml: CommandLine, demo: Path) -> None:
    (demo / "deployment.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\n")
    assert awsml("plan", "-o", "json", cwd=demo).code == 0


def test_a_folder_is_checked_with_scenarios_that_leave_the_kind_to_another(
    awsml: CommandLine, demo: Path
) -> None:
    (demo / "long.yaml").write_text("extends: training.yaml\nlimits: {runtime: 90 weeks}\n")
    (demo / "linter.yml").write_text("extends: eslint:recommended\n")
    ran = awsml("validate", ".", "-o", "json", cwd=demo)
    assert ran.code == 1
    findings = json.loads(ran.out)["findings"]
    assert {one["file"] for one in findings if one["level"] == "error"} == {"long.yaml"}
    assert "skipped linter.yml" in ran.err


def test_a_worked_question_fits_its_lines_and_says_a_thing_once(awsml: CommandLine) -> None:
    plan = awsml("plan", str(ROOT / "scenarios" / "weekly-recommender.yaml")).out
    above = plan[: plan.index("batch:RegisterJobDefinition")]
    assert "ceiling   $" in above
    assert max(map(len, above.splitlines())) <= 80
    values = awsml("plan", str(ROOT / "scenarios" / "tiny-files.yaml")).out
    assert values.count("fastfile takes 13h 59m longer") == 1


def test_advice_that_keeps_a_choice_names_what_would_do_better(awsml: CommandLine) -> None:
    ran = awsml("advise", str(ROOT / "scenarios" / "tiny-files.yaml"))
    assert "better still: fsx" in ran.out


def test_figures_are_written_without_exponents() -> None:
    assert format_usd(0.0000351) == "$0.000035"
    assert format_count(38_224.4) == "38,224"
