"""The launcher: fences one host's process tree in, waits for it, and ends it when told to.

It holds a leash, a socket to awsml. When the other end goes away, however that happened,
the tree is killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from awsml.backends.local.inside import namespaces
from awsml.backends.local.inside.order import Isolation, Order
from awsml.backends.local.inside.script import run_script
from awsml.backends.local.inside.tree import end_tree, forward

_CANNOT_START = 127


def main() -> None:
    """Order on stdin, leash as the file descriptor in the first argument."""
    leash = socket.socket(fileno=int(sys.argv[1]))
    order = Order.from_json(sys.stdin.read())
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        if order.isolation is Isolation.NAMESPACES:
            namespaces.enter(network=order.network)
        else:
            namespaces.adopt_orphans()
        child, trouble = _start(order, leash)
    except OSError as error:
        _tell(leash, {"error": "isolation", "message": str(error)})
        sys.exit(1)
    if trouble:
        os.waitpid(child, 0)
        _tell(leash, json.loads(trouble))
        sys.exit(1)
    _tell(leash, {"started": child})
    _tell(leash, _watch(child, leash, order.isolation))


def _start(order: Order, leash: socket.socket) -> tuple[int, bytes]:
    """The entry point's pid, and what went wrong before it ran (nothing, as a rule)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        leash.close()
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
        output = Path(order.environment["SM_OUTPUT_DIR"])
        os._exit(run_script(order.command, order.environment, order.folder, output))
    try:
        os.chdir(order.folder)
        os.execvpe(order.command[0], order.command, dict(order.environment))
    except OSError as error:
        _give_up(writing, "command", f"{order.command[0]}: {error.strerror}")


def _give_up(writing: int, error: str, message: str) -> None:
    os.write(writing, json.dumps({"error": error, "message": message}).encode())
    os._exit(_CANNOT_START)


def _watch(child: int, leash: socket.socket, isolation: Isolation) -> dict[str, int]:
    """Obeys the leash until the entry point has ended; how it ended."""
    waiting = [leash]
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            end_tree(child, isolation)
            return _ending(status)
        if not _readable(waiting, child):
            continue
        word = leash.recv(1)
        if word == b"T":
            forward(child, isolation)
        elif word == b"G":
            os.killpg(child, signal.SIGTERM)
        else:  # K, or the other end is gone
            end_tree(child, isolation)
            waiting = [] if not word else waiting


def _readable(waiting: list[socket.socket], child: int) -> bool:
    """Whether the leash has something to say; returns early when the child ends."""
    if not hasattr(os, "pidfd_open"):
        return bool(select.select(waiting, [], [], 0.05)[0])
    handle = os.pidfd_open(child)
    try:
        ready = select.select([*(leash.fileno() for leash in waiting), handle], [], [])[0]
    finally:
        os.close(handle)
    return any(number != handle for number in ready)


def _ending(status: int) -> dict[str, int]:
    code = os.waitstatus_to_exitcode(status)
    return {"signal": -code} if code < 0 else {"exit": code}


def _tell(leash: socket.socket, message: Mapping[str, object]) -> None:
    with contextlib.suppress(OSError):  # nobody is left to hear it
        leash.sendall(json.dumps(message).encode() + b"\n")
