"""A cut line refuses, a held one waits, and both work again once they are mended."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from ops.ports import free_ports
from tests.faults.links import Links


@pytest.fixture
def echo() -> Iterator[int]:
    """Port of a server that sends back what it gets."""
    server = socket.create_server(("127.0.0.1", 0))
    talks: list[threading.Thread] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            talks.append(threading.Thread(target=talk, args=(connection,), daemon=True))
            talks[-1].start()

    def talk(connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            while data := connection.recv(100):
                connection.sendall(data)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield int(server.getsockname()[1])
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    for each in (thread, *talks):
        each.join(5)


@pytest.fixture
def line(echo: int) -> Iterator[tuple[Links, int]]:
    port = free_ports(1)[0]
    with Links({"echo": (port, echo)}) as links:
        yield links, port


def said_back(port: int, seconds: float = 20.0) -> bytes:
    """Empty where the line breaks."""
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), seconds) as connection:
        connection.sendall(b"hello")
        return connection.recv(100)
    return b""


def test_a_line_carries(line: tuple[Links, int]) -> None:
    assert said_back(line[1]) == b"hello"


def test_a_cut_line_breaks_what_is_connected_and_refuses_what_comes(line: tuple[Links, int]) -> None:
    links, port = line
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"
        links.cut("echo")
        with contextlib.suppress(ConnectionError):
            assert connection.recv(100) == b""
    assert said_back(port) == b""
    links.heal("echo")
    assert said_back(port) == b"hello"


def test_a_held_line_is_silent_and_delivers_late(line: tuple[Links, int]) -> None:
    links, port = line
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        links.hold("echo")
        connection.settimeout(0.5)
        connection.sendall(b"hello")
        with pytest.raises(TimeoutError):
            connection.recv(100)
        links.heal("echo")
        connection.settimeout(20)
        assert connection.recv(100) == b"hello"
