"""A TCP proxy on loopback between Leadline and its database: passes, refuses, hangs, or loses the answer to a commit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal
from urllib.parse import urlsplit

from tests.servers import free_port

Mode = Literal["passes", "refuses", "hangs", "loses the commit's answer"]


class Proxy:
    """`refuses` ends what is open too; what `hangs` goes on when it passes again; a commit whose answer is lost takes place."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self._to = (parts.hostname, parts.port)
        self._port = free_port()
        self.url = url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{self._port}")
        self.mode: Mode = "passes"
        self._passing = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def turn(self, mode: Mode) -> None:
        self.mode = mode
        self._passing.clear() if mode == "hangs" else self._passing.set()
        if mode == "refuses":
            for writer in self._open:
                writer.transport.abort()

    async def serve(self) -> asyncio.Server:
        self._passing.set()
        return await asyncio.start_server(self._meet, "127.0.0.1", self._port)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode == "refuses":
            writer.transport.abort()
            return
        with suppress(OSError):
            await self._passing.wait()
            server_reader, server_writer = await asyncio.open_connection(*self._to)
            self._open |= {writer, server_writer}
            for one, other, is_asking in ((reader, server_writer, True), (server_reader, writer, False)):
                task = asyncio.create_task(self._pump(one, other, is_asking=is_asking))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_asking: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._passing.wait()
                if is_asking and self.mode == "loses the commit's answer" and b"COMMIT" in data:
                    writer.write(data)
                    await writer.drain()
                    # The server has it, and does it; whoever asked never hears of it.
                    await asyncio.sleep(0.2)
                    await self.turn("refuses")
                    return
                writer.write(data)
                await writer.drain()
        writer.transport.abort()

    async def close(self) -> None:
        self._passing.set()
        for writer in self._open:
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def proxy_to(url: str) -> AsyncIterator[Proxy]:
    proxy = Proxy(url)
    server = await proxy.serve()
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
