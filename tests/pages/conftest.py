"""One browser for the pages that a worker looks at."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.pages.browser import Browser, browser_program


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Skips where there is none, unless AWSML_BROWSER_REQUIRED is set, as in the whole check."""
    program = browser_program()
    if program is None:
        said = "no Chromium on the path: apt-get install chromium, or set AWSML_BROWSER"
        if os.environ.get("AWSML_BROWSER_REQUIRED"):
            pytest.fail(said)
        pytest.skip(said)
    with Browser(program, tmp_path_factory.mktemp("browser")) as started:
        yield started
