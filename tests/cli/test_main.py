"""What every command shares: where it starts, and how its errors are told."""

import json
import os
from pathlib import Path

from tests.conftest import CommandLine


def test_a_current_folder_that_is_gone_is_an_error_in_any_format(
    awsml: CommandLine, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    ran = awsml("plan", "-o", "json")
    assert ran.code == 2
    answer = json.loads(ran.out)
    assert answer["version"] == 1
    assert answer["error"]["message"] == "the current folder is gone"
