"""A headless Chromium, spoken to by its DevTools protocol over a pipe: no driver, no port.

Why not a driver: docs/decisions/0011-pages-are-looked-at-in-a-browser.md.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_DEADLINE = 60.0
# The browser reads its commands from descriptor 3 and answers on 4.
_ON_PIPES = (
    "import os, sys\n"
    "os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4)\n"
    "os.execvp(sys.argv[3], sys.argv[3:])"
)
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--no-first-run",
    "--no-default-browser-check",
    "--remote-debugging-pipe",
)


def browser_program() -> str | None:
    """AWSML_BROWSER, or a Chromium on the path."""
    named = os.environ.get("AWSML_BROWSER")
    return named or next((found for name in _NAMES if (found := shutil.which(name))), None)


class Browser:
    """One process with one tab; `look` opens a page in it."""

    def __init__(self, program: str, folder: Path) -> None:
        to_browser, self._out = (_high(end) for end in os.pipe())
        self._in, from_browser = (_high(end) for end in os.pipe())
        words = [program, *_OPTIONS, f"--user-data-dir={folder / 'profile'}", "about:blank"]
        self._said = (folder / "browser.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _ON_PIPES, str(to_browser), str(from_browser), *words],
            pass_fds=(to_browser, from_browser),
            env={**os.environ, "HOME": str(folder)},
            stdout=self._said,
            stderr=self._said,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._rest, self._number = b"", 0
        self.events: list[dict[str, Any]] = []
        self._tab: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._tab = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Closing its pipe ends the browser; one that stays is killed."""
        os.close(self._out)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        os.close(self._in)
        self._said.close()

    def look(self, file: Path) -> None:
        """Open a page and wait until it is loaded; what it asks for and complains of is kept."""
        self.events.clear()
        self.call("Page.navigate", url=file.as_uri())
        end = time.monotonic() + _DEADLINE
        while not any(e["method"] == "Page.loadEventFired" for e in self.events):
            self._take(end)

    def show(self, width: int, scheme: str) -> None:
        """The same page on another screen."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])

    def told(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def pdf(self) -> bytes:
        return base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"])

    def picture(self) -> bytes:
        """The whole page, as PNG."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def call(self, method: str, **params: Any) -> Mapping[str, Any]:
        """One command and its answer; events that come in between are kept."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        if self._tab is not None:
            command["sessionId"] = self._tab
        os.write(self._out, json.dumps(command).encode() + b"\0")
        end = time.monotonic() + _DEADLINE
        while True:
            answer = self._take(end)
            if answer is not None and answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                result: Mapping[str, Any] = answer["result"]
                return result

    def _take(self, end: float) -> dict[str, Any] | None:
        """The next message; an event is kept, and None is returned."""
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"the browser said nothing for {_DEADLINE:.0f} s"
            read = os.read(self._in, 1 << 20)
            assert read, f"the browser ended: {Path(self._said.name).read_text()[-2000:]}"
            self._rest += read
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.events.append(message)
            return None
        return message


def _high(descriptor: int) -> int:
    """The same pipe above the numbers that the browser wants for itself."""
    other = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return other
