"""The one connection that only asks whether the server answers."""

from typing import Any

import asyncpg

from leadline.storage.postgres.connection import in_our_words


class Pulse:
    """Connects when it is first asked, and again after each question that was not answered: a connection that was given up half-way
    through is of no use (and its `close` would wait for the server)."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    async def beat(self) -> None:
        """Raises Unavailable unless the server answers. Its caller says how long that may take."""
        try:
            async with in_our_words():
                if self._connection is None:
                    # No timeout of its own and nothing prepared: it must work behind a pooler.
                    self._connection = await asyncpg.connect(self._url, statement_cache_size=0)
                await self._connection.execute("SELECT 1")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go, without a word to the server."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
