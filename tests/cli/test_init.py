"""`awsml init` makes a project that runs, and never overwrites anything."""

import errno
import shutil
from pathlib import Path

import pytest

from awsml.cli.commands.init import starters
from awsml.kinds import KINDS
from tests.conftest import CommandLine


@pytest.mark.parametrize("kind", KINDS)
def test_a_starter_validates_as_it_is_written(awsml: CommandLine, kind: str) -> None:
    assert awsml("init", kind, "demo").code == 0
    checked = awsml("validate", ".", cwd=Path("demo"))
    assert (checked.code, checked.err) == (0, ""), checked.out


def test_every_kind_and_the_worked_scenarios_can_be_started_from(awsml: CommandLine) -> None:
    assert starters() == [*KINDS, "scenarios"]
    assert awsml("init", "scenarios", "worked").code == 0
    assert awsml("plan", "pipe-mode.yaml", cwd=Path("worked")).code == 0


def test_the_kind_is_training_when_none_is_named(awsml: CommandLine, tmp_path: Path) -> None:
    assert awsml("init").code == 0
    assert (tmp_path / "training.yaml").exists()


def test_existing_files_are_kept_and_nothing_is_written(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "training.yaml").write_text("mine\n")
    ran = awsml("init", "training")
    assert ran.code == 2
    assert "training.yaml; nothing was written" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["training.yaml"]
    assert (tmp_path / "training.yaml").read_text() == "mine\n"


def test_an_unknown_kind_names_the_known_ones(awsml: CommandLine) -> None:
    ran = awsml("init", "trainin")
    assert ran.code == 2
    assert "choose one of training" in ran.err


def test_what_to_type_next_goes_to_stderr(awsml: CommandLine) -> None:
    ran = awsml("init", "training", "demo")
    assert ran.out == ""
    assert "cd demo" in ran.err


def test_a_folder_with_a_space_is_named_so_that_it_can_be_typed(awsml: CommandLine) -> None:
    assert "cd 'my demo'" in awsml("init", "training", "my demo").err


def test_a_disk_that_fills_up_leaves_no_part_of_a_project(
    awsml: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, copied = shutil.copyfile, []

    def filling(source: Path, target: Path) -> None:
        if len(copied) == 2:
            target.write_text("half")
            raise OSError(errno.ENOSPC, "No space left on device")
        copied.append(whole(source, target))

    monkeypatch.setattr("awsml.cli.commands.init.shutil.copyfile", filling)
    assert awsml("init", "training", "demo").code == 2
    assert len(copied) == 2 and list(tmp_path.iterdir()) == []
