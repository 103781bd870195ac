"""One worker process: loads the handlers and answers batches that come over a socket.

A program of its own with nothing but the standard library, because it runs on the Python that
the scenario names. A frame is two lengths (header, body), a JSON header, and the bodies in a row.
"""

from __future__ import annotations

import importlib.util
import inspect
import io
import json
import os
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

_LENGTHS = struct.Struct("!II")
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG

Given = tuple[int, str, bytes]  # status, content type, body


class Unsupported(ValueError):
    """The default handlers do not know a content type."""


def receive(stream: Any) -> tuple[Any, list[bytes]] | None:
    """The next (header, bodies), or None when awsml has closed its end."""
    start = stream.read(_LENGTHS.size)
    if len(start) < _LENGTHS.size:
        return None
    header_size, body_size = _LENGTHS.unpack(start)
    head, body = stream.read(header_size), stream.read(body_size)
    if len(head) < header_size or len(body) < body_size:
        return None
    header = json.loads(head)
    return header, _parts(body, header["sizes"])


def _parts(body: bytes, sizes: Sequence[int]) -> list[bytes]:
    if len(sizes) == 1:
        return [body]
    parts, at = [], 0
    for size in sizes:
        parts.append(body[at : at + size])
        at += size
    return parts


def send(connection: socket.socket, header: Any, bodies: Sequence[bytes]) -> None:
    head = json.dumps({**header, "sizes": [len(body) for body in bodies]}).encode()
    body = b"".join(bodies)
    connection.sendall(_LENGTHS.pack(len(head), len(body)) + head + body)


def default_input(body: bytes, content_type: str) -> Any:
    """JSON and text by their type; anything else is refused as a container would."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return json.loads(body)
    if kind.startswith("text/"):
        return body.decode("utf-8")
    if kind in ("", "application/octet-stream", "application/x-npy"):
        return bytes(body)
    raise Unsupported(f"no input_fn, and the default one does not read {kind}")


def default_predict(data: Any, model: Any) -> Any:
    if not callable(model):
        raise TypeError("no predict_fn, and what model_fn returned cannot be called")
    return model(data)


def default_output(prediction: Any, accept: str) -> Any:
    if isinstance(prediction, bytes):
        return prediction, "application/octet-stream"
    if hasattr(prediction, "tolist"):
        prediction = prediction.tolist()
    return json.dumps(prediction), "application/json"


class Handlers:
    """model_fn, input_fn, predict_fn and output_fn, or transform_fn for the last three."""

    def __init__(self, script: str, model_folder: str) -> None:
        sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
        spec = importlib.util.spec_from_file_location("inference", script)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["inference"] = module
        spec.loader.exec_module(module)
        if not hasattr(module, "model_fn"):
            raise AttributeError(f"{os.path.basename(script)} has no model_fn(model_dir)")
        self.model = _taking(module.model_fn, 1)(model_folder)
        self.read = _taking(getattr(module, "input_fn", default_input), 2)
        self.predict = _taking(getattr(module, "predict_fn", default_predict), 2)
        self.write = _taking(getattr(module, "output_fn", default_output), 2)
        transform = getattr(module, "transform_fn", None)
        self.transform = None if transform is None else _taking(transform, 4)

    def one(self, body: bytes, request: Any) -> Given:
        kind, accept = request["content_type"], request["accept"]
        if self.transform is not None:
            return _answer(self.transform(self.model, body, kind, accept), accept)
        prediction = self.predict(self.read(body, kind), self.model)
        return _answer(self.write(prediction, accept), accept)

    def batch(self, bodies: Sequence[bytes], requests: Sequence[Any]) -> list[Given]:
        """One call of predict_fn with a list; a body that cannot be read fails alone."""
        read = [_attempt(self._read, body, r) for body, r in zip(bodies, requests, strict=True)]
        good = [value for ok, value in read if ok]
        found = list(self.predict(good, self.model)) if good else []
        if len(found) != len(good):
            raise ValueError(f"predict_fn answered {len(found)} of a batch of {len(good)}")
        predictions = iter(found)
        return [
            self._written(next(predictions), r["accept"]) if ok else value
            for (ok, value), r in zip(read, requests, strict=True)
        ]

    def _read(self, body: bytes, request: Any) -> Any:
        return self.read(body, request["content_type"])

    def _written(self, prediction: Any, accept: str) -> Given:
        def write() -> Given:
            return _answer(self.write(prediction, accept), accept)

        given: Given = _attempt(write)[1]
        return given


def _taking(function: Callable[..., Any], given: int) -> Callable[..., Any]:
    """With a trailing context where the handler takes one, as the inference toolkit does."""
    try:
        most = len(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return function
    return (lambda *arguments: function(*arguments, None)) if most == given + 1 else function


def _answer(result: Any, accept: str) -> Given:
    """(status, content type, body) of what an output_fn returned."""
    kind = accept if accept not in ("", "*/*") else "application/json"
    if isinstance(result, tuple) and len(result) == 2:
        result, kind = result
    body = result.encode() if isinstance(result, str) else bytes(result)
    return 200, kind, body


def _failure(error: Exception) -> Given:
    traceback.print_exc()
    text = json.dumps({"error": f"{type(error).__name__}: {error}"})
    return 415 if isinstance(error, Unsupported) else 500, "application/json", text.encode()


def _attempt(function: Callable[..., Any], *arguments: Any) -> tuple[bool, Any]:
    try:
        return True, function(*arguments)
    except Exception as error:  # a handler is foreign code, and its error is an answer
        return False, _failure(error)


def answers(
    handlers: Handlers, bodies: Sequence[bytes], requests: Sequence[Any], batched: bool
) -> list[Given]:
    if not batched or handlers.transform is not None:
        return [_attempt(handlers.one, b, r)[1] for b, r in zip(bodies, requests, strict=True)]
    ok, value = _attempt(handlers.batch, bodies, requests)
    return list(value) if ok else [value] * len(bodies)


def serve(connection: socket.socket, script: str, model_folder: str, batched: bool) -> int:
    """Load, say so, and answer until the other end is closed."""
    try:
        handlers = Handlers(script, model_folder)
    except Exception as error:  # whatever the script raises is the reason it does not start
        traceback.print_exc()
        send(connection, {"failed": f"{type(error).__name__}: {error}"}, [])
        return 1
    send(connection, {"ready": True}, [])
    with io.BufferedReader(socket.SocketIO(connection, "r"), 1 << 16) as stream:
        while (frame := receive(stream)) is not None:
            header, bodies = frame
            given = answers(handlers, bodies, header["requests"], batched)
            sys.stdout.flush()
            heads = [{"status": status, "content_type": kind} for status, kind, _ in given]
            send(connection, {"answers": heads}, [body for _, _, body in given])
    return 0


def die_with_parent() -> None:
    """On Linux the kernel ends this process when the one that started it is gone."""
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)


def main(words: Sequence[str]) -> int:
    die_with_parent()
    if words[0] == "exec":
        os.execvp(words[1], list(words[1:]))
    number, script, model_folder, batched = words
    connection = socket.socket(fileno=int(number))
    return serve(connection, script, model_folder, batched == "batched")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
