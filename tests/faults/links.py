"""A cable between two processes that can be cut or held: a TCP proxy, run beside the suite in a thread of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

CHUNK = 64 * 1024


class Link:
    """Forwards `port` to `target`. Cut: connections break and new ones are refused. Held: nothing moves."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self._target = target
        self._cut = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self) -> asyncio.Server:
        return await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    def cut(self) -> None:
        self._cut = True
        self.break_all()

    def break_all(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    def hold(self) -> None:
        self._flowing.clear()

    def heal(self) -> None:
        self._cut = False
        self._flowing.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        pumps = [
            asyncio.create_task(self._pump(reader, far_writer)),
            asyncio.create_task(self._pump(far_reader, writer)),
        ]
        await asyncio.wait(pumps)
        self._writers -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await self._flowing.wait()
                writer.write(chunk)
                await writer.drain()
        writer.close()


class Links:
    """`with Links({"rasa": (port, target)}) as links:`; the methods may be called from any thread."""

    def __init__(self, ports: Mapping[str, tuple[int, int]]) -> None:
        self._ports = dict(ports)
        self._links: dict[str, Link] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="links", daemon=True)
        self._ready = threading.Event()
        self._over = asyncio.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(5):
            raise RuntimeError("the links did not come up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(5)

    def cut(self, name: str) -> None:
        self._loop.call_soon_threadsafe(self._links[name].cut)

    def hold(self, name: str) -> None:
        self._loop.call_soon_threadsafe(self._links[name].hold)

    def heal(self, name: str) -> None:
        self._loop.call_soon_threadsafe(self._links[name].heal)

    def heal_all(self) -> None:
        for name in self._links:
            self.heal(name)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._links = {name: Link(port, target) for name, (port, target) in self._ports.items()}
        servers = [await link.serve() for link in self._links.values()]
        self._ready.set()
        await self._over.wait()
        for server in servers:
            server.close()
        for link in self._links.values():
            link.heal()
            link.break_all()
        await asyncio.sleep(0)  # the transports close in the loop's next round
