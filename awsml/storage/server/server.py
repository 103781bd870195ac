"""A server on 127.0.0.1: a thread for each connection, all of them gone after stop()."""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
import time
from types import TracebackType

from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.errors import ObjectError
from awsml.storage.server.calls import Calls, place_of
from awsml.storage.server.conditions import RESET, THROTTLE, Conditions, Weather
from awsml.storage.server.http import Answer, Request, requests, send
from awsml.storage.server.listings import xml_answer
from awsml.storage.server.xml import error_document

# A client that gave up before it was let in, or too many open at once: it passes.
_PASSING = frozenset({errno.ECONNABORTED, errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_PAUSE_SECONDS = 0.05
_LINGER_SECONDS = 2.0
_BLOCK = 2**18


class ObjectServer:
    """Serves a folder of objects: `with ObjectServer(folder) as server: server.url`."""

    def __init__(
        self, folder: ObjectFolder, port: int = 0, conditions: Conditions | None = None
    ) -> None:
        self._calls = Calls(folder)
        self._weather = Weather(conditions or Conditions())
        self._port = port
        self._listener: socket.socket | None = None
        self._acceptor: threading.Thread | None = None
        self._open: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._stopping = False

    def __enter__(self) -> ObjectServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port in use; known once started."""
        return self._port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        try:
            self._listener = socket.create_server(("127.0.0.1", self._port), backlog=256)
        except OSError as error:
            raise ObjectError(
                "PortInUse",
                f"cannot listen on 127.0.0.1:{self._port}: {error.strerror}",
                hint="leave the port out, and a free one is taken",
            ) from error
        self._port = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name="object-server", daemon=True)
        self._acceptor.start()

    def stop(self) -> None:
        """Close the port and every connection, and wait until their threads are gone."""
        self._stopping = True
        if self._listener is None or self._acceptor is None:
            return
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join()
        with self._lock:
            left = dict(self._open)
        for connection in left:
            _shut(connection)
        for thread in left.values():
            thread.join()

    def _accept(self) -> None:
        assert self._listener is not None
        while not self._stopping:
            try:
                connection, _ = self._listener.accept()
            except OSError as error:
                if self._stopping or error.errno not in _PASSING:
                    return
                time.sleep(_PAUSE_SECONDS)
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        """One connection, until it ends; whatever breaks it is the client's to see."""
        try:
            with contextlib.suppress(OSError), connection:
                self._converse(connection)
        finally:
            with self._lock:
                self._open.pop(connection, None)

    def _converse(self, connection: socket.socket) -> None:
        try:
            for request in requests(connection):
                if not self._respond(request):
                    break
        except ObjectError as error:  # not even a request
            head = f"HTTP/1.1 {error.status} {error.code}\r\nConnection: close\r\n\r\n"
            connection.sendall(head.encode())
        _linger(connection)

    def _respond(self, request: Request) -> bool:
        """Answer one request; False when the connection cannot be used any more."""
        fault = self._weather.fault(request.method, place_of(request)[1])
        answer = self._answer(request, fault)
        send(request, answer, self._weather.conditions, cut=fault == RESET)
        if fault == RESET:
            _reset(request.connection)
        unread = answer.status >= 300 and request.has_body
        return fault != RESET and not unread

    def _answer(self, request: Request, fault: str | None) -> Answer:
        try:
            if fault == THROTTLE:
                raise ObjectError("SlowDown", "please reduce your request rate")
            return self._calls.answer(request)
        except ObjectError as error:
            return _refusal(request, error)
        except ConnectionError:
            raise
        except OSError as error:  # a full disk, say
            return _refusal(request, ObjectError("InternalError", error.strerror or str(error)))


def _refusal(request: Request, error: ObjectError) -> Answer:
    return xml_answer(error_document(error.code, error.message, request.path), error.status)


def _reset(connection: socket.socket) -> None:
    """Close with RST, as a broken network would."""
    linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()


def _linger(connection: socket.socket) -> None:
    """Closed with bytes unread, a connection is reset, and the answer lost: read them first."""
    if connection.fileno() < 0:  # reset on purpose
        return
    connection.shutdown(socket.SHUT_WR)
    ends = time.monotonic() + _LINGER_SECONDS
    while (left := ends - time.monotonic()) > 0:
        connection.settimeout(left)
        if not connection.recv(_BLOCK):
            return


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
