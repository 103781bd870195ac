"""A process of its own that looks after a run, so that the run may outlive the terminal.

The command line forks it. While attached, the two are tied by a socket: events go up, wishes
come down, and when the viewer goes away the job ends. Detaching unties them.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from awsml.backends.local.control import Ask, Control, Wishes
from awsml.errors import AwsmlError, BackendError
from awsml.events import Event

Work = Callable[[Control], Iterator[Event]]

_WORDS = {b"S": Ask.STOP, b"K": Ask.KILL}
_DETACH = b"D"


class Supervised:
    """The viewer's end of a supervised run."""

    def __init__(self, pid: int, tie: socket.socket, log: Path) -> None:
        self.pid = pid
        self._tie = tie
        self._log = log
        self._detached = False

    def events(self) -> Iterator[Event]:
        """What happens, until the run is over or let go; its errors are raised here."""
        with self._tie.makefile("rb") as stream:
            while True:
                try:
                    kind, content = pickle.load(stream)
                except (EOFError, ConnectionResetError):
                    if self._detached:
                        return
                    raise self._gone() from None
                if kind == "over":
                    os.waitpid(self.pid, 0)
                    return
                if kind == "error":
                    raise _error_from(content)
                yield content

    def ask(self, ask: Ask) -> None:
        self._send(next(word for word, known in _WORDS.items() if known is ask))

    def detach(self) -> None:
        """The run goes on without this process."""
        self._detached = True
        self._send(_DETACH)
        self._tie.close()

    def _send(self, word: bytes) -> None:
        with contextlib.suppress(OSError):  # it is over already
            self._tie.send(word)

    def _gone(self) -> AwsmlError:
        return BackendError(
            f"the process that looks after the run has died; {self._log} may say why",
            hint="go on from the last checkpoint with --resume",
            slug="supervisor-died",
        )


def supervise(work: Work, log: Path, *, attached: bool) -> Supervised:
    """Starts `work` in a forked process; nothing that must not be shared may be open."""
    mine, theirs = socket.socketpair()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        theirs.close()
        return Supervised(pid, mine, log)
    mine.close()
    code = 70
    try:
        _leave_terminal(log)
        code = _look_after(work, _Tie(theirs, attached))
    except BaseException:  # a defect of awsml: say it where the viewer points, and end
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


class _Tie:
    """The supervisor's end of the socket."""

    def __init__(self, tie: socket.socket, attached: bool) -> None:
        self._socket: socket.socket | None = tie
        self._attached = attached
        self._wishes = Wishes()

    @property
    def wishes(self) -> Wishes:
        return self._wishes

    def asked(self) -> Ask | None:
        """Hears what came over the socket; a viewer that is gone abandons an attached run."""
        while self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self._hear(self._socket)
        return self._wishes.asked()

    def tell(self, kind: str, content: Any) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendall(pickle.dumps((kind, content)))
        except OSError:
            self._viewer_gone()

    def _hear(self, tie: socket.socket) -> None:
        try:
            word = tie.recv(1)
        except OSError:
            word = b""
        if word in _WORDS:
            self._wishes.ask(_WORDS[word])
        elif word == _DETACH:
            self._attached = False
            self._close()
        else:
            self._viewer_gone()

    def _viewer_gone(self) -> None:
        self._close()
        if self._attached:
            self._wishes.ask(Ask.ABANDON)

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _look_after(work: Work, tie: _Tie) -> int:
    signal.signal(signal.SIGTERM, lambda *_: tie.wishes.ask(Ask.STOP))
    try:
        for event in work(tie):
            tie.tell("event", event)
    except AwsmlError as error:
        tie.tell("error", (error.message, error.hint, error.slug, error.exit_code))
        return error.exit_code
    tie.tell("over", None)
    return 0


def _leave_terminal(log: Path) -> None:
    """A session of its own, so that neither Ctrl-C nor a closed terminal reaches it."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    log.parent.mkdir(parents=True, exist_ok=True)
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, target in ((0, nothing), (1, written), (2, written)):
        os.dup2(target, number)
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115


def _error_from(content: tuple[str, str | None, str, int]) -> AwsmlError:
    message, hint, slug, exit_code = content
    error = BackendError(message, hint=hint, slug=slug)
    error.exit_code = exit_code
    return error
