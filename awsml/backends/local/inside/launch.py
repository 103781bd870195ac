"""The launcher: fences one host's process tree in, waits for it, and ends it when told to.

It holds a leash, a socket to awsml. When the other end goes away, however that happened,
the tree is killed.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys

from awsml.backends.local.inside import namespaces
from awsml.backends.local.inside.order import Isolation, Order
from awsml.backends.local.inside.script import run_script
from awsml.backends.local.inside.tree import end_tree, forward

_CANNOT_START = 127


def main() -> None:
    """Order on stdin, leash as the file descriptor in the first argument."""
    leash = int(sys.argv[1])
    order = Order.unpacked(sys.stdin.buffer.read())
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        if order.isolation is Isolation.NAMESPACES:
            namespaces.enter(network=order.network)
        else:
            namespaces.adopt_orphans()
        child, trouble = _start(order, leash)
    except OSError as error:
        _tell(leash, _trouble("isolation", str(error)))
        sys.exit(1)
    if trouble:
        os.waitpid(child, 0)
        _tell(leash, trouble)
        sys.exit(1)
    _tell(leash, _message("started", child))
    _tell(leash, _watch(child, leash, order.isolation))
    os._exit(0)  # there is nothing to tidy up, and somebody waits


def _start(order: Order, leash: int) -> tuple[int, bytes]:
    """The entry point's pid, and what went wrong before it ran (nothing, as a rule)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(leash)
        os.close(reading)
        _become(order, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        return child, answer.read()


def _become(order: Order, writing: int) -> None:
    """In the child: build the surroundings, then be the entry point. Never returns."""
    try:
        os.setsid()
        namespaces.die_with_parent(signal.SIGKILL)
        if order.isolation is Isolation.NAMESPACES:
            namespaces.build(order)
    except OSError as error:
        _give_up(writing, "isolation", str(error))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    os.environ["PATH"] = order.environment.get("PATH", os.defpath)  # where programs are sought
    if order.script:
        os.close(writing)
        os._exit(_script_code(order))
    try:
        os.chdir(order.folder)
        os.execvpe(order.command[0], order.command, dict(order.environment))
    except OSError as error:
        _give_up(writing, "command", f"{order.command[0]}: {error.strerror}")


def _script_code(order: Order) -> int:
    """The job's own folders may be gone, as when a script removes them."""
    output = order.environment["SM_OUTPUT_DIR"]
    try:
        return run_script(order.command, order.environment, order.folder, output)
    except OSError as error:
        os.write(2, f"{error}\n".encode())
        return 1


def _give_up(writing: int, error: str, message: str) -> None:
    os.write(writing, _trouble(error, message))
    os._exit(_CANNOT_START)


def _watch(child: int, leash: int, isolation: Isolation) -> bytes:
    """Obeys the leash until the entry point has ended; how it ended."""
    waiting = [leash]
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            end_tree(child, isolation)
            return _ending(status)
        if not _readable(waiting, child):
            continue
        word = _word(leash)
        if word == b"T":
            forward(child, isolation)
        elif word == b"G":
            os.killpg(child, signal.SIGTERM)
        else:  # K, or the other end is gone
            end_tree(child, isolation)
            waiting = [] if not word else waiting


def _word(leash: int) -> bytes:
    try:
        return os.read(leash, 1)
    except ConnectionResetError:
        return b""


def _readable(waiting: list[int], child: int) -> bool:
    """Whether the leash has something to say; returns early when the child ends."""
    if not hasattr(os, "pidfd_open"):
        return bool(select.select(waiting, [], [], 0.05)[0])
    handle = os.pidfd_open(child)
    try:
        ready = select.select([*waiting, handle], [], [])[0]
    finally:
        os.close(handle)
    return any(number != handle for number in ready)


def _ending(status: int) -> bytes:
    code = os.waitstatus_to_exitcode(status)
    return _message("signal", -code) if code < 0 else _message("exit", code)


def _message(word: str, number: int) -> bytes:
    return f'{{"{word}": {number}}}\n'.encode()


def _trouble(error: str, message: str) -> bytes:
    import json  # late: without trouble nothing needs it

    return json.dumps({"error": error, "message": message}).encode() + b"\n"


def _tell(leash: int, message: bytes) -> None:
    with contextlib.suppress(OSError):  # nobody is left to hear it
        os.write(leash, message)
